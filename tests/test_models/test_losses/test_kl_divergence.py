"""Tests of the divergence between teacher and student."""

import math

import pytest
import torch
from mmrazor.models.losses import KLDivergence
from torch.testing import assert_close

from mmrazor_ssdkd.models.losses import (
    kl_divergence,
    losses_of_samples,
    mean_over_pixels,
)

P_T = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
P_S = torch.tensor([[0.25, 0.5, 0.25], [1 / 3, 1 / 3, 1 / 3]])
EXPECTED = torch.tensor(
    [
        0.25 * math.log(2),
        0.1 * math.log(0.3) + 0.2 * math.log(0.6) + 0.7 * math.log(2.1),
    ]
)


def test_value():
    """The values computed by hand on a 2x3 tensor."""
    assert_close(kl_divergence(P_S.log(), P_T.log()), EXPECTED)


def test_direction():
    """It is KL(teacher || student), not the other way round."""
    preds_T = torch.tensor([[0.9, 0.1]]).log()
    preds_S = torch.tensor([[0.5, 0.5]]).log()
    expected = 0.9 * math.log(1.8) + 0.1 * math.log(0.2)
    assert_close(kl_divergence(preds_S, preds_T), torch.tensor([expected]))


@pytest.mark.parametrize('shape', [(4, 5), (4, 5, 2, 3)])
@pytest.mark.parametrize('tau', [1.0, 4.0])
def test_equal_distributions(shape, tau):
    """It is 0 where the logits differ by a constant at most."""
    preds_T = torch.randn(shape)
    zeros = torch.zeros(4)
    assert_close(kl_divergence(preds_T + 3, preds_T, tau), zeros)


@pytest.mark.parametrize('tau', [1.0, 4.0])
def test_agrees_with_mmrazor(tau):
    """Its mean is what MMRazor's loss gives for a classifier's logits."""
    preds_S, preds_T = torch.randn(2, 6, 10).unbind()
    theirs = KLDivergence(tau=tau, reduction='batchmean')(preds_S, preds_T)
    assert_close(kl_divergence(preds_S, preds_T, tau).mean(), theirs)


def test_temperature():
    """Logits are divided by tau, the result is multiplied by its square."""
    tau = 2.0
    # Softmax of these logits over tau are the probabilities above.
    divergence = kl_divergence(tau * P_S.log(), tau * P_T.log(), tau)
    assert_close(divergence, 4 * EXPECTED)


def test_segmentor_averages_over_pixels():
    """One value per image, the mean of its pixels' divergences."""
    preds_S = P_S.log().t().reshape(1, 3, 2, 1)
    preds_T = P_T.log().t().reshape(1, 3, 2, 1)
    expected = EXPECTED.mean().view(1)
    assert_close(kl_divergence(preds_S, preds_T), expected)
    four = [logits.repeat(1, 1, 2, 1) for logits in (preds_S, preds_T)]
    assert_close(kl_divergence(*four), expected)


def test_one_pixel_is_a_classifier():
    """A 1x1 map has the divergence of its (N, C) logits."""
    preds_S, preds_T = torch.randn(2, 6, 10).unbind()
    assert_close(
        kl_divergence(preds_S[:, :, None, None], preds_T[:, :, None, None]),
        kl_divergence(preds_S, preds_T),
    )


def test_gradient_of_the_student():
    """d KL / d preds_S = p_S - p_T, sample by sample."""
    preds_S = P_S.log().requires_grad_()
    kl_divergence(preds_S, P_T.log()).sum().backward()
    assert_close(preds_S.grad, P_S - P_T)


def test_gradient_of_the_teacher():
    """d KL / d preds_T = p_T (log p_T - log p_S - KL)."""
    preds_T = P_T.log().requires_grad_()
    kl_divergence(P_S.log(), preds_T).sum().backward()
    expected = P_T * (P_T.log() - P_S.log() - EXPECTED.view(-1, 1))
    assert_close(preds_T.grad, expected)


def test_half_precision_logits():
    """Sums are made in float32 whatever the logits are."""
    preds_S, preds_T = torch.randn(2, 4, 7).bfloat16().unbind()
    divergence = kl_divergence(preds_S, preds_T)
    assert divergence.dtype == torch.float32
    assert_close(divergence, kl_divergence(preds_S.float(), preds_T.float()))


@pytest.mark.parametrize('tau', [0.0, -1.0, 1e-40, math.inf])
def test_bad_temperature_raises(tau):
    """The message has the name and the value."""
    message = f'`tau` must be >= 0.001, but got {tau}'
    with pytest.raises(ValueError, match=message):
        kl_divergence(P_S, P_T, tau)


def test_shapes_that_disagree_raise():
    """A student of other classes is not broadcast."""
    message = r'`preds_S` and `preds_T` must have one shape.*\(2, 1\).*\(2, 3'
    with pytest.raises(ValueError, match=message):
        kl_divergence(P_S[:, :1], P_T)


def test_logits_of_a_wrong_kind_raise():
    """The message says whose logits they are."""
    with pytest.raises(TypeError, match='`preds_S` must be a float tensor'):
        kl_divergence(P_S.long(), P_T)
    with pytest.raises(ValueError, match='`preds_T` must have shape'):
        kl_divergence(P_S, P_T[0])


def test_losses_of_samples():
    """Pixels are averaged, labels added, and (N,) left as it is."""
    assert losses_of_samples(torch.tensor([[1.0, 3.0]])).tolist() == [4.0]
    assert losses_of_samples(torch.tensor([[[1.0, 3.0]]])).tolist() == [2.0]
    assert losses_of_samples(torch.tensor([1.0, 3.0])).tolist() == [1.0, 3.0]


def test_mean_over_pixels():
    """(N, H, W) is averaged to (N,), and (N,) left as it is."""
    values = torch.tensor([[[1.0, 2.0], [3.0, 6.0]], [[0.0, 0.0], [0.0, 2.0]]])
    assert mean_over_pixels(values).tolist() == [3.0, 0.5]
    assert mean_over_pixels(torch.tensor([4.0, 5.0])).tolist() == [4.0, 5.0]


def test_weight_of_pixels():
    """Each pixel's divergence counts as much before the mean."""
    torch.manual_seed(0)
    preds_S, preds_T = torch.randn(2, 3, 4, 2, 1).unbind()
    single = torch.stack(
        [
            kl_divergence(preds_S[..., i, 0], preds_T[..., i, 0])
            for i in (0, 1)
        ],
        dim=1,
    )
    weight = torch.tensor([[[2.0], [0.0]], [[1.0], [3.0]], [[0.5], [1.0]]])
    found = kl_divergence(preds_S, preds_T, weight=weight)
    assert_close(found, (weight[..., 0] * single).mean(dim=1))


@pytest.mark.parametrize('tau', [50.0, 51.0, 1e4, 1e6])
def test_high_temperatures(tau):
    """Terms that nearly cancel leave what float64 does."""
    torch.manual_seed(0)
    preds_S, preds_T = torch.randn(2, 3, 1000).mul(3).unbind()
    wide = kl_divergence(preds_S.double(), preds_T.double(), tau)
    found = kl_divergence(preds_S.requires_grad_(), preds_T, tau)
    assert found.dtype == torch.float32
    assert_close(found, wide.float(), rtol=1e-3, atol=0.0)
    found.sum().backward()
    # Its limit: the difference of the logits, less its mean, over C.
    difference = (preds_S - preds_T).detach()
    limit = (difference - difference.mean(1, keepdim=True)) / 1000
    assert_close(preds_S.grad, limit, rtol=0.0, atol=limit.abs().max() * 0.2)
