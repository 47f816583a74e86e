"""Tests of L_BN over rounds."""

import pytest
import torch
from torch import nn

from mmrazor_ssdkd.models.losses import SmoothedBNLoss


@pytest.fixture
def norm() -> nn.BatchNorm2d:
    """A layer whose running mean is 0 and variance 1."""
    return nn.BatchNorm2d(1).eval()


def loss_of(loss: SmoothedBNLoss, norm: nn.Module, *values: float):
    """Returns the loss of a batch of one channel."""
    features = torch.tensor(values).view(-1, 1, 1, 1).requires_grad_()
    with loss.watch(norm):
        norm(features)
        return loss(), features


def test_the_first_round_is_the_batch_s_own(norm):
    loss = SmoothedBNLoss(momentum=0.5)
    # Mean 3 and variance 2, of 0 and 1.
    assert loss_of(loss, norm, 2.0, 4.0)[0].item() == pytest.approx(3 + 1)


def test_later_rounds_are_smoothed(norm):
    loss = SmoothedBNLoss(momentum=0.75)
    loss_of(loss, norm, 2.0, 4.0)
    loss.end_round()
    # Means 3 and -1, variances 2 and 8: 0.75 * 3 - 0.25, 1.5 + 2.
    value, features = loss_of(loss, norm, -3.0, 1.0)
    assert value.item() == pytest.approx(2.0 + 2.5)
    value.backward()
    # The batch's own part alone: d mean is 1/2 each, d var +-4, a quarter of
    # both.
    assert features.grad.flatten().tolist() == pytest.approx(
        [0.25 * (0.5 - 4), 0.25 * (0.5 + 4)]
    )


def test_steps_of_a_round_do_not_add_up(norm):
    loss = SmoothedBNLoss(momentum=0.75)
    for _ in range(3):
        value, _ = loss_of(loss, norm, 2.0, 4.0)
    assert value.item() == pytest.approx(4)
    loss.end_round()
    # Without a step in between nothing changes.
    loss.end_round()
    again, _ = loss_of(loss, norm, 2.0, 4.0)
    assert again.item() == pytest.approx(4)


def test_a_checkpoint_holds_what_is_smoothed(norm):
    loss, resumed = SmoothedBNLoss(0.75), SmoothedBNLoss(0.75)
    loss_of(loss, norm, 2.0, 4.0)
    loss.end_round()
    resumed.load_state_dict(loss.state_dict())
    values = [loss_of(one, norm, -3.0, 1.0)[0] for one in (loss, resumed)]
    assert torch.equal(*values)


@pytest.mark.parametrize('momentum', [1.0, -0.1, 2])
def test_momentum_out_of_range(momentum):
    with pytest.raises(ValueError, match='`momentum` must be'):
        SmoothedBNLoss(momentum)


@pytest.mark.parametrize(
    'state',
    [
        5,
        [(torch.zeros(3),)],
        [('mean', 'variance')],
        [(torch.zeros(3), torch.zeros(2))],
        [(torch.zeros(3).long(), torch.zeros(3).long())],
        [(torch.zeros(2, 2), torch.zeros(2, 2))],
    ],
    ids=['number', 'one', 'text', 'lengths', 'integers', 'axes'],
)
def test_what_a_checkpoint_does_not_hold_is_refused(state):
    loss = SmoothedBNLoss()
    with pytest.raises(ValueError, match='`bn_loss` must have saved a mean'):
        loss.set_extra_state(state)
