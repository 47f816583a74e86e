"""Imports ``mmcv.ops``, which mmseg asks for, without mmcv's compiled part."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

_EXTENSION = 'mmcv._ext'


class _MissingExtension(ModuleType):
    """Stands in for ``mmcv._ext``: every op exists, none can be called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Returns an op that says what to install when it is called."""
        # `__path__` and its like must stay absent, or the import system
        # takes the stand-in for a package.
        if name.startswith('__'):
            raise AttributeError(name)

        def missing_op(*_args: Any, **_kwargs: Any) -> None:
            raise NotImplementedError(
                f'`mmcv.ops` needs the compiled op `{name}`, which mmcv-lite '
                'does not have: install the full mmcv instead'
            )

        return missing_op


def import_mmcv_ops() -> None:
    """Imports ``mmcv.ops`` once over a stand-in for the compiled extension.

    The stand-in leaves ``sys.modules`` at once: mmengine takes its presence
    for the full mmcv. Nothing happens where the full mmcv is installed.
    """
    if 'mmcv.ops' in sys.modules or importlib.util.find_spec(_EXTENSION):
        return
    sys.modules[_EXTENSION] = _MissingExtension(_EXTENSION)
    try:
        importlib.import_module('mmcv.ops')
    finally:
        del sys.modules[_EXTENSION]
