"""Values that nobody should pass, and some that somebody may."""

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import nn


class Unprintable:
    """Cannot be shown, compared or asked whether it is true."""

    def __repr__(self) -> str:
        raise RuntimeError('no name')

    def __eq__(self, other: object) -> bool:
        raise RuntimeError('no equal')

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise RuntimeError('neither')


def _cyclic() -> list:
    """Returns a list that holds itself."""
    found: list = []
    found.append(found)
    return found


def _cyclic_dict() -> dict:
    """Returns a config that holds itself."""
    found: dict = dict(type='ReLU')
    found['inplace'] = found
    return found


VALUES: dict[str, Callable[[], Any]] = {
    'None': lambda: None,
    'True': lambda: True,
    'text': lambda: 'text',
    'digit': lambda: '1',
    'empty text': str,
    'long text': lambda: 'a' * 10**5,
    'lines': lambda: 'a\nb\0c',
    'bytes': lambda: b'bytes',
    'empty list': list,
    'empty tuple': tuple,
    'list of None': lambda: [None, None],
    'list of nan': lambda: [math.nan, math.nan],
    'list of 0': lambda: [0, 0],
    'list of huge': lambda: [10**400, 10**400],
    'list of text': lambda: ['a', 'b'],
    'list of lists': lambda: [[1], [1]],
    'one of a list': lambda: [1],
    'cyclic list': _cyclic,
    'empty dict': dict,
    'unknown type': lambda: dict(type='NoSuchThing'),
    'type None': lambda: dict(type=None),
    'type number': lambda: dict(type=5),
    'other kind': lambda: dict(type='mmrazor_ssdkd.LatentDataset', length=3),
    'other part': lambda: dict(type='ReLU'),
    'list of dicts': lambda: [dict(type='Normal', layer='Linear')],
    'cyclic dict': _cyclic_dict,
    'set': lambda: {1},
    'object': object,
    'unprintable': Unprintable,
    'class': lambda: nn.Linear,
    'function': lambda: math.sqrt,
    'module': lambda: nn.Linear(2, 2),
    'tensor': lambda: torch.ones(()),
    'tensors': lambda: torch.ones(2),
    'array': lambda: np.ones(3),
    'numpy int': lambda: np.int64(1),
    'numpy nan': lambda: np.float64('nan'),
    'decimal': lambda: Decimal('0.5'),
    'complex': lambda: 1j,
    'nan': lambda: math.nan,
    'inf': lambda: math.inf,
    '-inf': lambda: -math.inf,
    '0': lambda: 0,
    '-0.0': lambda: -0.0,
    '-1': lambda: -1,
    '0.5': lambda: 0.5,
    '-1e-9': lambda: -1e-9,
    '5e-324': lambda: 5e-324,
    '1e12': lambda: 1e12,
    '1e30': lambda: 1e30,
    '1e308': lambda: 1e308,
    '2**31': lambda: 2**31,
    '2**63': lambda: 2**63,
    '10**12': lambda: 10**12,
    '10**400': lambda: 10**400,
    '-10**400': lambda: -(10**400),
    '10**5000': lambda: 10**5000,
}

# The same space, less tidy.
_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**9)
    | st.integers(max_value=-1)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=4)
    | st.complex_numbers()
    | st.decimals()
)
ANYTHING = st.recursive(
    _leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        | st.fixed_dictionaries(dict(type=inner))
    ),
    max_leaves=4,
)
