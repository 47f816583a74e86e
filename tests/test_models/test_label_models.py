"""Logits of sigmoids become those of softmaxes, by hand and at the limits."""

import math

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models import ModulatedTaskLoss
from mmrazor_ssdkd.models.label_models import (
    BinaryMap,
    OneClass,
    SeveralLabels,
)
from mmrazor_ssdkd.models.losses import (
    class_weight,
    kl_divergence,
    mean_over_pixels,
)

LABELS = SeveralLabels()
# Two images, three labels: the probability that a label is on.
P_T = torch.tensor([[0.9, 0.2, 0.4], [0.3, 0.8, 0.1]])
P_S = torch.tensor([[0.5, 0.5, 0.4], [0.6, 0.8, 0.3]])
STATES = torch.tensor([[1, 0, 0], [0, 1, 0]])
# Shares of the images that do not have a label, and that have it.
FREQUENCY = torch.tensor([[0.75, 0.5, 1.0], [0.25, 0.5, 0.0]])
# Diversity times difficulty (gamma = 2), each label's.
PHI = torch.tensor(
    [
        [0.75 * 0.1**2, 0.5 * 0.2**2, 0.0 * 0.4**2],
        [0.25 * 0.3**2, 0.5 * 0.2**2, 0.0 * 0.1**2],
    ]
)
# Minus the logarithms of what the teacher gives its own states.
TASK = -torch.tensor([[0.9, 0.8, 0.6], [0.7, 0.8, 0.9]]).log()


def logits(probability: torch.Tensor) -> torch.Tensor:
    """Returns the logits of sigmoids, split."""
    return LABELS.split(probability.logit())


def binary_kl(p: float, q: float) -> float:
    """Returns the divergence of two states."""
    return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))


def test_split():
    """A softmax over (0, z) is a sigmoid, and nothing is lost."""
    split = logits(P_T)
    assert split.shape == (2, 2, 3)
    found = split.softmax(dim=1)
    assert_close(found, torch.stack([1 - P_T, P_T], dim=1))
    assert_close(LABELS.merge(split), P_T.logit())


def test_divergence():
    """Binary ones by hand, the sum over an image's labels."""
    expected = [
        sum(binary_kl(p, q) for p, q in zip(*pair))
        for pair in zip(P_T.tolist(), P_S.tolist())
    ]
    found = kl_divergence(logits(P_S), logits(P_T))
    assert_close(found, torch.tensor(expected))


def test_labels_do_not_exclude_each_other():
    """A constant added to all logits, which a softmax forgets, counts."""
    found = kl_divergence(LABELS.split(P_T.logit() + 3), logits(P_T))
    assert (found > 0.1).all()
    forgotten = kl_divergence(P_T.logit() + 3, P_T.logit())
    assert_close(forgotten, torch.zeros(2))


@pytest.mark.parametrize('tau', [1.0, 4.0])
def test_gradients_of_the_divergence(tau):
    """tau (q - p) of the student, the log-odds' of the teacher."""
    z_S = P_S.logit().requires_grad_()
    z_T = P_T.logit().requires_grad_()
    kl_divergence(LABELS.split(z_S), LABELS.split(z_T), tau).sum().backward()
    p, q = (z_T / tau).sigmoid(), (z_S / tau).sigmoid()
    assert_close(z_S.grad, (tau * (q - p)).detach())
    slope = p * (1 - p) * (z_T - z_S)
    assert_close(z_T.grad, slope.detach())


def test_phi():
    """Each label's own, with each label's own shares."""
    loss = ModulatedTaskLoss(gamma=2.0)
    phi = loss.phi(logits(P_T), FREQUENCY)
    assert_close(phi, PHI)
    # What images are admitted by.
    assert_close(mean_over_pixels(phi), PHI.mean(dim=1))
    confidence = torch.where(STATES == 1, P_T, 1 - P_T)
    assert_close(loss.modulate(STATES, confidence, FREQUENCY), PHI)


def test_task_loss():
    """Binary cross entropies to the teacher's own labels, weighed by phi."""
    loss = ModulatedTaskLoss(gamma=2.0)(logits(P_T), FREQUENCY)
    assert_close(loss, (PHI * TASK).sum(dim=1).mean())


def test_gradient_of_the_task_loss():
    """phi (p - state) over the number of images."""
    z_T = P_T.logit().requires_grad_()
    ModulatedTaskLoss(gamma=2.0)(LABELS.split(z_T), FREQUENCY).backward()
    assert_close(z_T.grad, PHI * (P_T - STATES) / 2)


def test_empty_buffer():
    """Leaves the difficulty alone, of labels on and off alike."""
    phi = ModulatedTaskLoss(gamma=1.0).phi(logits(P_T), torch.zeros(2, 3))
    assert_close(phi, 1 - torch.where(STATES == 1, P_T, 1 - P_T))


@pytest.mark.parametrize('state', [0, 1])
def test_label_that_never_changes(state):
    """It has no diversity left; an image where it differs has all of it."""
    frequency = torch.zeros(2, 3)
    frequency[state] = 1
    phi = ModulatedTaskLoss(gamma=0.0).phi(logits(P_T), frequency)
    assert_close(phi, (state != STATES).float())


@pytest.mark.parametrize('gamma', [0.5, 1.0, 2.0])
def test_sure_networks(gamma):
    """Huge logits give finite losses and gradients, and no phi."""
    z_T = torch.tensor([[1e4, -1e4, 0.0]]).requires_grad_()
    z_S = torch.tensor([[-1e4, -1e4, 50.0]]).requires_grad_()
    loss = ModulatedTaskLoss(gamma=gamma, detach=False)
    assert loss.phi(LABELS.split(z_T), FREQUENCY)[0, :2].tolist() == [0, 0]
    divergence = kl_divergence(LABELS.split(z_S), LABELS.split(z_T))
    (loss(LABELS.split(z_T), FREQUENCY) + divergence.sum()).backward()
    for tensor in (divergence, z_T.grad, z_S.grad):
        assert torch.isfinite(tensor).all()


def test_drawn_label_is_asked_for_beside_the_predicted_ones():
    """And what is predicted is not changed in place."""
    split = logits(P_T)
    assert LABELS.targets(split, None) is None
    targets = LABELS.targets(split, torch.tensor([2, 1]))
    assert targets.tolist() == [[1, 0, 1], [0, 1, 0]]
    assert torch.equal(split, logits(P_T))
    loss = ModulatedTaskLoss(gamma=0.0, diversity=False)
    asked = -torch.tensor([[0.9, 0.8, 0.4], [0.7, 0.8, 0.9]]).log()
    assert_close(loss(split, FREQUENCY, targets), asked.sum(dim=1).mean())


def test_rare_states_count_more():
    """By each label's shares, so that the mean over the buffer is 1."""
    weight = class_weight(FREQUENCY, 1.0)
    assert_close((FREQUENCY * weight).sum(dim=0), torch.ones(3))
    assert weight[1, 0] > weight[0, 0] and weight[1, 2] > 100 * weight[0, 2]


def test_what_is_shown():
    """Images by label, and the labels of an image."""
    stored = STATES.to(torch.int16)
    names = ['ant', 'bee', 'cat']
    assert not LABELS.is_map(stored)
    assert LABELS.carry(stored, 1).tolist() == [False, True]
    assert LABELS.count(stored, 3).tolist() == [1, 1, 0]
    assert LABELS.caption(torch.tensor([1, 0, 1]), names) == 'ant, cat'
    assert LABELS.caption(torch.zeros(3), names) == 'none'
    assert LABELS.shares(FREQUENCY).tolist() == [0.25, 0.5, 0]


def test_one_class():
    """Nothing is turned into anything."""
    meaning, split = OneClass(), torch.randn(2, 3)
    assert meaning.split(split) is split and meaning.merge(split) is split
    assert meaning.table_shape(3) == (3,)
    labels = torch.tensor([2, 0, 2], dtype=torch.int16)
    assert meaning.count(labels, 4).tolist() == [1, 0, 2, 0]
    assert meaning.caption(labels[0], ['a', 'b', 'c']) == 'c'
    assert meaning.is_map(torch.zeros(2, 3, 4))
    assert not meaning.is_map(labels)


def test_binary_map():
    """One sigmoid a pixel is a softmax of two."""
    meaning, z = BinaryMap(), torch.randn(2, 1, 3, 4)
    split = meaning.split(z)
    assert_close(split.softmax(dim=1)[:, 1:], z.sigmoid())
    assert_close(meaning.merge(split), z)
    assert torch.equal(split.argmax(dim=1), (z[:, 0] > 0).long())
    assert meaning.check('teacher', z) == 2


@pytest.mark.parametrize(
    ('meaning', 'shape', 'match'),
    [
        (OneClass(), (2, 1), '>= 2 classes.*use_sigmoid.*but got 1'),
        (BinaryMap(), (2, 3, 4, 4), r'one logit.*\(2, 3, 4, 4\)'),
        (BinaryMap(), (2, 1), r'one logit.*\(2, 1\)'),
        (LABELS, (2, 3, 4, 4), r'\(N, L\).*several labels.*\(2, 3, 4, 4\)'),
    ],
)
def test_logits_of_another_shape(meaning, shape, match):
    """The message has the argument and what its head is."""
    with pytest.raises(ValueError, match=f'`teacher` must.*{match}'):
        meaning.check('teacher', torch.zeros(shape))
