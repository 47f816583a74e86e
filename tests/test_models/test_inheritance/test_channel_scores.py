"""Tests of how much a channel matters."""

import pytest
import torch
from inherited_networks import (
    Flattened,
    Network,
    Residual,
    Shared,
    pool,
    trace,
)
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_scores import score_channels


def test_energies_of_all_layers_of_a_stream_are_summed():
    model = Residual(width=2, depth=1, inner=1)
    for parameter in model.parameters():
        parameter.data.fill_(1.0)
    # Of four layers where the stream stands two prefer its first channel.
    model.stem[0].weight.data[0] *= 3**0.5
    model.fc.weight.data[:, 0] *= -(7**0.5)
    model.blocks[0][0][0].weight.data[:, 1] = 0
    found = trace(model)
    scores = score_channels(found, model.state_dict())
    stream = found.slots['fc.weight', 1].tolist()
    expected = [1.5 + 1.75 + 2 + 1, 0.5 + 0.25 + 0 + 1]
    assert [scores[i] for i in stream] == pytest.approx(expected)


def test_a_flattened_channel_counts_by_all_its_places():
    model = Flattened(2)
    model.stem[0].weight.data.fill_(1.0)
    model.fc.weight.data.fill_(1.0)
    model.fc.weight.data[:, 4:] = 3.0
    found = trace(model)
    scores = score_channels(found, model.state_dict())
    stream = found.outputs['stem.0.weight'].tolist()
    expected = [1 + 4 * 0.2, 1 + 4 * 1.8]
    assert [scores[i] for i in stream] == pytest.approx(expected)


def test_a_layer_of_zeros_prefers_nothing():
    model = Residual(width=2)
    model.stem[0].weight.data.zero_()
    scores = score_channels(trace(model), model.state_dict())
    assert all(0 <= score < 100 for score in scores.values())


class Blurred(Network):
    """A kernel of its own that no state dict holds."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)
        kernel = torch.ones(3, 1, 3, 3)
        self.register_buffer('kernel', kernel, persistent=False)

    def run(self, x):
        return self.fc(pool(F.conv2d(x, self.kernel, groups=3)))


@pytest.mark.parametrize('model', [Shared(4), Blurred()])
def test_a_buffer_that_is_not_in_the_state_dict_counts_nothing(model):
    assert score_channels(trace(model), model.state_dict())
