"""MMRazor algorithms."""

from .data_inversion import DataInversion
from .ssdkd import SSDKD

__all__ = ['SSDKD', 'DataInversion']
