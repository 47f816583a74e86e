"""Tests of lists whose children have names and numbers."""

from collections import OrderedDict

import pytest
from paired_lists import Block, Other, layers
from torch import nn


def listed(blocks):
    """Returns a list of blocks with names."""
    return nn.Sequential(OrderedDict(blocks))


def names(student, teacher):
    """Returns which children of two networks are counterparts."""
    pairs = layers(lambda: student, lambda: teacher)
    return {k.split('.')[0]: v.split('.')[0] for k, v in pairs.items()}


@pytest.mark.parametrize('prefix', ['block2-', 'encoder_layer_'])
def test_names_with_a_number(prefix):
    """As RegNet's blocks and a transformer's layers have in torchvision."""

    def blocks(depth):
        return {f'{prefix}{i}': Block(4, 4) for i in range(depth)}

    def expect(pairs):
        return {f'{prefix}{k}': f'{prefix}{v}' for k, v in pairs.items()}

    few, many = blocks(3), blocks(5)
    assert names(listed(few), listed(many)) == expect({0: 0, 1: 2, 2: 4})
    assert names(listed(many), listed(few)) == expect({0: 0, 2: 1, 4: 2})
    # No order is known of these.
    few, many = nn.ModuleDict(few), nn.ModuleDict(many)
    assert names(few, many) == expect({0: 0, 1: 1, 2: 2})


@pytest.mark.parametrize(
    ('student', 'teacher'),
    [
        (('conv1', 'conv2'), ('conv1', 'conv2', 'conv3')),
        (('low_1', 'high_1'), ('low_1', 'low_2', 'high_1')),
    ],
)
def test_names_that_say_what_a_layer_is(student, teacher):
    pair = (
        listed({name: Block(4, 4) for name in row})
        for row in (student, teacher)
    )
    assert names(*pair) == {name: name for name in student}


def test_numbers_of_blocks_of_several_classes():
    """Each may be there for a reason of its own."""
    student = listed({'a_0': Block(4, 4), 'a_1': Other(4, 4)})
    teacher = listed({'a_1': Other(4, 4), 'a_2': Other(4, 4)})
    assert names(student, teacher) == {'a_1': 'a_1'}


def test_transformers_of_torchvision():
    from torchvision.models import VisionTransformer

    def network(depth):
        return lambda: VisionTransformer(8, 4, depth, 2, 8, 8)

    pairs = layers(network(2), network(3))
    found = {
        ours.split('.')[2]: theirs.split('.')[2]
        for ours, theirs in pairs.items()
        if ours.startswith('encoder.layers.')
    }
    assert found == {
        'encoder_layer_0': 'encoder_layer_0',
        'encoder_layer_1': 'encoder_layer_2',
    }
