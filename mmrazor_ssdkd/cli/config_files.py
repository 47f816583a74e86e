"""Finds the files that a config is made of."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Union

from mmengine.config import Config

__all__ = ['config_files']


def config_files(filename: Union[str, Path, None]) -> list[Path]:
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
    found = [path]
    for base in _bases(path):
        found += config_files(path.parent / base)
    return found


def _bases(path: Path) -> Iterator[str]:
    """Yields the bases of a file, but for those of another package."""
    if path.suffix in ('.py', '.json', '.yaml', '.yml'):
        for base in Config._get_base_files(str(path)):
            # Another package's are named `package::path`.
            if '::' not in base:
                yield base
    if path.suffix == '.py':
        yield from _imported(ast.parse(path.read_text('utf-8')))


def _imported(code: ast.Module) -> Iterator[str]:
    """Yields what a pure-Python config imports by relative paths.

    That is its bases, within ``with read_base():``.
    """
    for node in ast.walk(code):
        if isinstance(node, ast.ImportFrom) and node.level and node.module:
            above = '../' * (node.level - 1)
            yield f'{above}{node.module.replace(".", "/")}.py'
