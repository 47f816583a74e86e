"""Finds the file of a config that is named by package and path."""

import os
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from mmengine.config.utils import MODULE2PACKAGE

from ..compat.mmcls_names import current_address
from ..compat.own_configs import own_folder
from ..compat.package_installs import installation

__all__ = ['find_config']

_OWN = 'mmrazor_ssdkd'


def find_config(config: str) -> Path:
    """Returns the file that a config's path or address names.

    Args:
        config (str): A path, or an address such as
            ``'mmrazor::distill/mmcls/kd/...py'``, with or without ``.py``.

    Returns:
        Path: Of the file.

    Raises:
        ValueError: There is no such file or package.
    """
    if '::' not in config:
        # Unlike their namesakes these take what can be no name of a file.
        if not os.path.isfile(config):
            raise ValueError(
                '`config` must be the path of a file or the address of a '
                f"package's, such as 'mmrazor::...', but got {config!r}"
            )
        return Path(config)
    package, _, path = current_address(config).partition('::')
    folder = _folder(package, config)
    # As mmengine's hub has it, the suffix may be left out.
    names = (path, f'{path}.py')
    for name in names:
        if os.path.isfile(folder / name):
            return folder / name
    raise ValueError(
        f'`config` must be a config of {package}, but got {config!r}'
        f'{_similar(folder, names[0])}'
    )


def _folder(package: str, config: str) -> Path:
    """Returns where a package keeps its configs."""
    if package == _OWN:
        return own_folder() / 'configs'
    if package not in MODULE2PACKAGE:
        raise ValueError(
            '`config` must begin with a package of OpenMMLab before ::, but '
            f'got {config!r}'
        )
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ValueError(
            f'`config` must be of an installed package, but got {config!r} '
            f'and {package} is not: run '
            f'{installation(MODULE2PACKAGE[package])}'
        )
    return Path(spec.origin).parent / '.mim' / 'configs'


def _similar(folder: Path, path: str) -> str:
    """Returns what else could be meant."""
    files = {file.name: file for file in sorted(folder.rglob('*.py'))}
    found = get_close_matches(Path(path).name, files, n=1)
    if not found:
        return ''
    return f'; is it {str(files[found[0]].relative_to(folder))!r}?'
