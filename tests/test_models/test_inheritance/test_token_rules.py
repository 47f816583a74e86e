"""Tests of layers that mix tokens."""

from itertools import pairwise

import pytest
import torch
from inherited_networks import Network, inherit, prefer, randomize, trace
from torch import nn
from torch.nn import functional as F


class Mixer(Network):
    """Layers over the 16 places of an image, channels first, and a last one.

    Args:
        layers (Sequence[nn.Module]): The layers.
        between (Callable): What is done to a layer's outputs before the next
            one takes them.
        width (int): How many channels there are.
    """

    def __init__(self, layers, between=F.gelu, width=6):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 2, 2)
        self.tokens = nn.ModuleList(layers)
        self.fc, self.between = nn.Linear(width, 2), between

    def run(self, x):
        """Returns logits of the mean token."""
        x = self.stem(x).flatten(2)
        first, *rest = self.tokens
        convs = isinstance(first, nn.Conv1d)
        # A convolution's channels are the tokens here.
        y = first(x.mT if convs else x)
        for layer in rest:
            y = layer(self.between(y))
        return self.fc((y if convs else y.mT).mean(1))


def linears(*sizes):
    """Returns linear layers."""
    return [nn.Linear(*pair) for pair in pairwise(sizes)]


def convs(*sizes):
    """Returns convolutions of one place."""
    return [nn.Conv1d(*pair, 1) for pair in pairwise(sizes)]


def test_channels_pass():
    found = trace(Mixer(linears(16, 5)))
    assert ('tokens.0.weight', 1) not in found.slots
    assert found.inputs['fc.weight'].equal(found.outputs['stem.weight'])


@pytest.mark.parametrize('make', [linears, convs])
@pytest.mark.parametrize(
    'between',
    [
        F.gelu,
        lambda x: F.dropout(x.relu_(), training=False) * 2,
        lambda x: x.clamp(0, 6),
    ],
)
def test_hidden_units_are_followed(make, between):
    found = trace(Mixer(make(16, 8, 5, 7), between))
    for place, count in enumerate((8, 5)):
        made = found.slots[f'tokens.{place}.weight', 0]
        assert len(set(made.tolist())) == count
        assert made.equal(found.slots[f'tokens.{place}.bias', 0])
        assert made.equal(found.slots[f'tokens.{place + 1}.weight', 1])
        assert found.known.issuperset(made.tolist())
    # Of the tokens before and after, nothing is known.
    for name, dim in ('tokens.0.weight', 1), ('tokens.2.weight', 0):
        assert found.known.isdisjoint(found.slots[name, dim].tolist())
    assert found.inputs['fc.weight'].equal(found.outputs['stem.weight'])


@pytest.mark.parametrize(
    'between',
    [
        lambda x: x + x.flip(-1),
        lambda x: x + torch.rand(16),
        lambda x: x.flip(-1),
        lambda x: F.layer_norm(x, [16]),
    ],
)
def test_what_is_more_than_an_activation_ends_them(between):
    found = trace(Mixer(linears(16, 16, 5), between))
    assert not any(name.startswith('tokens') for name, _ in found.slots)


def test_layers_with_groups_are_left_alone():
    groups = [nn.Conv1d(16, 8, 1, groups=2), nn.Conv1d(8, 4, 1)]
    found = trace(Mixer(groups))
    assert not any(name.startswith('tokens') for name, _ in found.slots)


def test_a_student_takes_the_units_that_matter():
    teacher = randomize(Mixer(linears(16, 4, 16)))
    prefer(teacher.tokens[0], [1, 3])
    student = Mixer(linears(16, 2, 16))
    assert 'random' not in str(inherit(student, teacher))
    (first, last), (one, other) = student.tokens, teacher.tokens
    assert first.weight.equal(one.weight[[1, 3]])
    assert first.bias.equal(one.bias[[1, 3]])
    # Half of the units stand for all.
    assert last.weight.equal(2 * other.weight[:, [1, 3]])
    assert last.bias.equal(other.bias)


def test_tokens_are_not_chosen():
    """As many are kept in order, and none of another number."""
    teacher = randomize(Mixer(linears(16, 4, 8)))
    student = Mixer(linears(16, 4, 6))
    before = student.tokens[1].weight.clone()
    heritage = inherit(student, teacher)
    assert student.tokens[0].weight.equal(teacher.tokens[0].weight)
    assert student.tokens[1].weight.equal(before)
    assert 'tokens.1.weight, tokens.1.bias' in str(heritage)
