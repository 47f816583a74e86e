"""Checks that the installed packages are in the range that was tried."""

from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

_LIST = Path(__file__).with_name('requirements.txt')
# Two distributions that answer to the same import name.
_EITHER = {'mmcv-lite': ('mmcv', 'mmcv-lite')}
# What breaks the stack where it is installed. mmpretrain is its successor
# and answers to its name.
_BREAKING = ('mmcls',)


def check_dependencies(requirements: str | None = None) -> None:
    """Raises an ImportError for the first package outside its range.

    What is installed and must not be is named first.

    Args:
        requirements (str, optional): Lines as in a requirements file.
            Defaults to the list that ``setup.py`` installs.

    Raises:
        ImportError: Names the package, its range, what is there and the
            command that mends it.
    """
    for name in _BREAKING:
        _check_absent(name)
    if requirements is None:
        requirements = _LIST.read_text()
    for line in requirements.splitlines():
        if line and not line.startswith('#'):
            _check(Requirement(line))


def _check_absent(name: str) -> None:
    """Checks that a package is not installed."""
    version = _version(name)
    if version is not None:
        raise ImportError(
            f'`{name}` must not be installed, since it does not import on '
            f'this torch and mmpretrain takes its place, but {name} {version} '
            f'is: run pip uninstall {name}'
        )


def _check(requirement: Requirement) -> None:
    """Checks one requirement against what is installed."""
    names = _EITHER.get(requirement.name, (requirement.name,))
    found = {name: _version(name) for name in names}
    installed = {name: v for name, v in found.items() if v is not None}
    accepted = all(
        requirement.specifier.contains(version, prereleases=True)
        for version in installed.values()
    )
    if installed and accepted:
        return
    # Advice for the one that is there: the other would be laid over it.
    name = next(iter(installed), requirement.name)
    advice = f'pip install "{name}{requirement.specifier}"'
    state = ', '.join(f'{n} {v}' for n, v in installed.items()) or 'nothing'
    raise ImportError(
        f'`{" or ".join(names)}` must be {requirement.specifier}, but '
        f'{state} is installed: run {advice}'
    )


def _version(name: str) -> str | None:
    """Returns the installed version of a distribution, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
