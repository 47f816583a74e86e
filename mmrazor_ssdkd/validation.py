"""Checks of what a user passes, each naming the argument, rule and value."""

import math
import reprlib
from argparse import Namespace
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch

__all__ = [
    'check_bool',
    'check_choice',
    'check_finite',
    'check_int',
    'check_logits',
    'check_number',
    'check_numbers',
    'check_same_shape',
    'shown',
]

# No weight, exponent or count of anything is meant to be larger.
LARGEST_NUMBER = 1e6
LARGEST_INT = 2**31 - 1
_LONGEST = 200


def shown(value: Any, longest: int = _LONGEST) -> str:
    """Returns a value as a message shows it: in one line that is not long.

    Args:
        value (object): Anything.
        longest (int): How many characters it may have. Defaults to 200.

    Returns:
        str: Its `repr`, cut where it is longer.
    """
    try:
        text = ' '.join(_ShortRepr(longest).repr(value).split())
    # It is the user's, and integers of 4,300 digits have none either.
    except Exception:
        text = f'a {type(value).__name__} that cannot be shown'
    return text if len(text) <= longest else f'{text[:longest]}...'


class _ShortRepr(reprlib.Repr):
    """Shows the beginning of a value, in no more time than that takes.

    A file of two kilobytes can hold a list whose `repr` takes gigabytes: of
    ten times one list, of ten times another, and so on.

    Args:
        longest (int): How many characters are wanted; as many parts of the
            value are looked at.
    """

    def __init__(self, longest: int) -> None:
        super().__init__()
        self.left = self.maxlevel = longest
        self.maxlist = self.maxtuple = self.maxset = self.maxstring = longest

    def repr1(self, x: Any, level: int) -> str:
        """Shows a part, while any more are wanted."""
        self.left -= 1
        return super().repr1(x, level) if self.left >= 0 else '...'

    def repr_str(self, x: str, level: int) -> str:
        """Shows a text from its beginning, not from both of its ends."""
        return repr(x[: self.maxstring])

    def repr_bytes(self, x: bytes, level: int) -> str:
        """Shows bytes from their beginning."""
        return repr(x[: self.maxstring])

    def repr_int(self, x: int, level: int) -> str:
        """Shows an integer whole; one that has no `repr` raises."""
        return repr(x)

    def repr_dict(self, x: dict, level: int) -> str:
        """Shows a dict in its own order."""
        parts = []
        for key, value in x.items():
            if self.left < 0:
                break
            key_text = self.repr1(key, level - 1)
            parts.append(f'{key_text}: {self.repr1(value, level - 1)}')
        return '{' + ', '.join(parts) + '}'

    def repr_OrderedDict(self, x: OrderedDict, level: int) -> str:
        """Shows what state dicts are."""
        return f'OrderedDict({self.repr_dict(x, level)})'

    def repr_Namespace(self, x: Namespace, level: int) -> str:
        """Shows the command line that some checkpoints hold."""
        return f'Namespace({self.repr_dict(vars(x), level)})'

    def repr_instance(self, x: Any, level: int) -> str:
        """Shows anything else as it shows itself."""
        return repr(x)


def check_bool(name: str, value: bool) -> bool:
    """Returns a bool; on a command line 'off' would be a true string.

    Raises:
        TypeError: The value is none.
    """
    if not isinstance(value, bool):
        raise TypeError(
            f'`{name}` must be True or False, but got {shown(value)}'
        )
    return value


def check_number(
    name: str,
    value: float,
    minimum: float = 0.0,
    exclusive: bool = False,
    maximum: float = LARGEST_NUMBER,
) -> float:
    """Returns a number in ``[minimum, maximum]``.

    Args:
        name (str): The argument's name, for the message.
        value (float): What was passed.
        minimum (float): Its lower bound. Defaults to 0.
        exclusive (bool): Whether the lower bound itself is too small.
            Defaults to False.
        maximum (float): Its upper bound. Defaults to a million.

    Raises:
        TypeError: The value is no real number.
        ValueError: It is outside the range, infinite or NaN.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f'`{name}` must be a number, but got {shown(value)}')
    large_enough = value > minimum if exclusive else value >= minimum
    if not large_enough or value == math.inf:
        rule = f'{">" if exclusive else ">="} {minimum}'
        raise ValueError(f'`{name}` must be {rule}, but got {shown(value)}')
    if value > maximum:
        raise ValueError(
            f'`{name}` must be <= {maximum:g}, but got {shown(value)}'
        )
    return value


def check_numbers(
    name: str,
    values: Sequence[float],
    minimum: float = 0.0,
    exclusive: bool = False,
) -> tuple[float, ...]:
    """Returns numbers as :func:`check_number` does.

    Raises:
        TypeError: They are no sequence, or one of them no real number.
        ValueError: One of them is out of range.
    """
    if not isinstance(values, Sequence) or isinstance(values, (str, bytes)):
        raise TypeError(
            f'`{name}` must be a sequence of numbers, but got {shown(values)}'
        )
    return tuple(
        check_number(name, value, minimum, exclusive) for value in values
    )


def check_int(
    name: str, value: int, minimum: int = 1, maximum: int = LARGEST_INT
) -> int:
    """Returns an integer in ``[minimum, maximum]``.

    Raises:
        TypeError: The value is no integer.
        ValueError: It is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f'`{name}` must be an int, but got {shown(value)}')
    if not minimum <= value <= maximum:
        rule = f'>= {minimum}' if value < minimum else f'<= {maximum}'
        raise ValueError(f'`{name}` must be {rule}, but got {shown(value)}')
    return value


def check_choice(name: str, value: str, choices: Sequence[str]) -> str:
    """Returns a value that is one of ``choices``.

    Raises:
        ValueError: It is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f'`{name}` must be one of {list(choices)}, but got {shown(value)}'
        )
    return value


def check_logits(name: str, logits: torch.Tensor) -> torch.Tensor:
    """Returns logits of shape ``(N, C)``, ``(N, C, L)`` or ``(N, C, H, W)``.

    Raises:
        TypeError: They are no floating-point tensor.
        ValueError: They have another shape.
    """
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        kind = getattr(logits, 'dtype', type(logits).__name__)
        raise TypeError(f'`{name}` must be a float tensor, but got {kind}')
    if logits.dim() not in (2, 3, 4):
        raise ValueError(
            f'`{name}` must have shape (N, C), (N, C, L) or (N, C, H, W), but '
            f'got {tuple(logits.shape)}'
        )
    return logits


def check_same_shape(**tensors: torch.Tensor) -> None:
    """Raises a ValueError unless all tensors have the same shape."""
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if len(set(shapes.values())) > 1:
        names = ' and '.join(f'`{name}`' for name in shapes)
        found = ' and '.join(str(shape) for shape in shapes.values())
        raise ValueError(f'{names} must have one shape, but got {found}')


def is_on_host(tensor: torch.Tensor) -> bool:
    """Returns whether a tensor's values can be read without waiting."""
    return tensor.device.type == 'cpu'


def check_finite(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Returns a tensor that holds no NaN and no infinity.

    Costs a synchronisation on an accelerator, so nothing calls it in the
    student's step there.

    Raises:
        ValueError: It holds some; says how many.
    """
    if not torch.isfinite(tensor).all():
        bad = int((~torch.isfinite(tensor)).sum())
        raise ValueError(
            f'`{name}` must be finite, but got {bad} NaN or infinite values '
            f'of {tensor.numel()}'
        )
    return tensor
