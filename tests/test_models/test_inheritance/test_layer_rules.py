"""Tests of layers with weights."""

import pytest
import torch
from inherited_networks import Network, trace
from torch import nn
from torch.nn import functional as F


class Lone(Network):
    """One layer over a part of an image."""

    def __init__(self, layer, cut):
        super().__init__()
        self.layer, self.cut = layer, cut

    def run(self, x):
        return self.layer(self.cut(x))


@pytest.mark.parametrize(
    ('layer', 'cut'),
    [
        (nn.Linear(3, 4), lambda x: x[:, :, 0, 0]),
        (nn.Conv1d(3, 4, 1), lambda x: x.flatten(2)),
        (nn.Conv3d(3, 4, 1), lambda x: x[..., None]),
        (nn.ConvTranspose1d(3, 4, 1), lambda x: x[..., 0]),
    ],
)
def test_layers_of_all_dimensions_read_and_make(layer, cut):
    found = trace(Lone(layer, cut))
    assert found.inputs['layer.weight'].equal(found.image)
    assert len(found.outputs['layer.weight']) == 4
    assert found.bare == {'layer.weight'}
    assert found.slots['layer.bias', 0].equal(found.outputs['layer.weight'])


@pytest.mark.parametrize(
    ('norm', 'cut'),
    [
        (nn.BatchNorm2d(3), lambda x: x),
        (nn.InstanceNorm2d(3, affine=True), lambda x: x),
        (nn.GroupNorm(1, 3), lambda x: x),
        (nn.LayerNorm(3), lambda x: x.permute(0, 2, 3, 1)),
        (nn.LayerNorm([3, 1, 1]), lambda x: x.mean((2, 3), keepdim=True)),
        (nn.LayerNorm([3, 8, 8]), lambda x: x),
        (nn.SyncBatchNorm(3), lambda x: x),
    ],
)
def test_norms_tie_their_tensors_to_channels(norm, cut):
    found = trace(Lone(norm, cut))
    assert found.slots['layer.weight', 0].equal(found.image)
    assert found.slots['layer.bias', 0].equal(found.image)


@pytest.mark.parametrize('function', [F.conv2d, F.conv_transpose2d])
def test_filters_that_a_network_makes(function):
    """As a dynamic convolution's, for each channel of each image."""

    class Dynamic(Network):
        def __init__(self):
            super().__init__()
            self.first, self.filters = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 1)
            self.norm = nn.BatchNorm2d(4)

        def run(self, x):
            y = self.first(x)
            rows = self.filters(F.adaptive_avg_pool2d(x, 3)).view(-1, 1, 3, 3)
            made = function(
                input=y.view(1, -1, 8, 8), weight=rows, groups=len(rows)
            )
            return self.norm(made.view(len(x), 4, *made.shape[2:]))

    found = trace(Dynamic())
    made = found.outputs['first.weight']
    assert len(made.unique()) == 4
    assert found.outputs['filters.weight'].equal(made)
    assert found.slots['norm.weight', 0].equal(made)


def test_a_multiplier_of_depthwise_channels_is_a_group_each():
    layer = nn.Conv2d(3, 6, 1, groups=3)
    (block,) = trace(Lone(layer, lambda x: x)).blocks
    assert [matrix.shape for matrix in block] == [(3, 1), (3, 2)]


def test_a_norm_gives_what_it_has_made_one():
    class Upscaled(Network):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 1)
            self.norm, self.slopes = nn.BatchNorm2d(2), nn.PReLU(2)
            self.fc = nn.Linear(2, 3)

        def run(self, x):
            x = self.slopes(self.norm(F.pixel_shuffle(self.stem(x), 2)))
            return self.fc(F.avg_pool2d(x, 2).mean((2, 3)))

    found = trace(Upscaled())
    one, two = found.inputs['fc.weight'].tolist()
    assert found.slots['stem.weight', 0].tolist() == [one] * 4 + [two] * 4


def test_a_bias_of_several_parameters_has_the_channels_of_its_layer():
    class Split(Network):
        def __init__(self):
            super().__init__()
            self.qkv = nn.Linear(3, 6, bias=False)
            self.first, self.last = (nn.Parameter(torch.rand(2)) for _ in '12')

        def run(self, x):
            zeros = torch.zeros_like(self.first)
            bias = torch.cat([self.first, zeros, self.last])
            return F.linear(x.mean((2, 3)), self.qkv.weight, bias)

    found = trace(Split())
    made = found.slots['qkv.weight', 0].tolist()
    assert len(set(made)) == 6
    assert found.slots['first', 0].tolist() == made[:2]
    assert found.slots['last', 0].tolist() == made[4:]
