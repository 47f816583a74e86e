"""What a student minimises, by hand."""

import pytest
import torch
from toy_models import build, optimizers, ssdkd, steps

from mmrazor_ssdkd.models.algorithms.distillation import Distillation
from mmrazor_ssdkd.models.forward import frozen
from mmrazor_ssdkd.models.losses import kl_divergence

LOGITS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 3.0]])
WEIGHT = torch.tensor([0.25, 0.5, 0.75])


@pytest.mark.parametrize('normalize', [False, True])
def test_importance_weights(normalize):
    """Raw ones are small together, normalised ones are 1 on average."""
    distillation = Distillation(tau=1.0, normalize_weights=normalize)
    batch = dict(weight=WEIGHT)
    preds_S = torch.zeros(3, 2)
    found = distillation.losses(None, batch, preds_S, LOGITS)['loss_kd']
    divergence = kl_divergence(preds_S, LOGITS)
    expected = (WEIGHT * divergence).mean() * (2 if normalize else 1)
    torch.testing.assert_close(found, expected)


def test_equal_weights_are_left_alone():
    """All ones, as of uniform draws, have a mean of 1."""
    preds_S = torch.zeros(3, 2)
    raw, normalized = (
        Distillation(normalize_weights=normalize).losses(
            None, dict(weight=torch.ones(3)), preds_S, LOGITS
        )['loss_kd']
        for normalize in (False, True)
    )
    assert torch.equal(raw, normalized)


def test_priorities_keep_the_raw_weights():
    """What is stored after a step is what would be without the key."""
    stored = []
    for normalize in (False, True):
        torch.manual_seed(0)
        model = ssdkd(distillation=dict(normalize_weights=normalize))
        algorithm = build(model)
        # Neither step changes the student.
        wrappers = optimizers(algorithm, lr=0.0)
        torch.manual_seed(1)
        steps(algorithm, wrappers, 3)
        stored.append(algorithm.replay_buffer.state_dict()['samples'])
    for name in ('priority', 'weight'):
        if name in stored[0]:
            assert torch.equal(stored[0][name], stored[1][name])
    assert 'priority' in stored[0]


@pytest.mark.parametrize('tau', [1.0, 4.0])
def test_stored_priorities_have_their_own_temperature(tau):
    """Of new samples, whose weight is 1, and of a student that stays."""
    torch.manual_seed(0)
    algorithm = build(ssdkd(distillation=dict(tau=2.0, priority_tau=tau)))
    algorithm.synthesize(optimizers(algorithm)['generator'])
    images = torch.randint(256, (5, *algorithm._image_shape[1:])).byte()
    algorithm.admit_best(images)
    stored = algorithm.replay_buffer.stored('images', 'preds_T', 'priority')
    with frozen(algorithm.student):
        preds_S = algorithm.predict_student(
            stored['images'], stored['preds_T']
        )
    expected = kl_divergence(preds_S, stored['preds_T'], tau)
    torch.testing.assert_close(stored['priority'], expected)


def test_drawn_priorities_have_their_own_temperature():
    """A step writes w times the divergence at that temperature."""
    stored = []
    for tau in (1.0, 4.0):
        torch.manual_seed(0)
        algorithm = build(ssdkd(distillation=dict(priority_tau=tau)))
        torch.manual_seed(1)
        batch = dict(
            images=torch.rand(4, *algorithm._image_shape[1:]) * 255,
            weight=torch.tensor([1.0, 2.0, 3.0, 4.0]),
        )
        preds_T = algorithm.predict_teacher(batch['images'])
        preds_S = algorithm.predict_student(batch['images'], preds_T)
        wrappers = optimizers(algorithm, lr=0.0)
        delta, _ = algorithm.distill(batch, wrappers['architecture'])
        expected = batch['weight'] * kl_divergence(preds_S, preds_T, tau)
        torch.testing.assert_close(delta, expected)
        stored.append(delta)
    assert not torch.allclose(*stored)


def test_no_switch():
    """Is an error."""
    with pytest.raises(TypeError, match='normalize_weights'):
        Distillation(normalize_weights=1)
