"""Keeps mmengine from installing packages that a config names."""

from collections.abc import Callable
from functools import wraps
from typing import Optional

from mmengine.config import Config
from mmengine.hub import hub
from mmengine.utils import is_installed

__all__ = ['installation', 'mend_package_installs']

# The releases that mmcv's cap of MMRazor's leaves.
_RANGES = {'mmdet': '>=3,<3.4', 'mmdet3d': '>=1.1,<1.5', 'mmpose': '>=1,<1.4'}
_FULL_MMCV = (
    'which needs the full mmcv: run pip uninstall mmcv-lite and '
    'MMCV_WITH_OPS=1 pip install "mmcv>=2.0.0,<=2.1.0" first'
)


def mend_package_installs() -> None:
    """Makes a package that is missing an error.

    ``get_config`` and ``get_model`` would run pip of whatever python is first
    in the PATH. A base of such a package raises already, and now says how to
    install it.
    """
    if hub.install_package is not _refuse:
        hub.install_package = _refuse
        Config._get_cfg_path = staticmethod(_advised(Config._get_cfg_path))


def installation(package: str) -> str:
    """Returns the command that installs a package, and what it needs.

    Args:
        package (str): Its name, as pip has it.

    Returns:
        str: One line.
    """
    command = f'pip install "{package}{_RANGES.get(package, "")}"'
    full = package in _RANGES
    return f'{command}, {_FULL_MMCV}' if full else command


def _refuse(package: str) -> None:
    """Stands in for the function that would install it."""
    if not is_installed(package):
        raise _missing(package)


def _missing(package: str) -> ModuleNotFoundError:
    """Returns the error for a package that is not installed."""
    return ModuleNotFoundError(
        f'`{package}` must be installed for a config of it, but is not: run '
        f'{installation(package)}'
    )


def _advised(
    find_base: Callable[..., tuple[str, Optional[str]]],
) -> Callable[..., tuple[str, Optional[str]]]:
    """Returns a search for bases whose error says how to go on."""

    @wraps(find_base)
    def get_cfg_path(
        cfg_path: str, filename: str
    ) -> tuple[str, Optional[str]]:
        try:
            return find_base(cfg_path, filename)
        except ModuleNotFoundError as error:
            package = hub._get_package_and_cfg_path(cfg_path)[0]
            raise _missing(package) from error

    return get_cfg_path
