"""MMRazor algorithms."""

from .data_inversion import DataInversion
from .distillation import Distillation
from .reptile_inversion import ReptileInversion
from .ssdkd import SSDKD

__all__ = ['SSDKD', 'DataInversion', 'Distillation', 'ReptileInversion']
