"""Tests of how much a channel matters."""

import pytest
import torch
from inherited_networks import Flattened, Residual, Shared, trace

from mmrazor_ssdkd.models.inheritance.channel_scores import score_channels


def test_weights_of_all_norms_of_a_stream_are_summed():
    model = Residual(width=2, depth=2)
    model.stem[1].weight.data = torch.tensor([1.0, -4.0])
    for block, values in zip(model.blocks, ([2.0, 0.0], [-3.0, 1.0])):
        block[1][1].weight.data = torch.tensor(values)
    found = trace(model)
    scores = score_channels(found, model.state_dict())
    stream = found.slots['fc.weight', 1].tolist()
    assert [scores[i] for i in stream] == [6.0, 5.0]


def test_a_channel_without_a_norm_counts_by_its_weights():
    model = Flattened(2)
    model.fc.weight.data = torch.arange(24.0).view(3, 8)
    found = trace(model)
    scores = score_channels(found, model.state_dict())
    made = found.outputs['fc.weight'].tolist()
    assert [scores[i] for i in made] == pytest.approx([3.5, 11.5, 19.5])


def test_a_buffer_that_is_not_in_the_state_dict_counts_nothing():
    model = Shared(4)
    assert score_channels(trace(model), model.state_dict())
