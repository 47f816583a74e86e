"""Registries for the components of this package.

Their parents are mmengine's roots, so that ``mmrazor_ssdkd.X`` is found from
any scope; a child of MMRazor's registry would not be.
"""

from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOG_PROCESSORS as MMENGINE_LOG_PROCESSORS
from mmengine.registry import LOOPS as MMENGINE_LOOPS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import Registry

__all__ = [
    'DATASETS',
    'HOOKS',
    'LOG_PROCESSORS',
    'LOOPS',
    'METRICS',
    'MODELS',
    'OPTIM_WRAPPERS',
    'TRANSFORMS',
]

_SCOPE = 'mmrazor_ssdkd'

MODELS = Registry(
    'model',
    parent=MMENGINE_MODELS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.models', 'mmrazor_ssdkd.replay'],
)
DATASETS = Registry(
    'dataset',
    parent=MMENGINE_DATASETS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.datasets'],
)
HOOKS = Registry(
    'hook',
    parent=MMENGINE_HOOKS,
    scope=_SCOPE,
    locations=[
        'mmrazor_ssdkd.engine',
        'mmrazor_ssdkd.fidelity',
        'mmrazor_ssdkd.reporting.hooks',
    ],
)
OPTIM_WRAPPERS = Registry(
    'optimizer wrapper',
    parent=MMENGINE_OPTIM_WRAPPERS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.engine'],
)
TRANSFORMS = Registry(
    'transform',
    parent=MMENGINE_TRANSFORMS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.datasets'],
)
LOG_PROCESSORS = Registry(
    'log processor',
    parent=MMENGINE_LOG_PROCESSORS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.engine'],
)
LOOPS = Registry(
    'loop',
    parent=MMENGINE_LOOPS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.fidelity'],
)
METRICS = Registry(
    'metric',
    parent=MMENGINE_METRICS,
    scope=_SCOPE,
    locations=['mmrazor_ssdkd.fidelity'],
)
