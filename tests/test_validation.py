"""Tests of the checks of what a user passes."""

import math
from argparse import Namespace
from collections import OrderedDict
from typing import Any

import pytest
import torch

from mmrazor_ssdkd.validation import (
    check_choice,
    check_finite,
    check_int,
    check_logits,
    check_number,
    check_same_shape,
    shown,
)


@pytest.mark.parametrize('value', [0, 0.0, 1.5, 10**6])
def test_number_in_range_is_returned(value):
    """A number within the bounds comes back as it is."""
    assert check_number('alpha', value) is value


def test_number_bound_is_inclusive():
    """The bound itself is allowed."""
    assert check_number('share', 0.5, minimum=0.5) == 0.5


@pytest.mark.parametrize(
    ('value', 'kwargs', 'message'),
    [
        (-0.1, {}, '`alpha` must be >= 0.0, but got -0.1'),
        (0.0, dict(exclusive=True), '`alpha` must be > 0.0, but got 0.0'),
        (math.inf, {}, '`alpha` must be >= 0.0, but got inf'),
        (math.nan, {}, '`alpha` must be >= 0.0, but got nan'),
    ],
)
def test_number_out_of_range_raises(value, kwargs, message):
    """Too small, infinite and NaN are refused, with the rule."""
    with pytest.raises(ValueError, match=message):
        check_number('alpha', value, **kwargs)


@pytest.mark.parametrize('value', [True, '1', None, [1.0], 1j])
def test_what_is_no_number_raises(value):
    """Anything but int and float is refused, bool included."""
    with pytest.raises(TypeError, match='`alpha` must be a number, but got'):
        check_number('alpha', value)


def test_int_in_range_is_returned():
    """The smallest allowed integer comes back as it is."""
    assert check_int('size', 1) == 1
    assert check_int('size', 0, minimum=0) == 0


@pytest.mark.parametrize('value', [True, 1.0, '1', None])
def test_what_is_no_int_raises(value):
    """Anything but int is refused, bool and whole floats included."""
    with pytest.raises(TypeError, match='`size` must be an int, but got'):
        check_int('size', value)


def test_too_small_int_raises():
    """The message has the name, the bound and the value."""
    with pytest.raises(ValueError, match='`size` must be >= 2, but got 1'):
        check_int('size', 1, minimum=2)


def test_choice_is_returned():
    """One of the choices comes back as it is."""
    assert check_choice('evict', 'phi', ('oldest', 'phi')) == 'phi'


@pytest.mark.parametrize('value', ['newest', None, 3])
def test_what_is_no_choice_raises(value):
    """The message lists the choices and has the value."""
    message = rf"`evict` must be one of \['oldest', 'phi'\].*{value!r}"
    with pytest.raises(ValueError, match=message):
        check_choice('evict', value, ('oldest', 'phi'))


@pytest.mark.parametrize('shape', [(2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_logits_are_returned(shape):
    """Those of one class, several labels and maps come back as they are."""
    logits = torch.zeros(shape)
    assert check_logits('preds_T', logits) is logits


@pytest.mark.parametrize('shape', [(), (2,), (1, 2, 3, 4, 5)])
def test_logits_of_another_shape_raise(shape):
    """The message has the name and the shape."""
    with pytest.raises(ValueError, match='`preds_T` must have shape') as info:
        check_logits('preds_T', torch.zeros(shape))
    assert str(tuple(shape)) in str(info.value)


@pytest.mark.parametrize(
    ('logits', 'kind'),
    [
        (torch.zeros(2, 3, dtype=torch.long), 'torch.int64'),
        ([[1.0, 2.0]], 'list'),
        (None, 'NoneType'),
    ],
)
def test_logits_that_are_no_float_tensor_raise(logits, kind):
    """The message has the type that came instead."""
    message = f'`preds_T` must be a float tensor, but got {kind}'
    with pytest.raises(TypeError, match=message):
        check_logits('preds_T', logits)


def test_same_shape():
    """Equal shapes pass; others are named with their shapes."""
    check_same_shape(a=torch.zeros(2, 3), b=torch.ones(2, 3))
    message = r'`a` and `b` must have one shape, but got \(2, 3\) and \(3,\)'
    with pytest.raises(ValueError, match=message):
        check_same_shape(a=torch.zeros(2, 3), b=torch.zeros(3))


def test_finite_tensor_is_returned():
    """A finite tensor comes back as it is, an empty one too."""
    for tensor in (torch.ones(3), torch.zeros(0)):
        assert check_finite('preds_T', tensor) is tensor


def test_infinite_tensor_raises():
    """The message counts what is NaN or infinite."""
    tensor = torch.tensor([1.0, math.nan, -math.inf, 2.0])
    with pytest.raises(ValueError, match=r'`preds_T` must be finite.* 2 .*4'):
        check_finite('preds_T', tensor)


@pytest.mark.parametrize(
    'value',
    [
        None,
        -1.5,
        10**30,
        'a "text"',
        b'bytes',
        [1, [2, []], ()],
        (1,),
        {'b': 1, 'a': {2: None}},
        {3},
        frozenset(),
        OrderedDict(b=1, a=2),
        Namespace(b=1, a=[2]),
        torch.Size([1, 2]),
        torch.ones(1),
        int,
    ],
    ids=repr,
)
def test_short_values_are_shown_whole(value):
    """As they show themselves, but for a Python that shows one otherwise."""
    text = shown(value)
    if isinstance(value, (OrderedDict, Namespace)):
        assert "'b': 1, 'a':" in text
        assert type(value).__name__ in text
    else:
        assert text == repr(value)


@pytest.mark.parametrize('kind', [list, tuple, OrderedDict, dict, Namespace])
def test_value_of_many_references_is_cut(kind):
    """Its `repr` would have ten billion parts; ten lists are kept of it."""
    value: Any = ['x'] * 10
    for _ in range(10):
        value = _tenfold(kind, value)
    text = shown(value)
    assert len(text) == 203
    assert text.endswith('...')


def _tenfold(kind: type, value: Any) -> Any:
    """Returns a container that holds something ten times."""
    names = dict.fromkeys('abcdefghij', value)
    return kind([value] * 10) if kind in (list, tuple) else kind(**names)


def test_long_values_are_cut_at_their_end():
    """As they were read so far."""
    assert shown('x' * 300) == "'" + 'x' * 199 + '...'
    assert shown(list(range(300))).startswith('[0, 1, 2,')
    assert shown('x' * 300, longest=10) == "'xxxxxxxxx..."


def test_value_that_cannot_be_shown():
    """Of so many digits, Python shows no integer."""
    assert shown(10**5000) == 'a int that cannot be shown'
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert len(shown(deep)) <= 203
