"""Segmentation logits of one pixel are the classification path, exactly."""

import pytest
import torch
from toy_models import build, optimizers, same, snapshot, ssdkd, steps

from mmrazor_ssdkd.models.losses import (
    ModulatedTaskLoss,
    kl_divergence,
    modulating_function,
)
from mmrazor_ssdkd.replay import priority

FREQUENCY = torch.tensor([0.5, 0.3, 0.2, 0.0])


def pairs():
    """Returns logits of both networks, as (N, C) and as (N, C, 1, 1)."""
    preds = [torch.randn(6, 4) for _ in range(2)]
    maps = [p[:, :, None, None].clone().requires_grad_() for p in preds]
    return [p.requires_grad_() for p in preds], maps


@pytest.mark.parametrize('drawn', [False, True])
def test_phi(drawn):
    """The values of (N, 1, 1) are those of (N,)."""
    (preds_T, _), (map_T, _) = pairs()
    labels = torch.randint(4, (6,)) if drawn else None
    map_labels = labels[:, None, None] if drawn else None
    one = modulating_function(preds_T, FREQUENCY, 2.0, labels)
    pixel = modulating_function(map_T, FREQUENCY, 2.0, map_labels)
    assert torch.equal(pixel.flatten(), one)


def test_priority():
    """The same divergence, times the same weight."""
    (preds_T, preds_S), (map_T, map_S) = pairs()
    weight = torch.rand(6)
    one = priority(preds_S=preds_S, preds_T=preds_T, weight=weight)
    pixel = priority(preds_S=map_S, preds_T=map_T, weight=weight)
    assert torch.equal(one, pixel)


@pytest.mark.parametrize('detach', [False, True])
def test_losses_and_gradients(detach):
    """Also where phi is differentiated."""
    loss = ModulatedTaskLoss(gamma=1.5, detach=detach, loss_weight=0.7)
    results = []
    for preds_T, preds_S in pairs():
        generator = torch.Generator().manual_seed(0)
        with torch.no_grad():
            for preds in (preds_T, preds_S):
                values = torch.randn(6, 4, generator=generator)
                preds.copy_(values.view_as(preds))
        task = loss(preds_T, FREQUENCY)
        divergence = kl_divergence(preds_S, preds_T, tau=2.0).mean()
        (task - divergence).backward()
        grads = (preds_T.grad.flatten(), preds_S.grad.flatten())
        results.append((task.detach(), divergence.detach(), *grads))
    for one, pixel in zip(*results):
        assert torch.equal(one, pixel)


def test_training_steps():
    """Networks whose logits become maps train to the same student."""
    states = []
    for as_map in (False, True):
        algorithm = build(
            ssdkd(
                synthesis=dict(admit=5),
                distillation=dict(task_weight=0.5, class_weight_power=0.5),
            )
        )
        if as_map:
            for model in (algorithm.teacher, algorithm.student):
                model.register_forward_hook(
                    lambda *args: args[2][:, :, None, None]
                )
        steps(algorithm, optimizers(algorithm), 4)
        stored = algorithm.replay_buffer.state_dict()['samples']
        states.append((snapshot(algorithm.student), stored['priority']))
    (student, delta), (map_student, map_delta) = states
    assert same(student, map_student)
    assert torch.equal(delta, map_delta)
