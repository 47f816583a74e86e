"""Gives mmengine and mmcv the ``pkgutil.find_loader`` that Python 3.14 took.

They ask it alone whether mmcv's compiled ops are there.
"""

import importlib.util
import pkgutil
from importlib.abc import Loader
from typing import Optional

__all__ = ['restore_find_loader']


def restore_find_loader() -> None:
    """Puts it back where it is missing, as its documentation advises."""
    if not hasattr(pkgutil, 'find_loader'):
        # setattr, since what mypy knows depends on Python's version.
        setattr(pkgutil, 'find_loader', _find_loader)  # noqa: B010


def _find_loader(fullname: str) -> Optional[Loader]:
    """Returns the loader of a module, None for one that is not there."""
    spec = importlib.util.find_spec(fullname)
    return None if spec is None else spec.loader
