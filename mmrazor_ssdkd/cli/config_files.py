"""Finds the files that a config is made of."""

import os
from pathlib import Path
from typing import Optional

from mmengine.config import Config

from .outputs import StrPath

__all__ = ['config_files']


def config_files(filename: Optional[StrPath]) -> list[Path]:
    """Returns a config file and all the files that it inherits from.

    Args:
        filename (str | Path, optional): Its path, if it has one.

    Returns:
        list[Path]: Those that are local files.
    """
    path = Path(filename or '')
    # Unlike its namesake it takes what can be no name of a file.
    if not os.path.isfile(path):
        return []
    bases = Config._get_base_files(str(path)) if path.suffix == '.py' else []
    found = [path]
    for base in bases:
        # Another package's are named `package::path`.
        if '::' not in base:
            found += config_files(path.parent / base)
    return found
