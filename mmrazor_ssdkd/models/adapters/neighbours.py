"""Lets network files import what lies beside them, each its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ['neighbours']

Modules = dict[str, ModuleType]
# What files imported from beside them, by folder.
_LOADED: dict[str, Modules] = {}


@contextmanager
def neighbours(folder: str) -> Iterator[None]:
    """Lets a file import what lies beside it, as a script does.

    Python keeps one module of a name: the second of two files with a
    ``layers.py`` each would get the first one's, without a word. So those of
    other folders are out of its way.

    A module whose name no other folder has stays where it is: classes are
    pickled by it, and networks may import it while they run. Of several of
    one name none stays, because who looks for one later shall rather miss it
    than find another's. The networks have their classes all the same, and
    are copied by them. What Python finds without this stays in any case.

    Args:
        folder (str): Where the file lies, an absolute path.
    """
    for other in _LOADED:
        # Its file may build the network of this one while it runs.
        if other in sys.path:
            _LOADED[other].update(_found_in(other))
    hidden = _hide_others(folder)
    own = _LOADED.setdefault(folder, {})
    sys.modules.update(_of_names(own, _names_elsewhere(folder)))
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        own.update(_found_in(folder))
        sys.path.remove(folder)
        if folder not in sys.path:
            for name in _of_names(own, _names_elsewhere(folder)):
                sys.modules.pop(name, None)
        _show_again(hidden, set(map(_top, own)))


def _hide_others(folder: str) -> dict[str, Modules]:
    """Takes out what other folders have of a folder's names."""
    hidden: dict[str, Modules] = {}
    for other, modules in _LOADED.items():
        if other == folder:
            continue
        names = {
            name
            for name in map(_top, modules)
            if PathFinder.find_spec(name, [folder])
        }
        for name, module in _of_names(modules, names).items():
            # It may be gone, or another by now.
            if sys.modules.get(name) is module:
                hidden.setdefault(other, {})[name] = sys.modules.pop(name)
    return hidden


def _show_again(hidden: dict[str, Modules], taken: set[str]) -> None:
    """Puts back what stays: of other names, or found by Python anyway."""
    for other, modules in hidden.items():
        names = {
            name
            for name in map(_top, modules)
            if other in sys.path or name not in taken
        }
        sys.modules.update(_of_names(modules, names))


def _names_elsewhere(folder: str) -> set[str]:
    """Returns the names that files in other folders imported."""
    return {
        _top(name)
        for other, modules in _LOADED.items()
        for name in modules
        if other != folder
    }


def _of_names(modules: Modules, names: set[str]) -> Modules:
    """Returns modules of these names, with their packages' own."""
    return {
        name: module for name, module in modules.items() if _top(name) in names
    }


def _found_in(folder: str) -> Modules:
    """Returns the modules that Python found in a folder."""
    loaded = dict(sys.modules)
    names = {
        name
        for name in loaded
        if '.' not in name and _home(loaded[name]) == folder
    }
    return _of_names(loaded, names - {'__main__'})


def _home(module: Any) -> str:
    """Returns the folder that a module or package lies in, '' for others."""
    spec = getattr(module, '__spec__', None)
    places = list(getattr(spec, 'submodule_search_locations', None) or ())
    # A package without an `__init__.py` has no other place.
    place = places[0] if places else getattr(spec, 'origin', None)
    return str(Path(place).parent) if place else ''


def _top(name: str) -> str:
    """Returns a module's name, or that of the package that it is in."""
    return name.partition('.')[0]
