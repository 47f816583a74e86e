"""Blames what a config says on the argument that it was given as."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

from .validation import shown

__all__ = ['blamed', 'check_config', 'check_init_cfg', 'names_rule']

# An argument in backquotes, and what it has to be.
_RULE = re.compile(r'`[^`]+`.* must ', re.DOTALL)


@contextmanager
def blamed(name: str, rule: str = 'a config that can be built') -> Iterator:
    """Names the argument in whatever the inside raises.

    An error that names its argument already, as this package's do, stays.

    Args:
        name (str): The argument.
        rule (str): What it must be.

    Raises:
        ValueError: The inside raised another error.
    """
    try:
        yield
    except Exception as error:
        if names_rule(error):
            raise
        # A KeyError's own text is in quotes.
        keyed = isinstance(error, KeyError) and error.args
        text = str(error.args[0] if keyed else error)
        raise ValueError(
            f'`{name}` must be {rule}, but that fails: '
            f'{type(error).__name__}: {" ".join(text.split())[:500]}'
        ) from error


def names_rule(error: BaseException) -> bool:
    """Returns whether an error names an argument and its rule."""
    return isinstance(error, (TypeError, ValueError)) and bool(
        _RULE.search(str(error))
    )


def check_config(
    name: str, value: Any, optional: bool = False
) -> Optional[dict]:
    """Returns the config of a part.

    Args:
        name (str): The argument that it was given as.
        value (dict): What was given.
        optional (bool): Whether None is one, too. Defaults to False.

    Raises:
        TypeError: It is no dict.
        ValueError: It holds itself, which no config reader survives.
    """
    if value is None and optional:
        return None
    if not isinstance(value, dict):
        raise TypeError(
            f'`{name}` must be a config dict, but got {shown(value)}'
        )
    _check_ends(name, value, value, ())
    return value


def check_init_cfg(value: Any) -> None:
    """Raises an error for what is no ``init_cfg`` of mmengine.

    Args:
        value (dict | list[dict] | None): What was given.

    Raises:
        TypeError: It is none of these.
        ValueError: It holds itself.
    """
    for item in value if isinstance(value, list) else [value]:
        if item is not None or isinstance(value, list):
            check_config('init_cfg', item)


def _check_ends(name: str, whole: Any, value: Any, above: tuple) -> None:
    """Raises a ValueError for what holds itself."""
    if any(value is other for other in above):
        raise ValueError(
            f'`{name}` must not hold itself, but got {shown(whole)}'
        )
    items: Any = value if isinstance(value, (list, tuple)) else ()
    for item in value.values() if isinstance(value, dict) else items:
        if isinstance(item, (dict, list, tuple)):
            _check_ends(name, whole, item, (*above, value))
