"""The method's modules, as configs name them."""

from .adapters import TorchClassifier, TorchSegmentor
from .losses import (
    BNStatisticsLoss,
    ImagePrior,
    ModulatedTaskLoss,
    PatchSimilarity,
    RecentTaskLoss,
    SmoothedBNLoss,
)

# Algorithms need the losses above them and the replay buffer.
from .generators import (  # isort: skip
    ImageSpaceGenerator,
    NormalizedGenerator,
    SSDKDGenerator,
)
from .inheritance import (  # isort: skip
    CheckpointWeights,
    PrunedWeights,
    TeacherWeights,
)
from .algorithms import (  # isort: skip
    SSDKD,
    DataInversion,
    Distillation,
    ReptileInversion,
)

__all__ = [
    'SSDKD',
    'BNStatisticsLoss',
    'CheckpointWeights',
    'DataInversion',
    'Distillation',
    'ImagePrior',
    'ImageSpaceGenerator',
    'ModulatedTaskLoss',
    'NormalizedGenerator',
    'PatchSimilarity',
    'PrunedWeights',
    'RecentTaskLoss',
    'ReptileInversion',
    'SSDKDGenerator',
    'SmoothedBNLoss',
    'TeacherWeights',
    'TorchClassifier',
    'TorchSegmentor',
]
