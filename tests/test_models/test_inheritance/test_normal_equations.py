"""Rows that count more are rows that stand there more often."""

import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models.inheritance.normal_equations import fit_rows


def fitted(x, y, shares=None):
    """Returns weights, from zeros, and bias of a linear layer."""
    old = torch.zeros(y.shape[1], x.shape[1])
    return fit_rows(old, x, y, shares=shares)


def test_shares_are_repeats():
    """But for the ridge, which is a share of the inputs' squares."""
    torch.manual_seed(0)
    x, y = torch.randn(40, 3), torch.randn(40, 2)
    shares = torch.ones(40)
    shares[:10] = 3.0
    again = [torch.cat([rows, rows[:10], rows[:10]]) for rows in (x, y)]
    found, expected = fitted(x, y, shares), fitted(*again)
    assert_close(found, expected, rtol=1e-2, atol=1e-3)
    # Equal ones would give another fit.
    assert (fitted(x, y)[0] - expected[0]).abs().max() > 0.02


def test_without_a_bias_the_weights_make_the_means():
    """The least squares of the rows as they are, but for the ridge."""
    torch.manual_seed(0)
    x = torch.randn(400, 3) + 2.0
    y = x @ torch.randn(3, 2) + 1.0
    old = torch.zeros(2, 3)
    errors = [
        float((x @ fit_rows(old, x, y, centred=c)[0].T - y).square().mean())
        for c in (True, False)
    ]
    best = x @ torch.linalg.lstsq(x, y).solution - y
    assert errors[1] < 1.1 * float(best.square().mean()) < errors[0] / 2


def test_means_are_met():
    """Of the rows as they count, whatever the ridge does to the weights."""
    torch.manual_seed(0)
    x, y = torch.randn(40, 4) + 3.0, torch.randn(40, 2) - 5.0
    shares = torch.rand(40)
    old = torch.randn(2, 2)
    weight, bias = fit_rows(old, x, y, groups=2, shares=shares)
    made = torch.stack([x[:, :2] @ weight[0], x[:, 2:] @ weight[1]], 1) + bias
    assert_close(shares @ made, shares @ y)
