"""Rows that count more are rows that stand there more often."""

import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models.inheritance.least_squares import (
    _mean,
    _solve,
    _weighed,
)


def fitted(x, y, shares=None):
    """Returns the weights, from zeros, of a linear layer."""
    x = _weighed(x - _mean(x, shares), shares)
    y = _weighed(y - _mean(y, shares), shares)
    return _solve(torch.zeros(y.shape[1], x.shape[1]), x, y, 1)


def test_shares_are_repeats():
    """But for the ridge, which is a share of the inputs' squares."""
    torch.manual_seed(0)
    x, y = torch.randn(40, 3), torch.randn(40, 2)
    shares = torch.ones(40)
    shares[:10] = 3.0
    again = [torch.cat([rows, rows[:10], rows[:10]]) for rows in (x, y)]
    assert_close(_mean(x, shares), again[0].mean(0))
    found, expected = fitted(x, y, shares), fitted(*again)
    assert_close(found, expected, rtol=1e-2, atol=1e-3)
    # Equal ones would give another fit.
    assert (fitted(x, y) - expected).abs().max() > 0.02
