"""Tests of views of weights, which layers take in their place."""

import pytest
import torch
from inherited_networks import Network, inherit, randomize, trace
from torch import nn
from torch.nn import functional as F


class Viewed(Network):
    """A convolution's weight in another layer."""

    def __init__(self, width, function):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 4, 4)
        self.conv = nn.Conv2d(width, width + 1, 1)
        self.fc = nn.Linear(width + 1, 3)
        self.function = function

    def run(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        return self.fc(self.function(x, self.conv.weight).mean(1))


@pytest.mark.parametrize(
    'function',
    [
        lambda x, weight: F.linear(x, weight.flatten(1)),
        lambda x, weight: F.linear(x, weight.view(weight.shape[:2])),
        lambda x, weight: F.linear(x, weight[..., 0, 0].clone()),
        lambda x, weight: x @ weight[:, :, 0, 0].t(),
        lambda x, weight: torch.matmul(x, weight.permute(2, 3, 1, 0)[0, 0]),
        lambda x, weight: F.conv1d(x.mT, weight.squeeze(3)).mT,
    ],
)
def test_a_view_has_the_channels_of_its_weight(function):
    found = trace(Viewed(4, function))
    read, made = (found.slots['conv.weight', dim].tolist() for dim in (1, 0))
    assert read == found.outputs['stem.weight'].tolist()
    assert made == found.inputs['fc.weight'].tolist()
    assert found.taken['conv.weight'] == 1
    student, teacher = Viewed(2, function), randomize(Viewed(4, function))
    init = inherit(student, teacher)
    (rows, columns, *_) = next(
        copy.index for copy in init.copies if copy.name == 'conv.weight'
    )
    # No norm follows, and half of its inputs stand for all.
    kept = teacher.conv.weight[rows.view(-1)][:, columns.view(-1)]
    assert student.conv.weight.equal(2 * kept)


@pytest.mark.parametrize(
    'function',
    [
        lambda x, weight: F.linear(x, weight.flip(0).flatten(1)),
        lambda x, weight: F.linear(x, weight.view(-1).view(4, 5).t()),
        lambda x, weight: F.linear(x, weight[:, :, 0, 0][1:]),
    ],
)
def test_what_is_no_view_of_a_whole_weight_has_no_name(function):
    model = Viewed(4, function)
    model.fc = nn.LazyLinear(3)
    model(torch.rand(2, 3, 8, 8))
    assert 'conv.weight' not in trace(model).inputs


def test_a_depthwise_weight_without_its_one_input():
    class Depthwise(Network):
        def __init__(self, width):
            super().__init__()
            self.stem = nn.Conv2d(3, width, 1)
            self.kernel = nn.Parameter(torch.rand(width, 3, 3))
            self.fc = nn.Conv2d(width, 3, 1)

        def run(self, x):
            x = self.stem(x)
            kernel = self.kernel.unsqueeze(1)
            x = F.conv2d(x, kernel, groups=len(kernel))
            return self.fc(x).mean((2, 3))

    student, teacher = Depthwise(4), randomize(Depthwise(4))
    inherit(student, teacher)
    assert student.kernel.equal(teacher.kernel)


def test_a_weight_that_comes_back_the_other_way_round():
    class Tied(Network):
        def __init__(self):
            super().__init__()
            self.stem, self.inner = nn.Conv2d(3, 4, 4, 4), nn.Linear(4, 6)
            self.fc = nn.Linear(4, 3)

        def run(self, x):
            x = self.inner(self.stem(x).mean((2, 3))).relu()
            return self.fc(F.linear(x, self.inner.weight.t()))

    found = trace(Tied())
    stream = found.outputs['stem.weight'].tolist()
    assert found.inputs['inner.weight'].tolist() == stream
    assert found.inputs['fc.weight'].tolist() == stream
    assert len(set(found.outputs['inner.weight'].tolist())) == 6
