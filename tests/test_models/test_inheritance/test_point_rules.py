"""Tests of channels in arithmetic."""

import pytest
import torch
from inherited_networks import follow, lose
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_tracer import Tracer

SAME = [0, 1, 2, 3]


@pytest.mark.parametrize(
    ('function', 'expected'),
    [
        (lambda x: F.relu(x) * 2 + torch.rand(1), SAME),
        (lambda x: torch.where(x > 0, x, torch.zeros(())), SAME),
        (lambda x: F.max_pool2d(x, 2), SAME),
        (lambda x: F.interpolate(x, scale_factor=3.0), SAME),
        (lambda x: x.mean((2, 3), keepdim=True), SAME),
        (lambda x: x.flatten(2).max(-1)[0], SAME),
        (lambda x: x.sum(dim=-1).sum(axis=-1), SAME),
        (lambda x: x.amax(1), None),
        (lambda x: x.sum(), None),
        (lose, None),
        (lambda x: x.argmax(1), None),
    ],
)
def test_ids_of_results(function, expected):
    labels = follow(function)
    if expected is None:
        assert labels is None
    else:
        assert labels.movedim(1, 0).flatten(1)[:, 0].tolist() == expected


def test_an_addition_makes_channels_one():
    tracer = Tracer(nn.Module())
    left, right = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 1, 1)
    for tensor in (left, right):
        tracer.start(tensor)
    with tracer:
        left += right
    assert tracer.ids.find(torch.arange(6)).tolist() == [0, 1, 2, 0, 1, 2]


def test_a_padded_shortcut_takes_the_other_ones_channels():
    labels = follow(lambda x: F.pad(x[:, :2], (0, 0, 0, 0, 0, 2)) + F.relu(x))
    assert labels[0, :, 0, 0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    'function',
    [
        # Of two branches, an image's rows, and one number.
        lambda x, w, _: w.softmax(0)[0] * x + F.relu(x) * w.softmax(0)[1],
        lambda x, w, _: x * w.view(1, 1, 2, 1),
        lambda x, w, _: w.view(2, 1) + x,
        # A mask of places, of which a layer makes one channel.
        lambda x, _, mask: mask * x,
    ],
)
def test_what_is_the_same_for_all_channels_leaves_them_apart(function):
    model = nn.Module()
    model.weights = nn.Parameter(torch.rand(2))
    tracer = Tracer(model)
    x, mask = torch.rand(2, 4, 2, 2), torch.rand(2, 1, 2, 2)
    for tensor in (x, mask):
        tracer.start(tensor)
    with tracer:
        out = function(x, model.weights, mask)
    assert tracer.get(out)[0, :, 0, 0].tolist() == SAME
    assert tracer.ids.find(torch.arange(4)).tolist() == SAME
    assert tracer.result().blocks == []


def test_features_with_channels_along_two_dimensions_end():
    labels = follow(lambda x: x[:, :, None] * x[:, None])
    assert labels is None


@pytest.mark.parametrize('dim', [2, 4])
def test_a_temperature_goes_with_the_channels_of_its_head(dim):
    """Be the heads more than the channels of each or less."""
    model = nn.Module()
    model.temperature = nn.Parameter(torch.rand(8 // dim, 1))
    tracer = Tracer(model)
    x = torch.rand(2, 8)
    tracer.start(x)
    with tracer:
        x.view(2, -1, dim) * model.temperature
    (block,) = tracer.result().blocks
    heads, channels = sorted(block, key=torch.Tensor.numel)
    assert channels.tolist() == torch.arange(8).view(-1, dim).tolist()
    assert heads.view(-1).equal(tracer.result().slots['temperature', 0])


@pytest.mark.parametrize(
    'function',
    [
        lambda x: x.view(2, 2, 3, 2, 2).sum(1),
        lambda x: torch.stack(x.chunk(2, 1), 1).mean(1),
        lambda x: x.view(2, 2, 3, 2, 2).max(1)[0],
    ],
)
def test_branches_that_are_summed_up_become_one(function):
    model = nn.Module()
    tracer = Tracer(model)
    x = torch.rand(2, 6, 2, 2)
    tracer.start(x)
    with tracer:
        out = function(x)
    assert tracer.ids.find(torch.arange(6)).tolist() == [0, 1, 2] * 2
    assert tracer.get(out)[0, :, 0, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    'mean',
    [
        lambda x: x.mean((2, 3)),
        lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1),
    ],
)
def test_places_with_channels_of_their_own_become_one(mean):
    labels = follow(lambda x: mean(F.pixel_shuffle(x, 2)), channels=12)
    assert labels[0].tolist() == [0, 4, 8]


def test_halves_of_a_gated_unit_become_one():
    tracer = Tracer(nn.Module())
    x = torch.rand(2, 4, 3, 3)
    tracer.start(x)
    with tracer:
        out = F.glu(x, 1)
    assert tracer.get(out)[0, :, 0, 0].tolist() == [0, 1]
    assert tracer.ids.find(torch.arange(4)).tolist() == [0, 1, 0, 1]
