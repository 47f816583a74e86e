"""Lets ``torch.load(weights_only=True)`` read mmengine's checkpoints."""

import pickle
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PosixPath, WindowsPath
from typing import Any

import torch
from mmengine.logging import HistoryBuffer

from mmrazor_ssdkd.validation import shown

from .numpy_globals import numpy_globals

# Python 3.13 moved the classes; a file may have been written by either.
_PATHS = [
    (module, kind.__name__)
    for module in ('pathlib', 'pathlib._local')
    for kind in (PosixPath, WindowsPath)
]
_STATISTICS = ('min', 'max', 'mean', 'current')


def allow_mmengine_checkpoints() -> None:
    """Adds what mmengine pickles beside weights to torch's safe globals.

    mmengine's message hub goes into a checkpoint as ``HistoryBuffer`` objects
    holding numpy arrays and, through a pickled ``getattr``, their own methods.
    Other trainings put their command line there, a ``Namespace`` that may
    hold paths. The protection itself stays on: any other global in a file
    still raises, and so does an array of anything but numbers.
    """
    torch.serialization.add_safe_globals(_globals())


@contextmanager
def own_globals_first() -> Iterator[None]:
    """Lets no other library's safe globals stand for this package's.

    torch knows them by name and takes any of two: with numpy's own beside
    these, which other libraries allow to read random states, a sound
    checkpoint would be refused, or not, by chance.
    """
    before = torch.serialization.get_safe_globals()
    own = _globals()
    names = set(map(_name, own))
    others = [allowed for allowed in before if _name(allowed) not in names]
    _set_globals([*others, *own])
    try:
        yield
    finally:
        _set_globals(before)


def _globals() -> list[Any]:
    """Returns what checkpoints may name, as torch takes it."""
    return [
        HistoryBuffer,
        Namespace,
        *((_path, f'{module}.{kind}') for module, kind in _PATHS),
        *numpy_globals(),
        (_getattr_of_history_buffer, 'builtins.getattr'),
    ]


def _name(allowed: Any) -> str:
    """Returns the name that torch knows a safe global by."""
    if isinstance(allowed, tuple):
        return allowed[1]
    return f'{allowed.__module__}.{allowed.__qualname__}'


def _set_globals(allowed: list[Any]) -> None:
    """Replaces torch's safe globals."""
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(allowed)


def _path(*parts: str) -> Path:
    """A path, of whichever system it was; nothing is done with it."""
    return Path(*parts)


def _getattr_of_history_buffer(owner: Any, name: str) -> Callable[..., Any]:
    """``getattr`` for the four methods that mmengine pickles, and no other."""
    if owner is not HistoryBuffer or name not in _STATISTICS:
        raise pickle.UnpicklingError(
            'a checkpoint may only look up '
            f"HistoryBuffer's {_STATISTICS}, but got "
            f'{shown(name)} of {shown(owner)}'
        )
    return getattr(HistoryBuffer, name)
