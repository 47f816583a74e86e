"""Tests of the formulas of priority sampling."""

import math

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.replay import (
    importance_weight,
    priority,
    sampling_probability,
)

TEACHER = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]).log()
STUDENT = torch.tensor([[0.25, 0.5, 0.25], [1 / 3, 1 / 3, 1 / 3]]).log()
DIVERGENCE = [
    0.5 * math.log(2) + 0.25 * math.log(0.5),
    0.1 * math.log(0.3) + 0.2 * math.log(0.6) + 0.7 * math.log(2.1),
]


def test_priority_is_weight_times_divergence():
    """The value computed by hand on a 2x3 tensor."""
    weight = torch.tensor([2.0, 0.5])
    delta = priority(preds_S=STUDENT, preds_T=TEACHER, weight=weight)
    assert_close(delta, weight * torch.tensor(DIVERGENCE))


def test_priority_of_a_segmentor_is_the_mean_over_pixels():
    """An image of two pixels has the mean of their divergences."""
    delta = priority(
        preds_S=STUDENT.t().reshape(1, 3, 1, 2),
        preds_T=TEACHER.t().reshape(1, 3, 1, 2),
        weight=torch.ones(1),
    )
    assert_close(delta, torch.tensor([sum(DIVERGENCE) / 2]))


def test_priority_at_a_temperature():
    """Halved logits, that is square roots of what is likely, by hand."""
    delta = priority(
        preds_S=torch.tensor([[0.0, 0.0]]),
        preds_T=torch.tensor([[math.log(9), 0.0]]),
        weight=torch.tensor([0.5]),
        tau=2.0,
    )
    # Of 9 to 1 there remain 3 to 1.
    divergence = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert_close(delta, torch.tensor([0.5 * 2**2 * divergence]))


def test_priority_has_no_gradient():
    """A priority is a number about the student, not a path to it."""
    preds_S = STUDENT.clone().requires_grad_()
    delta = priority(preds_S=preds_S, preds_T=TEACHER, weight=torch.ones(2))
    assert not delta.requires_grad


@pytest.mark.parametrize('name', ['preds_S', 'preds_T'])
@pytest.mark.parametrize('value', [math.nan, math.inf])
def test_priority_of_infinite_logits_raises(name, value):
    """The message says whose logits are not finite."""
    logits = dict(preds_S=STUDENT.clone(), preds_T=TEACHER.clone())
    logits[name][1, 2] = value
    with pytest.raises(ValueError, match=f'`{name}` must be finite.* 1 NaN'):
        priority(**logits, weight=torch.ones(2))


def test_priority_with_too_few_weights_raises():
    """One weight does not silently stand for all samples."""
    with pytest.raises(ValueError, match=r'`weight` and .* \(1,\) and \(2,\)'):
        priority(preds_S=STUDENT, preds_T=TEACHER, weight=torch.ones(1))


@pytest.mark.parametrize(
    ('alpha', 'expected'),
    [
        (1.0, [1 / 8, 2 / 8, 5 / 8]),
        (2.0, [1 / 30, 4 / 30, 25 / 30]),
        (0.0, [1 / 3, 1 / 3, 1 / 3]),
    ],
)
def test_sampling_probability(alpha, expected):
    """(|priority| + eps) ** alpha over its sum; alpha = 0 is uniform."""
    delta = torch.tensor([0.0, -1.0, 4.0])
    assert_close(
        sampling_probability(delta, alpha, eps=1.0), torch.tensor(expected)
    )


def test_eps_keeps_samples_of_no_priority_in_the_draw():
    """A priority of 0 has a probability, the one that eps gives it."""
    delta = torch.tensor([0.0, 0.75])
    assert_close(
        sampling_probability(delta, 1.0, eps=0.25), torch.tensor([0.2, 0.8])
    )
    assert (sampling_probability(torch.zeros(4), 0.6, 1e-6) == 0.25).all()


@pytest.mark.parametrize('alpha', [0.0, 0.6, 1.0, 4.0, 8.0])
def test_probabilities_are_finite_and_sum_to_one(alpha):
    """No alpha in use makes the draw from equal or far priorities fail."""
    for delta in (torch.zeros(3), torch.tensor([0.0, 1e-3, 50.0])):
        probability = sampling_probability(delta, alpha, eps=1e-6)
        assert_close(probability.sum(), torch.tensor(1.0))


@pytest.mark.parametrize('shape', [(0,), (), (2, 2)])
def test_sampling_probability_of_another_shape_raises(shape):
    """There must be one priority per sample, and a sample."""
    with pytest.raises(ValueError, match='`priority` must have shape') as info:
        sampling_probability(torch.zeros(shape), 1.0, 1.0)
    assert str(tuple(shape)) in str(info.value)


@pytest.mark.parametrize(
    ('alpha', 'eps', 'message'),
    [
        (-1.0, 1.0, '`alpha` must be >= 0.0, but got -1.0'),
        (1.0, 0.0, '`eps` must be >= 1e-30, but got 0.0'),
        (1.0, -1.0, '`eps` must be >= 1e-30, but got -1.0'),
    ],
)
def test_sampling_probability_out_of_range_raises(alpha, eps, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(ValueError, match=message):
        sampling_probability(torch.ones(2), alpha, eps)


def test_importance_weight():
    """(N P) ** -beta, computed by hand for N = 4 and beta = 1/2."""
    probability = torch.tensor([1 / 4, 1 / 2, 1 / 8])
    expected = torch.tensor([1.0, 0.5**0.5, 2**0.5])
    assert_close(importance_weight(probability, 0.5, size=4), expected)


def test_importance_weight_counts_its_argument_by_default():
    """Without a size N is the number of probabilities."""
    probability = torch.tensor([0.2, 0.8])
    assert_close(
        importance_weight(probability, 1.0), torch.tensor([2.5, 0.625])
    )


def test_beta_0_makes_all_weights_1():
    """Without a correction every weight is exactly 1."""
    weight = importance_weight(torch.tensor([0.01, 0.99]), 0.0, size=7)
    assert (weight == 1).all()


def test_beta_1_is_unbiased():
    """Weighted draws have the plain mean as expectation."""
    values = torch.tensor([3.0, -1.0, 10.0, 0.5])
    probability = sampling_probability(torch.arange(4.0), 0.7, 0.1)
    weight = importance_weight(probability, 1.0)
    assert_close((probability * weight * values).sum(), values.mean())


@pytest.mark.parametrize(
    ('beta', 'size', 'message'),
    [
        (-0.5, 2, '`beta` must be >= 0.0, but got -0.5'),
        (0.5, 0, '`size` must be >= 1, but got 0'),
    ],
)
def test_importance_weight_out_of_range_raises(beta, size, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(ValueError, match=message):
        importance_weight(torch.ones(1), beta, size)


@pytest.mark.parametrize('alpha', [0.0, 0.6, 1e6])
def test_least_eps(alpha):
    """Samples of priority 0 are drawn alike, in float32, too."""
    found = sampling_probability(torch.zeros(4), alpha, 1e-30)
    torch.testing.assert_close(found, torch.full((4,), 0.25))
