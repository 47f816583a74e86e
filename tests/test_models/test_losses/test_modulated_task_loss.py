"""Tests of the modulating function and of the loss that it weighs."""

import math

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models import ModulatedTaskLoss
from mmrazor_ssdkd.models.losses import modulating_function, modulation

PROBABILITY = torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]])
PREDS_T = PROBABILITY.log()
FREQUENCY = torch.tensor([0.5, 0.25, 0.25])
# (1 - .5) * .3 ** 2 and (1 - .25) * .4 ** 2
PHI = torch.tensor([0.045, 0.12])
TASK = torch.tensor([-math.log(0.7), -math.log(0.6)])


def as_map(logits: torch.Tensor) -> torch.Tensor:
    """Turns (N, C) logits into those of one image of N pixels."""
    return logits.t().reshape(1, -1, 1, len(logits))


def test_phi():
    """The values computed by hand on a 2x3 tensor."""
    assert_close(modulating_function(PREDS_T, FREQUENCY, gamma=2.0), PHI)


def test_phi_of_given_labels():
    """With labels both factors are of the label, not of the prediction."""
    labels = torch.tensor([1, 2])
    phi = modulating_function(PREDS_T, FREQUENCY, 2.0, labels)
    assert_close(phi, torch.tensor([0.75 * 0.8**2, 0.75 * 0.7**2]))


def test_phi_of_predicted_labels():
    """The teacher's own predictions as labels change nothing."""
    labels = PREDS_T.argmax(dim=1)
    assert_close(modulating_function(PREDS_T, FREQUENCY, 2.0, labels), PHI)


def test_gamma_0_leaves_diversity():
    """Without the difficulty term phi is 1 minus the class's share."""
    phi = modulating_function(PREDS_T, FREQUENCY, gamma=0.0)
    assert_close(phi, torch.tensor([0.5, 0.75]))


def test_empty_buffer_leaves_difficulty():
    """Where nothing is stored the diversity term is 1."""
    phi = modulating_function(PREDS_T, torch.zeros(3), gamma=2.0)
    assert_close(phi, torch.tensor([0.09, 0.16]))


def test_class_that_fills_the_buffer():
    """A class that is all of the buffer has no weight left."""
    phi = modulating_function(PREDS_T, torch.tensor([1.0, 0.0, 0.0]), 0.0)
    assert phi.tolist() == [0.0, 1.0]


@pytest.mark.parametrize('gamma', [0.5, 1.0, 2.0])
def test_one_hot_teacher(gamma):
    """A sample that the teacher is sure of has no weight, and no NaN."""
    preds_T = 1000 * torch.eye(3)
    phi = modulating_function(preds_T, torch.zeros(3), gamma)
    assert phi.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize('gamma', [0.5, 2.0])
def test_uniform_teacher(gamma):
    """A teacher that does not know leaves (1 - 1/C) ** gamma."""
    phi = modulating_function(torch.zeros(2, 4), torch.zeros(4), gamma)
    assert_close(phi, torch.full((2,), 0.75**gamma))


def test_phi_of_a_segmentor():
    """A map has one value per pixel, (N, H, W)."""
    phi = modulating_function(as_map(PREDS_T), FREQUENCY, 2.0)
    assert_close(phi, PHI.view(1, 1, 2))
    labels = torch.tensor([[[1, 2]]])
    phi = modulating_function(as_map(PREDS_T), FREQUENCY, 2.0, labels)
    assert_close(phi, torch.tensor([[[0.48, 0.3675]]]))


def test_one_pixel_is_a_classifier():
    """A 1x1 map has the values of its (N, C) logits."""
    phi = modulating_function(PREDS_T[:, :, None, None], FREQUENCY, 2.0)
    assert_close(phi, PHI.view(2, 1, 1))


def test_gradient_of_phi():
    """d phi / d z_j = -gamma f (1 - p) ** (gamma - 1) p (1[j = c] - p_j)."""
    preds_T = PREDS_T.clone().requires_grad_()
    modulating_function(preds_T, FREQUENCY, gamma=2.0).sum().backward()
    expected = torch.zeros(2, 3)
    for i, label, share in ((0, 0, 0.5), (1, 1, 0.25)):
        p = PROBABILITY[i, label]
        softmax = p * (torch.eye(3)[label] - PROBABILITY[i])
        expected[i] = -2 * (1 - share) * (1 - p) * softmax
    assert_close(preds_T.grad, expected)


def test_modulation_of_stored_values():
    """Class and confidence at hand give what the logits give."""
    confidence, labels = PROBABILITY.max(dim=1)
    assert_close(modulation(labels, confidence, FREQUENCY, 2.0), PHI)
    square = modulation(
        labels.view(1, 2, 1), confidence.view(1, 2, 1), FREQUENCY, 2.0
    )
    assert_close(square, PHI.view(1, 2, 1))


def test_confidence_above_1():
    """A probability that rounding put above 1 gives 0, not NaN."""
    confidence = torch.tensor([1.0 + 1e-6])
    labels = torch.zeros(1, dtype=torch.long)
    assert modulation(labels, confidence, torch.zeros(1), 0.5).item() == 0


@pytest.mark.parametrize('gamma', [-1.0, math.nan])
def test_bad_gamma_raises(gamma):
    """The message has the name and the value, also when built."""
    message = f'`gamma` must be >= 0.0, but got {gamma}'
    with pytest.raises(ValueError, match=message):
        modulating_function(PREDS_T, FREQUENCY, gamma)
    with pytest.raises(ValueError, match=message):
        ModulatedTaskLoss(gamma=gamma)


@pytest.mark.parametrize('shape', [(2,), (1, 3), ()])
def test_bad_class_frequency_raises(shape):
    """There is one share per class."""
    message = r'`class_frequency` must have shape \(C,\) = \(3,\)'
    with pytest.raises(ValueError, match=message) as info:
        modulating_function(PREDS_T, torch.zeros(shape), 2.0)
    assert str(tuple(shape)) in str(info.value)


@pytest.mark.parametrize(
    ('preds_T', 'expected'),
    [(PREDS_T, '(2,)'), (as_map(PREDS_T), '(1, 1, 2)')],
)
def test_labels_of_another_shape_raise(preds_T, expected):
    """There is one label per sample, or per pixel."""
    labels = torch.zeros(3, dtype=torch.long)
    with pytest.raises(ValueError, match='`labels` must have shape') as info:
        modulating_function(preds_T, FREQUENCY, 2.0, labels)
    assert f'{expected}, but got (3,)' in str(info.value)


def test_loss():
    """The mean of phi times cross entropy, computed by hand."""
    loss = ModulatedTaskLoss(gamma=2.0)(PREDS_T, FREQUENCY)
    assert_close(loss, (PHI * TASK).mean())


def test_loss_of_given_labels():
    """Cross entropy and phi are both of the given labels."""
    labels = torch.tensor([1, 2])
    expected = 0.48 * math.log(5) - 0.3675 * math.log(0.3)
    loss = ModulatedTaskLoss(gamma=2.0)(PREDS_T, FREQUENCY, labels)
    assert_close(loss, torch.tensor(expected / 2))


def test_loss_of_a_segmentor():
    """Pixels are averaged like samples."""
    loss = ModulatedTaskLoss(gamma=2.0)(as_map(PREDS_T), FREQUENCY)
    assert_close(loss, (PHI * TASK).mean())


def test_plain_baseline():
    """Without both factors it is the cross entropy alone."""
    loss = ModulatedTaskLoss(gamma=0.0, diversity=False)
    assert_close(loss(PREDS_T, FREQUENCY), TASK.mean())


def test_without_diversity():
    """The class shares do not count."""
    loss = ModulatedTaskLoss(gamma=2.0, diversity=False)
    expected = torch.tensor([0.09, 0.16])
    assert_close(loss(PREDS_T, FREQUENCY), (expected * TASK).mean())
    assert_close(loss.phi(PREDS_T, FREQUENCY), expected)
    confidence, labels = PROBABILITY.max(dim=1)
    assert_close(loss.modulate(labels, confidence, FREQUENCY), expected)


@pytest.mark.parametrize('loss_weight', [0.0, 0.5, 3.0])
def test_loss_weight(loss_weight):
    """The loss is multiplied by its weight."""
    loss = ModulatedTaskLoss(gamma=2.0, loss_weight=loss_weight)
    expected = loss_weight * (PHI * TASK).mean()
    assert_close(loss(PREDS_T, FREQUENCY), expected)


def test_gradient_of_the_detached_loss():
    """phi is a weight: the gradient is phi (p - onehot) / N."""
    preds_T = PREDS_T.clone().requires_grad_()
    ModulatedTaskLoss(gamma=2.0, detach=True)(preds_T, FREQUENCY).backward()
    onehot = torch.eye(3)[[0, 1]]
    assert_close(preds_T.grad, PHI.view(2, 1) * (PROBABILITY - onehot) / 2)


def test_gradient_of_the_focal_loss():
    """Not detached, phi's own gradient comes on top, as in focal loss."""
    preds_T = PREDS_T.clone().requires_grad_()
    ModulatedTaskLoss(gamma=2.0, detach=False)(preds_T, FREQUENCY).backward()
    expected = torch.zeros(2, 3)
    for i, label, share in ((0, 0, 0.5), (1, 1, 0.25)):
        p = PROBABILITY[i, label].item()
        # Of (1 - share) * (1 - p) ** 2 * -log p, with respect to p.
        slope = (1 - share) * (2 * (1 - p) * math.log(p) - (1 - p) ** 2 / p)
        softmax = p * (torch.eye(3)[label] - PROBABILITY[i])
        expected[i] = slope * softmax / 2
    assert_close(preds_T.grad, expected)


@pytest.mark.parametrize('detach', [True, False])
@pytest.mark.parametrize('gamma', [0.0, 0.5, 1.0, 2.0])
def test_gradient_of_a_sure_teacher_is_finite(gamma, detach):
    """Samples of probability 1 do not turn the gradient into NaN."""
    preds_T = (1000 * torch.eye(3)).requires_grad_()
    loss = ModulatedTaskLoss(gamma=gamma, detach=detach)
    loss(preds_T, torch.zeros(3)).backward()
    assert torch.isfinite(preds_T.grad).all()


def test_half_precision_logits():
    """The loss is computed in float32 whatever the logits are."""
    preds_T = torch.randn(4, 3).bfloat16()
    loss = ModulatedTaskLoss()(preds_T, FREQUENCY)
    assert loss.dtype == torch.float32
    assert_close(loss, ModulatedTaskLoss()(preds_T.float(), FREQUENCY))


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(gamma='2'), TypeError, "`gamma` must be a number, but got '2'"),
        (dict(loss_weight=-1.0), ValueError, '`loss_weight` must be >= 0.0'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        ModulatedTaskLoss(**setting)


def test_documented_defaults():
    """The defaults are those that the docstring gives."""
    loss = ModulatedTaskLoss()
    settings = (loss.gamma, loss.diversity, loss.detach, loss.loss_weight)
    assert settings == (2.0, True, True, 1.0)
