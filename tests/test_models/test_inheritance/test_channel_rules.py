"""Tests of which rule a function falls under."""

import pytest
import torch
from inherited_networks import Network, trace
from torch import nn


class Plain(Network):
    """A function between two layers."""

    def __init__(self, function):
        super().__init__()
        self.one, self.two = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 2, 1)
        self.function = function

    def run(self, x):
        return self.two(self.function(self.one(x)))


@pytest.mark.parametrize(
    'function',
    [
        torch.clone,
        lambda x: x.to(memory_format=torch.channels_last),
        nn.PReLU(4),
        nn.GELU(),
        nn.Dropout2d(),
        lambda x: x / x.norm(dim=1, keepdim=True),
        lambda x: x / x.norm(2, dim=1, keepdim=True),
        lambda x: x * x.norm(2, (2, 3), True),
        lambda x: torch.stack([x, x]).mean(0),
        lambda x: torch.roll(x, 1, dims=3),
        lambda x: x.expand(2, 4, 8, 8).contiguous(),
        lambda x: x * x.size(1) + x.shape[2],
    ],
)
def test_channels_go_from_layer_to_layer(function):
    found = trace(Plain(function))
    assert found.inputs['two.weight'].equal(found.outputs['one.weight'])


@pytest.mark.parametrize(
    'function',
    [
        lambda x: torch.fft.fft(x, dim=1).real,
        lambda x: x.flatten(1).sort(1)[0].view(x.shape),
        lambda x: torch.rand_like(x).detach().clone(),
    ],
)
def test_what_is_not_followed_ends(function):
    found = trace(Plain(function))
    ids = set(found.inputs['two.weight'].tolist())
    assert not ids & set(found.image.tolist())


def test_a_model_runs_as_it_would():
    model = Plain(nn.ReLU()).eval()
    image = torch.rand(2, 3, 8, 8)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    trace(model)
    assert all(v.equal(before[k]) for k, v in model.state_dict().items())
    assert model(image).requires_grad
