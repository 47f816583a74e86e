"""Losses of data-free distillation."""

from .bn_statistics_loss import BNStatisticsLoss, norm_layers
from .class_weight import class_weight
from .image_prior import ImagePrior
from .kl_divergence import kl_divergence
from .modulated_task_loss import (
    ModulatedTaskLoss,
    cross_entropy,
    modulating_function,
    modulation,
)
from .patch_similarity import PatchSimilarity
from .pixels import classes_first, mean_over_pixels
from .recent_task_loss import RecentTaskLoss

__all__ = [
    'BNStatisticsLoss',
    'ImagePrior',
    'ModulatedTaskLoss',
    'PatchSimilarity',
    'RecentTaskLoss',
    'class_weight',
    'classes_first',
    'cross_entropy',
    'kl_divergence',
    'mean_over_pixels',
    'modulating_function',
    'modulation',
    'norm_layers',
]
