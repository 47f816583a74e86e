"""What each kind of argument may be, written apart from the package."""

from collections.abc import Callable, Sequence
from typing import Any

Rule = Callable[[Any], bool]
# What the package takes for more than anybody means.
MOST = 10**6


def count(minimum: int = 1, maximum: int = 2**31 - 1) -> Rule:
    """Is a whole number in a range."""
    return lambda value: type(value) is int and minimum <= value <= maximum


def number(
    minimum: float = 0, exclusive: bool = False, maximum: float = MOST
) -> Rule:
    """Is a finite number in a range."""

    def rule(value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        low = value > minimum if exclusive else value >= minimum
        return low and value <= maximum

    return rule


def word(*choices: str) -> Rule:
    """Is one of some words."""
    return lambda value: isinstance(value, str) and value in choices


def flag(value: Any) -> bool:
    """Is True or False."""
    return isinstance(value, bool)


def flag_or_layers(value: Any) -> bool:
    """Is True, False or 'layers'."""
    return flag(value) or (text(value) and value == 'layers')


def text(value: Any) -> bool:
    """Is a text that stands for something."""
    return isinstance(value, str)


def maybe(rule: Rule) -> Rule:
    """Is None or what a rule says."""
    return lambda value: value is None or rule(value)


def several(length: int, rule: Rule) -> Rule:
    """Is a sequence of a length whose items keep a rule."""
    return lambda value: (
        isinstance(value, Sequence)
        and not isinstance(value, (str, bytes))
        and len(value) == length
        and all(map(rule, value))
    )


def size(minimum: int = 1, maximum: int = 10**4) -> Rule:
    """Is a side or two; the most is what would fit into a memory."""
    side = count(minimum, maximum)
    return lambda value: side(value) or several(2, side)(value)


def statistics(length: int, positive: bool) -> Rule:
    """Is a number for each channel."""
    return several(
        length, number(0 if positive else -MOST, exclusive=positive)
    )


def never(_value: Any) -> bool:
    """Is nothing that the campaign tries, such as the config of a part."""
    return False
