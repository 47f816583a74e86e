"""Reads the project's configs, each just once in a process."""

import copy
import functools
from pathlib import Path
from typing import Union

from mmengine.config import Config

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'


def read(path: Union[str, Path]) -> Config:
    """Returns a config that may be changed.

    Args:
        path (str | Path): Its file, absolute or under ``configs/``.
    """
    return copy.deepcopy(_read(CONFIGS / path))


@functools.cache
def _read(path: Path) -> Config:
    """Reads a file, which takes thirty times as long as a copy."""
    return Config.fromfile(path)
