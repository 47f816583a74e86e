"""Finds the class or function that a config names as a network's builder."""

import hashlib
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from .neighbours import neighbours

__all__ = ['find_builder', 'is_address', 'source_folder']

Builder = Callable[..., Any]
# Packages whose networks have names of their own, and who knows them.
_ZOOS = {
    'timm': ('timm', 'create_model'),
    'torchvision': ('torchvision.models', 'get_model'),
}


def is_address(kind: Any) -> bool:
    """Returns whether a name says where it is to be found."""
    return isinstance(kind, str) and ':' in kind


def find_builder(address: str) -> Builder:
    """Finds what an address stands for.

    Args:
        address (str): ``torchvision.models:resnet18``, any importable module
            and what is in it; ``timm:resnet18`` and ``torchvision:resnet18``,
            a network of a zoo; or ``path/to/file.py:build_model``, whose code
            runs.

    Returns:
        Callable: Takes the network's keyword arguments.

    Raises:
        TypeError: It is nothing that can be called to make a network.
        ValueError: There is no such file, module or name.
    """
    source, name = _split(address)
    if source in _ZOOS:
        package, create = _ZOOS[source]
        builder = _look_up(_import(package, address), create, address)
        return lambda **arguments: builder(name, **arguments)
    file = source.endswith('.py')
    module = _load(source, address) if file else _import(source, address)
    builder = _look_up(module, name, address)
    # A network made once would be the teacher and the student.
    if isinstance(builder, nn.Module) or not callable(builder):
        raise TypeError(
            '`module` must name a class or a function that makes a network, '
            f'but got {address!r}, which is a {type(builder).__name__}'
        )
    return builder


def source_folder(address: Any) -> AbstractContextManager[None]:
    """Lets a file import what lies beside it, as a script does.

    Args:
        address (object): An address; of a file or not.

    Returns:
        AbstractContextManager: In which the file runs and builds.
    """
    source = _split(address)[0] if is_address(address) else ''
    path = os.path.expanduser(source)
    if not source.endswith('.py') or not os.path.isfile(path):
        return nullcontext()
    return neighbours(os.path.dirname(os.path.realpath(path)))


def _split(address: str) -> tuple[str, str]:
    """Returns where to look, and for what."""
    if '.py:' in address:
        # Other colons may be a drive's.
        source, _, name = address.rpartition('.py:')
        return f'{source}.py', name
    source, _, name = address.partition(':')
    return source, name


def _import(source: str, address: str) -> ModuleType:
    """Imports a module."""
    try:
        return importlib.import_module(source)
    # Its own imports may be missing, too.
    except (ImportError, ValueError) as error:
        raise ValueError(
            '`module` must name a package that is installed, or a file as '
            f'path/to/file.py:NAME, but for {address!r}: {error}'
        ) from error


def _load(source: str, address: str) -> ModuleType:
    """Runs a file."""
    path = Path(os.path.expanduser(source))
    # Unlike its namesake it takes what can be no name of a file.
    if not os.path.isfile(path):
        raise ValueError(
            f'`module` must name an existing file, but got {address!r}'
        )
    path = path.resolve()
    # Pickles and dataclasses want to find it under its name.
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f'_mmrazor_ssdkd_file_{path.stem}_{digest}'
    if name in sys.modules:
        return sys.modules[name]
    spec: Any = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _look_up(module: ModuleType, name: str, address: str) -> Any:
    """Returns what a module has under a name with or without dots."""
    found: Any = module
    for part in name.split('.'):
        if not hasattr(found, part):
            raise ValueError(
                f'`module` must name what {module.__name__} has, but got '
                f'{address!r}'
            )
        found = getattr(found, part)
    return found
