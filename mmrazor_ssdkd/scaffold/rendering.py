"""Values as they stand in a config."""

from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

__all__ = ['assignment', 'rendered']

_WIDTH = 79


def assignment(name: str, value: Any) -> list[str]:
    """Returns a variable's lines.

    Args:
        name (str): The variable.
        value (Any): Of built-in types.
    """
    return f'{name} = {rendered(value, 0, len(name) + 3)}'.split('\n')


def rendered(value: Any, indent: int, before: int = 0) -> str:
    """Returns a value's text, over several lines where one is too short.

    Args:
        value (Any): Of built-in types.
        indent (int): How many blanks its first line begins with.
        before (int): How many characters stand before it. Defaults to 0.

    Returns:
        str: Of Python.
    """
    flat = _flat(value)
    fits = indent + before + len(flat) + 1 <= _WIDTH
    is_parted = isinstance(value, (Mapping, list, tuple)) and len(value) > 0
    if fits or not is_parted:
        return flat
    inner = indent + 4
    if isinstance(value, Mapping):
        left, right = _brackets(value)
        parts = [
            _key(key, left) + rendered(item, inner, len(_key(key, left)))
            for key, item in value.items()
        ]
    else:
        left, right = '[]' if isinstance(value, list) else '()'
        parts = [rendered(item, inner) for item in value]
    lines = ''.join(f'{" " * inner}{part},\n' for part in parts)
    return f'{left}\n{lines}{" " * indent}{right}'


def _flat(value: Any) -> str:
    """Returns a value's text in one line."""
    if isinstance(value, Mapping):
        left, right = _brackets(value)
        parts = [_key(key, left) + _flat(item) for key, item in value.items()]
        return f'{left}{", ".join(parts)}{right}'
    if isinstance(value, list):
        return f'[{", ".join(map(_flat, value))}]'
    if isinstance(value, tuple):
        return f'({"".join(f"{_flat(item)}, " for item in value)})'
    return repr(value)


def _brackets(value: Mapping[Any, Any]) -> tuple[str, str]:
    """Returns what stands around a dict; not all keys are names."""
    names = all(
        isinstance(k, str) and k.isidentifier() and not iskeyword(k)
        for k in value
    )
    return ('dict(', ')') if names else ('{', '}')


def _key(key: Any, left: str) -> str:
    """Returns what stands before a dict's value."""
    return f'{key}=' if left == 'dict(' else f'{key!r}: '
