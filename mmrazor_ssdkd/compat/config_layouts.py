"""Lays a config's text out once, not whenever it is asked for."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from mmengine.config import config

# yapf's.
FormatCode = config.FormatCode
Options = tuple[tuple[str, Hashable], ...]


def lay_configs_out_once() -> None:
    """Makes ``Config.pretty_text`` remember what it gave last.

    mmengine asks for it four times when a run starts and once more for every
    checkpoint; a segmentor's takes yapf a second each time.
    """
    config.FormatCode = _lay_out


def _lay_out(text: str, style_config: dict, **others: Any) -> tuple[Any, ...]:
    """Lays code out, in place of yapf's function."""
    style = tuple(style_config.items())
    return _lay_out_once(text, style, tuple(others.items()))


# A run has one config; a few are at work in a table of runs.
@lru_cache(maxsize=4)
def _lay_out_once(
    text: str, style: Options, others: Options
) -> tuple[Any, ...]:
    """Does it, where the same was not asked for lately."""
    return FormatCode(text, style_config=dict(style), **dict(others))
