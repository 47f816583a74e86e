"""Rebuilds pickled numpy arrays that hold numbers, and no others.

numpy's own constructors take a type, a shape, a buffer and flags as they
come, so that a pickle could make an object array over bytes of its choice.
"""

import math
import re
from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any, Union

import numpy as np

from mmrazor_ssdkd.validation import shown

_NUMBER = re.compile(r'b1|[iu][1248]|f[248]')
# What numpy pickles of a type without parts, but for the order of its bytes.
_PLAIN = (None, None, None, -1, -1, 0)
# numpy 2 moved the module; a file may have been written by either.
_MODULES = ('numpy._core.multiarray', 'numpy.core.multiarray')
_START = np.dtype(np.int8)


def numpy_globals() -> list[Union[Callable[..., Any], tuple[Any, str]]]:
    """Returns what stands in for numpy's names, for torch's safe globals."""
    return [
        (NumberArray, 'numpy.ndarray'),
        (NumberType, 'numpy.dtype'),
        *((_reconstruct, f'{module}._reconstruct') for module in _MODULES),
        *((_scalar, f'{module}.scalar') for module in _MODULES),
        # The content of an empty array.
        (_no_bytes, 'builtins.bytes'),
    ]


class NumberType:
    """Stands in for a pickled ``np.dtype``, which could be told any layout.

    ``np.dtype(...)`` of it is the type.

    Args:
        code (str): A bool, integer or float of up to 8 bytes, such as 'f4'.
        align (bool): As numpy pickles it, False.
        copy (bool): As numpy pickles it, True.
    """

    # With slots no other pickled object can become one.
    __slots__ = ('dtype',)
    dtype: np.dtype

    def __new__(
        cls, code: Any, align: Any = False, copy: Any = True
    ) -> 'NumberType':
        """Checks in here, since a pickle can pass ``__init__`` by."""
        _require(type(code) is str and _NUMBER.fullmatch(code), 'type', code)
        _require(align is False and copy is True, 'type', (align, copy))
        self = super().__new__(cls)
        self.dtype = np.dtype(code)
        return self

    def __reduce__(self) -> Any:
        """Pickles as the type."""
        return self.dtype.__reduce__()

    def __setstate__(self, state: Any) -> None:
        """Takes over the order of the bytes, and nothing else."""
        valid = isinstance(state, tuple) and len(state) == 8
        valid = valid and state[0] == 3 and state[1] in ('<', '>', '|', '=')
        _require(valid and state[2:] == _PLAIN, 'type', state)
        self.dtype = self.dtype.newbyteorder(state[1])


class NumberArray(np.ndarray):
    """An array that can only be filled with numbers, once.

    Unpickling fills the object that it has, so that the array keeps this
    class; it is pickled as what it stands for, and what is computed from it
    is an ordinary array.
    """

    __array_priority__ = -1.0

    def __new__(cls, *args: Any, **kwargs: Any) -> 'NumberArray':
        """Refuses what only a hostile file asks for."""
        raise UnpicklingError(
            'a checkpoint must rebuild arrays as numpy writes them, but calls '
            f'ndarray{shown(args)}'
        )

    def __reduce__(self) -> Any:
        """Pickles as an ordinary array."""
        return np.asarray(self).__reduce__()

    def __array_wrap__(
        self, array: Any, context: Any = None, return_scalar: bool = False
    ) -> Any:
        """Returns results as numpy returns those of ordinary arrays."""
        return array[()] if return_scalar else np.asarray(array)

    def __setstate__(self, state: Any) -> None:
        """Takes over shape, type and bytes that go together."""
        _require(type(state) is tuple and len(state) == 5, 'array', state)
        version, shape, kind, fortran, content = state
        _require(version == 1 and type(kind) is NumberType, 'array', kind)
        dtype = kind.dtype
        _require(_is_shape(shape) and type(content) is bytes, 'array', shape)
        _require(
            len(content) == math.prod(shape) * dtype.itemsize, 'array', shape
        )
        # A tensor over the first content would be left with freed memory.
        _require(not hasattr(self, '_filled'), 'array', shape)
        checked: Any = (1, shape, dtype, bool(fortran), content)
        super().__setstate__(checked)
        self._filled = True


def _reconstruct(kind: Any, shape: Any, code: Any) -> NumberArray:
    """Returns an array that is still to be filled."""
    _require(
        kind is NumberArray and shape == (0,) and code == b'b', 'array', kind
    )
    return np.ndarray.__new__(NumberArray, shape, _START)


def _scalar(kind: Any, content: Any) -> Any:
    """Returns a number of numpy's."""
    _require(type(kind) is NumberType, 'number', kind)
    size = kind.dtype.itemsize
    _require(type(content) is bytes and len(content) == size, 'number', size)
    return np.frombuffer(content, kind.dtype)[0]


def _no_bytes(*args: Any) -> bytes:
    """Returns what protocol 2 pickles as a call."""
    _require(not args, 'content', args)
    return b''


def _is_shape(shape: Any) -> bool:
    """Returns whether a shape is one of numpy's, which has 32 dimensions."""
    return (
        type(shape) is tuple
        and len(shape) <= 32
        and all(type(size) is int and size >= 0 for size in shape)
    )


def _require(valid: Any, what: str, found: Any) -> None:
    """Raises an UnpicklingError for what numpy does not write of numbers."""
    if not valid:
        raise UnpicklingError(
            'a checkpoint must hold numpy arrays of numbers alone, but its '
            f'{what} is {type(found).__name__} {shown(found, longest=80)}'
        )
