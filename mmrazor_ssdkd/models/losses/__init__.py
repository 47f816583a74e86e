"""Losses of data-free distillation."""

from .bn_statistics_loss import BNStatisticsLoss, norm_layers
from .class_tables import look_up, places
from .class_weight import class_weight
from .image_prior import ImagePrior
from .kl_divergence import MIN_TAU, kl_divergence
from .modulated_task_loss import (
    ModulatedTaskLoss,
    check_modulation,
    cross_entropy,
    modulating_function,
    modulation,
)
from .patch_similarity import PatchSimilarity
from .pixels import classes_first, losses_of_samples, mean_over_pixels
from .recent_task_loss import RecentTaskLoss
from .smoothed_bn_loss import SmoothedBNLoss

__all__ = [
    'MIN_TAU',
    'BNStatisticsLoss',
    'ImagePrior',
    'ModulatedTaskLoss',
    'PatchSimilarity',
    'RecentTaskLoss',
    'SmoothedBNLoss',
    'check_modulation',
    'class_weight',
    'classes_first',
    'cross_entropy',
    'kl_divergence',
    'look_up',
    'losses_of_samples',
    'mean_over_pixels',
    'modulating_function',
    'modulation',
    'norm_layers',
    'places',
]
