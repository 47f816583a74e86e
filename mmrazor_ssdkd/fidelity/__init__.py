"""How good a student is, without a single image of the real data."""

from .comparison import Comparison
from .held_out_images import HeldOutImages
from .hook import FidelityHook
from .loops import FidelityLoop, FidelityTestLoop
from .metric import FidelityMetric
from .rules import name_rules
from .sections import add_fidelity, add_hook

__all__ = [
    'Comparison',
    'FidelityHook',
    'FidelityLoop',
    'FidelityMetric',
    'FidelityTestLoop',
    'HeldOutImages',
    'add_fidelity',
    'add_hook',
]

name_rules()
