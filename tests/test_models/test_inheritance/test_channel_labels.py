"""Tests of ids beside a tensor."""

import pytest
import torch

from mmrazor_ssdkd.models.inheritance.channel_ids import NOBODY
from mmrazor_ssdkd.models.inheritance.channel_labels import (
    channel_dim,
    nobody,
    passes,
    shrink,
    spread,
)

ROWS = torch.tensor([[1, 2, 3], [1, 2, 3]])


def test_ids_pass_along_dimensions_where_they_are_equal():
    assert passes(ROWS, 0).tolist() == [[1, 2, 3]]
    assert passes(ROWS, 1) is None
    assert passes(None, 0) is None


@pytest.mark.parametrize(
    ('size', 'fits'), [((4, 3), True), ((4, 2), False), ((1, 4, 3), False)]
)
def test_ids_spread_over_an_output(size, fits):
    covered = spread(ROWS[:1], torch.zeros(size))
    assert (covered is not None) is fits
    assert spread(None, torch.zeros(size)) is None


def test_equal_ids_take_no_memory():
    small = shrink(ROWS)
    assert small.equal(ROWS)
    assert small.stride() == (0, 1)


def test_a_tensor_without_ids_is_nobodys():
    assert nobody(torch.zeros(2, 1)).tolist() == [[NOBODY], [NOBODY]]


@pytest.mark.parametrize(
    ('labels', 'dim'),
    [
        # Two branches of three channels, and three channels of two tokens.
        (torch.tensor([[1, 2, 3], [4, 5, 6]]), 1),
        (torch.tensor([[1, 2], [3, 4], [5, 6]]), 0),
        (torch.tensor([[1, 2], [3, 4]]), 1),
        (ROWS.T, 0),
        (torch.ones(2, 3), None),
        (torch.ones(()), None),
        (torch.ones(2, 0), None),
    ],
)
def test_channels_lie_where_most_ids_differ(labels, dim):
    assert channel_dim(labels) == dim
