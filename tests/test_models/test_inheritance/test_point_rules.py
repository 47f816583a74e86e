"""Tests of channels in arithmetic."""

import pytest
import torch
from inherited_networks import follow
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
        (lambda x: torch.einsum('nchw->nc', x), None),
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
