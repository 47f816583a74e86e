"""Tests of how configs find the package's components."""

import pytest
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import DefaultScope
from mmrazor.registry import DATASETS as MMRAZOR_DATASETS
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from mmrazor.registry import OPTIM_WRAPPERS as MMRAZOR_OPTIM_WRAPPERS

from mmrazor_ssdkd.datasets import Digits, LatentDataset
from mmrazor_ssdkd.engine import Bf16OptimWrapper
from mmrazor_ssdkd.models import (
    SSDKD,
    BNStatisticsLoss,
    ImageSpaceGenerator,
    ModulatedTaskLoss,
    SSDKDGenerator,
)
from mmrazor_ssdkd.registry import DATASETS, MODELS, OPTIM_WRAPPERS
from mmrazor_ssdkd.replay import PrioritizedReplayBuffer

COMPONENTS = [
    *(
        (kind, MODELS, MMENGINE_MODELS, MMRAZOR_MODELS)
        for kind in (
            SSDKD,
            BNStatisticsLoss,
            ImageSpaceGenerator,
            ModulatedTaskLoss,
            PrioritizedReplayBuffer,
            SSDKDGenerator,
        )
    ),
    *(
        (kind, DATASETS, MMENGINE_DATASETS, MMRAZOR_DATASETS)
        for kind in (Digits, LatentDataset)
    ),
    (
        Bf16OptimWrapper,
        OPTIM_WRAPPERS,
        MMENGINE_OPTIM_WRAPPERS,
        MMRAZOR_OPTIM_WRAPPERS,
    ),
]


@pytest.mark.parametrize(
    ('kind', 'own', 'root', 'mmrazor'),
    COMPONENTS,
    ids=[kind.__name__ for kind, *_ in COMPONENTS],
)
def test_component_is_found_by_its_prefix(kind, own, root, mmrazor):
    """`mmrazor_ssdkd.X` is X from mmengine's root and from MMRazor's."""
    name = f'mmrazor_ssdkd.{kind.__name__}'
    assert root.get(name) is kind
    assert mmrazor.get(name) is kind
    assert own.get(kind.__name__) is kind


@pytest.mark.parametrize(
    'registry', [MODELS, DATASETS, OPTIM_WRAPPERS], ids=lambda own: own.name
)
def test_every_registered_component_is_tested_here(registry):
    """A component that is registered is also in the list above."""
    names = {kind.__name__ for kind, own, *_ in COMPONENTS if own is registry}
    assert set(registry.module_dict) == names


@pytest.mark.parametrize('scope', ['mmengine', 'mmrazor', 'mmpretrain'])
def test_prefix_builds_from_any_scope(scope):
    """The prefix counts, not the scope that a config is in."""
    cfg = dict(type='mmrazor_ssdkd.LatentDataset', length=3)
    with DefaultScope.overwrite_default_scope(scope):
        assert len(MMENGINE_DATASETS.build(cfg)) == 3


def test_bare_name_is_not_ours():
    """Without the prefix a name is MMRazor's, and this package adds none."""
    with (
        DefaultScope.overwrite_default_scope('mmrazor'),
        pytest.raises(KeyError, match='SSDKDGenerator'),
    ):
        MMENGINE_MODELS.build(dict(type='SSDKDGenerator', image_size=8))
