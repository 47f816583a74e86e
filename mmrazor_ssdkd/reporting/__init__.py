"""Shows what a run learnt: while it runs, and as a page afterwards."""

from .hooks import DistillationVisualizationHook, RunRecordHook
from .page import write_report

__all__ = ['DistillationVisualizationHook', 'RunRecordHook', 'write_report']
