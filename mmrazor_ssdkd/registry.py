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


def _child(parent: Registry, *folders: str) -> Registry:
    """Returns a registry under one of mmengine's.

    Args:
        parent (Registry): mmengine's.
        *folders (str): Of this package; imported where a component is looked
            for.
    """
    places = [f'{_SCOPE}.{folder}' for folder in folders]
    return Registry(parent.name, parent=parent, scope=_SCOPE, locations=places)


MODELS = _child(MMENGINE_MODELS, 'models', 'replay')
DATASETS = _child(MMENGINE_DATASETS, 'datasets')
HOOKS = _child(
    MMENGINE_HOOKS,
    'engine',
    'fidelity',
    'models.inheritance',
    'reporting.hooks',
)
OPTIM_WRAPPERS = _child(MMENGINE_OPTIM_WRAPPERS, 'engine')
TRANSFORMS = _child(MMENGINE_TRANSFORMS, 'datasets')
LOG_PROCESSORS = _child(MMENGINE_LOG_PROCESSORS, 'engine')
LOOPS = _child(MMENGINE_LOOPS, 'fidelity')
METRICS = _child(MMENGINE_METRICS, 'fidelity')
