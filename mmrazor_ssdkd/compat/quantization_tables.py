"""Lets MMRazor import without the quantization tables of an old torch.ao."""

import importlib
import sys
from types import ModuleType
from typing import Any

_PACKAGE = 'mmrazor.structures.quantization.backend_config'
_GETTERS = ('native', 'academic', 'openvino', 'tensorrt')
_REASON = (
    "MMRazor's `{}` was written for torch 1.13: its quantization does not run "
    'on a later one'
)


def skip_quantization_tables() -> None:
    """Puts what MMRazor itself uses below torch 1.13 in the tables' place.

    The tables are written with names that torch.ao lost after torch 1.13, and
    everything in MMRazor imports them. Without them all of its models register
    and using a table raises.
    """
    if _PACKAGE in sys.modules:
        return
    # Only the leaf is replaced: its parents import it, so they come after.
    sys.modules[_PACKAGE] = _empty_tables()
    importlib.import_module('mmrazor.structures')


def _empty_tables() -> ModuleType:
    """Returns the package's public names with no table behind them."""
    module = ModuleType(_PACKAGE)
    names = [
        f'get_{name}_backend_config{suffix}'
        for name in _GETTERS
        for suffix in ('', '_dict')
    ]
    for name in names:
        setattr(module, name, _raising_getter(name))
    tables = {'BackendConfigs': _NoTables()}
    vars(module).update(tables, __all__=[*tables, *names])
    return module


class _NoTables(dict[str, Any]):
    """The mapping of tables by backend, with no table in it."""

    def __missing__(self, backend: str) -> Any:
        raise NotImplementedError(_REASON.format(f'{backend} backend config'))


def _raising_getter(name: str) -> Any:
    """Returns a stand-in for one of the tables' getters."""

    def getter() -> None:
        raise NotImplementedError(_REASON.format(name))

    return getter
