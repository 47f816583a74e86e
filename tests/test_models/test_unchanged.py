"""Networks and random streams come out as they went in."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from toy_models import same, snapshot

from mmrazor_ssdkd.models.unchanged import unchanged


class Changing(nn.Module):
    """Changes whatever a network has when it runs."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2))
        self.register_buffer('total', torch.zeros(()))
        self.register_buffer('cache', torch.zeros(2), persistent=False)
        self.calls = 0
        self.seen = []

    def forward(self, images):
        self.calls += 1
        self.seen.append(images)
        maps = self.layers(images) + torch.rand(()) + np.random.rand()
        self.total += maps.sum()
        self.cache = torch.zeros(len(images))
        self.last = maps * random.random()
        self.layers[0].weight.data.mul_(2)
        self.layers[0].register_forward_hook(lambda *_: None)
        self.layers[1].eval()
        self.layers[0].bias.requires_grad_(False)
        return self.last


def random_states():
    """Returns the states of all random streams."""
    key, position = np.random.get_state()[1:3]
    torchs = torch.get_rng_state().tolist()
    return torchs, key.tolist(), position, random.getstate()


@pytest.mark.parametrize('breaks', [True, False])
def test_everything_comes_back(breaks):
    """Also where the inside raises."""
    model = Changing()
    model.layers[0].weight.grad = torch.ones(2, 1, 1, 1)
    grad = model.layers[0].weight.grad
    before, tensors = snapshot(model), list(model.parameters())
    attributes, states = set(vars(model)), random_states()
    try:
        with unchanged(model):
            assert model.layers[0].weight.grad is None
            model(torch.rand(3, 1, 4, 4)).sum().backward()
            assert model.layers[0].weight.grad is not None
            assert not same(before, snapshot(model))
            if breaks:
                raise RuntimeError
    except RuntimeError:
        assert breaks
    assert same(before, snapshot(model))
    assert all(map(lambda a, b: a is b, tensors, model.parameters()))
    assert model.layers[0].weight.grad is grad
    assert set(vars(model)) == attributes
    assert (model.calls, model.seen) == (0, [])
    assert model.cache.shape == (2,)
    assert model.total.is_leaf and not model.total.requires_grad
    assert all(m.training for m in model.modules())
    assert all(p.requires_grad for p in model.parameters())
    assert not model.layers[0]._forward_hooks
    assert states == random_states()


def test_network_still_runs_and_learns():
    """Its parts are the same objects."""
    model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    with unchanged(model, model[0]):
        model(torch.ones(1, 3)).sum().backward()
    assert model[0].weight.grad is None
    before = snapshot(model)
    (model(torch.ones(1, 3)) + model[0](torch.ones(1, 3))).sum().backward()
    optimizer.step()
    assert not torch.equal(before['0.bias'], model[0].bias)
