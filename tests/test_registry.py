"""Tests of how configs find the package's components."""

import pytest
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOG_PROCESSORS as MMENGINE_LOG_PROCESSORS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import DefaultScope
from mmrazor.registry import DATASETS as MMRAZOR_DATASETS
from mmrazor.registry import HOOKS as MMRAZOR_HOOKS
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from mmrazor.registry import OPTIM_WRAPPERS as MMRAZOR_OPTIM_WRAPPERS
from mmrazor.registry import TRANSFORMS as MMRAZOR_TRANSFORMS

from mmrazor_ssdkd.registry import (
    DATASETS,
    HOOKS,
    LOG_PROCESSORS,
    MODELS,
    OPTIM_WRAPPERS,
    TRANSFORMS,
)

REGISTRIES = [
    (MODELS, MMENGINE_MODELS, MMRAZOR_MODELS),
    (DATASETS, MMENGINE_DATASETS, MMRAZOR_DATASETS),
    (HOOKS, MMENGINE_HOOKS, MMRAZOR_HOOKS),
    # MMRazor has none of its own.
    (LOG_PROCESSORS, MMENGINE_LOG_PROCESSORS, MMENGINE_LOG_PROCESSORS),
    (OPTIM_WRAPPERS, MMENGINE_OPTIM_WRAPPERS, MMRAZOR_OPTIM_WRAPPERS),
    (TRANSFORMS, MMENGINE_TRANSFORMS, MMRAZOR_TRANSFORMS),
]
COMPONENTS = [
    pytest.param(name, kind, root, mmrazor, id=name)
    for own, root, mmrazor in REGISTRIES
    for name, kind in own.module_dict.items()
]


@pytest.mark.parametrize(('name', 'kind', 'root', 'mmrazor'), COMPONENTS)
def test_component_is_found_by_its_prefix(name, kind, root, mmrazor):
    """`mmrazor_ssdkd.X` is X from mmengine's root and from MMRazor's."""
    assert kind.__name__ == name
    assert kind.__module__.startswith('mmrazor_ssdkd.')
    assert root.get(f'mmrazor_ssdkd.{name}') is kind
    assert mmrazor.get(f'mmrazor_ssdkd.{name}') is kind


@pytest.mark.parametrize(
    ('registry', 'names'),
    [
        (
            MODELS,
            {
                'SSDKD',
                'BNStatisticsLoss',
                'ImageSpaceGenerator',
                'ModulatedTaskLoss',
                'NormalizedGenerator',
                'PrioritizedReplayBuffer',
                'RecentTaskLoss',
                'SSDKDGenerator',
                'TorchClassifier',
                'TorchSegmentor',
            },
        ),
        (DATASETS, {'DigitSets', 'Digits', 'LatentDataset'}),
        (
            HOOKS,
            {
                'DeferredInfoHook',
                'DistillationVisualizationHook',
                'RunRecordHook',
                'StudentInitHook',
            },
        ),
        (LOG_PROCESSORS, {'ConsoleLogProcessor'}),
        (OPTIM_WRAPPERS, {'Bf16OptimWrapper'}),
        (TRANSFORMS, {'LoadArrayFromFile'}),
    ],
    ids=[
        'models',
        'datasets',
        'hooks',
        'log_processors',
        'optim_wrappers',
        'transforms',
    ],
)
def test_names_that_configs_use(registry, names):
    """Registered names are API: none of these may go."""
    assert names <= set(registry.module_dict)


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
