"""Lets code written for mmcls import mmpretrain, which it became."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Optional

from .mmcls_names import NEW, OLD

# By what comes after the package's name.
_MODULES = {
    'structures.cls_data_sample': 'structures.data_sample',
    'visualization.cls_visualizer': 'visualization.visualizer',
}
_CLASSES = {
    'ClsDataSample': 'DataSample',
    'ClsVisualizer': 'UniversalVisualizer',
    'PackClsInputs': 'PackInputs',
}


def import_mmcls_as_mmpretrain() -> None:
    """Makes ``mmcls.X`` the module ``mmpretrain.X``, once it is imported.

    MMRazor imports it within ``try`` and goes on with stand-ins that raise
    when they are used, ``KDSoftCELoss`` among them, so this must come first.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    """Finds modules of mmcls."""

    def find_spec(
        self,
        fullname: str,
        path: Optional[Sequence[str]],
        target: Optional[ModuleType] = None,
    ) -> Optional[ModuleSpec]:
        """Returns what loads mmpretrain's module, if it has one."""
        package, dot, rest = fullname.partition('.')
        if package != OLD:
            return None
        name = f'{NEW}{dot}{_MODULES.get(rest, rest)}'
        found = importlib.util.find_spec(name)
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, _Loader(name), is_package=is_package)


class _Loader(Loader):
    """Loads one module under its former name, too.

    Args:
        name (str): Its own name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.spec: Any = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Imports it."""
        module = importlib.import_module(self.name)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Adds its classes' former names."""
        # The import system has put the former name's in its place.
        module.__spec__ = self.spec
        for old, new in _CLASSES.items():
            if hasattr(module, new):
                vars(module).setdefault(old, getattr(module, new))
