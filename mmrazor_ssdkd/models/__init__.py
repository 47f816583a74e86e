"""The method's modules, as configs name them."""

from .losses import BNStatisticsLoss, ModulatedTaskLoss

# Algorithms need the losses above them and the replay buffer.
from .generators import ImageSpaceGenerator, SSDKDGenerator  # isort: skip
from .algorithms import SSDKD  # isort: skip

__all__ = [
    'SSDKD',
    'BNStatisticsLoss',
    'ImageSpaceGenerator',
    'ModulatedTaskLoss',
    'SSDKDGenerator',
]
