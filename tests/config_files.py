"""Reads the project's configs, each just once in a process."""

import copy
import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Union

import pytest
from mmengine.config import Config

CONFIGS = Path(__file__).resolve().parents[1] / 'configs'
# Networks of ten million weights and more take seconds each.
_LARGE = re.compile('r50-d8|resnet34|resnet50|vgg11')


def read(path: Union[str, Path]) -> Config:
    """Returns a config that may be changed.

    Args:
        path (str | Path): Its file, absolute or under ``configs/``.
    """
    return copy.deepcopy(_read(CONFIGS / path))


def by_size(paths: Iterable[Path]) -> list[Any]:
    """Returns a test's parameters, those of large networks marked as slow.

    Args:
        paths (Iterable[Path]): The configs.
    """
    return [
        pytest.param(
            path, marks=[pytest.mark.slow] * bool(_LARGE.search(path.stem))
        )
        for path in paths
    ]


@functools.cache
def _read(path: Path) -> Config:
    """Reads a file, which takes thirty times as long as a copy."""
    return Config.fromfile(path)
