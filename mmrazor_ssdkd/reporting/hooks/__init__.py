"""What watches a run and writes down what it sees."""

from .distillation_visualization_hook import DistillationVisualizationHook
from .run_record_hook import RunRecordHook

__all__ = ['DistillationVisualizationHook', 'RunRecordHook']
