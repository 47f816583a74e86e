"""Losses of data-free distillation."""

from .bn_statistics_loss import BNStatisticsLoss, norm_layers
from .kl_divergence import kl_divergence, mean_over_pixels
from .modulated_task_loss import (
    ModulatedTaskLoss,
    modulating_function,
    modulation,
)

__all__ = [
    'BNStatisticsLoss',
    'ModulatedTaskLoss',
    'kl_divergence',
    'mean_over_pixels',
    'modulating_function',
    'modulation',
    'norm_layers',
]
