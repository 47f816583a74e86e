"""Lets configs written for mmcls find mmpretrain, which it became."""

import os
import re
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, Optional

from mmengine.config import Config
from mmengine.hub import hub
from mmengine.registry import DefaultScope, Registry
from mmengine.utils import get_installed_path

__all__ = [
    'NEW',
    'OLD',
    'current_address',
    'current_scope',
    'mend_mmcls_names',
]

OLD, NEW = 'mmcls', 'mmpretrain'
# Registries of mmpretrain's that had a class by another name in mmcls.
_RENAMED = {
    ('TRANSFORMS', 'PackClsInputs'): 'PackInputs',
    ('VISUALIZERS', 'ClsVisualizer'): 'UniversalVisualizer',
}


def mend_mmcls_names() -> None:
    """Makes mmcls in a config mean mmpretrain.

    - addresses: ``mmcls::resnet/...`` as a base and as a ``cfg_path``;
    - scopes: ``default_scope``, ``_scope_`` and the prefix of ``mmcls.X``;
    - classes that have another name now.

    Nothing changes for any other name.
    """
    if hasattr(DefaultScope.__init__, '__wrapped__'):
        return
    _rename_addresses()
    _rename_scopes()
    registries = import_module(f'{NEW}.registry')
    for (registry, old), new in _RENAMED.items():
        found = getattr(registries, registry)
        found.register_module(name=old, module=found.get(new))


def current_scope(scope: Any) -> Any:
    """Returns mmpretrain for mmcls, and anything else as it is."""
    return NEW if scope == OLD else scope


def current_address(address: str) -> str:
    """Returns where a config of mmcls is in mmpretrain.

    Args:
        address (str): Such as ``'mmcls::resnet/resnet18_8xb16_cifar10.py'``.

    Returns:
        str: ``'mmpretrain::...'``; of another package as it is.
    """
    package, mark, path = address.partition('::')
    if package != OLD or not mark:
        return address
    configs = Path(get_installed_path(NEW)) / '.mim' / 'configs'
    # Unlike its namesake it takes what can be no name of a file.
    if not os.path.exists(configs / path):
        # It no longer says which of pretraining and fine-tuning a file is of.
        shorter = re.sub('_(pt|ft)-', '_', path)
        path = shorter if os.path.exists(configs / shorter) else path
    return f'{NEW}::{path}'


def _rename_addresses() -> None:
    """Renames them for bases and for ``get_config`` and ``get_model``."""
    find_base: Callable[..., tuple[str, Optional[str]]] = Config._get_cfg_path
    split = hub._get_package_and_cfg_path

    @wraps(find_base)
    def get_cfg_path(
        cfg_path: str, filename: str
    ) -> tuple[str, Optional[str]]:
        return find_base(current_address(cfg_path), filename)

    @wraps(split)
    def get_package_and_cfg_path(cfg_path: str) -> tuple[str, str]:
        return split(current_address(cfg_path))

    Config._get_cfg_path = staticmethod(get_cfg_path)
    hub._get_package_and_cfg_path = get_package_and_cfg_path


def _rename_scopes() -> None:
    """Renames those that are set and those that stand before a class."""
    initialise, split = DefaultScope.__init__, Registry.split_scope_key

    @wraps(initialise)
    def init(self: DefaultScope, name: str, scope_name: str) -> None:
        initialise(self, name, current_scope(scope_name))

    @wraps(split)
    def split_scope_key(key: str) -> tuple[Optional[str], str]:
        scope, name = split(key)
        return current_scope(scope), name

    DefaultScope.__init__ = init
    Registry.split_scope_key = staticmethod(split_scope_key)
