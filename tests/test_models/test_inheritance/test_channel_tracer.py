"""Tests of which channels of a network are one and the same."""

import pytest
import torch
from inherited_networks import (
    Attention,
    Dense,
    Flattened,
    Grouped,
    Network,
    Normalized,
    Residual,
    Shared,
    Shuffled,
    Sorted,
    Squeeze,
    Transposed,
    trace,
)
from torch import nn


def ids(found, name, dim=0):
    """Returns a tensor's ids along a dimension."""
    return found.slots[name, dim].tolist()


def test_a_residual_stream_has_one_choice_and_each_block_its_own():
    found = trace(Residual())
    stream = ids(found, 'stem.0.weight')
    assert ids(found, 'fc.weight', 1) == stream
    for number in range(2):
        block = f'blocks.{number}.'
        assert ids(found, block + '0.0.weight', 1) == stream
        assert ids(found, block + '1.1.running_var') == stream
    inner = [ids(found, f'blocks.{i}.0.0.weight') for i in range(2)]
    assert len({*inner[0], *inner[1], *stream}) == 6 + 6 + 4
    assert found.bare == {'fc.weight'}
    assert ids(found, 'stem.0.weight', 1) == found.image.tolist()


def test_depthwise_channels_and_those_that_are_squeezed_are_one():
    found = trace(Squeeze(4))
    stream = ids(found, 'stem.0.weight')
    assert ids(found, 'conv.0.weight') == stream
    assert ('conv.0.weight', 1) not in found.slots
    assert ids(found, 'up.bias') == stream
    assert ids(found, 'down.weight', 1) == stream
    assert set(ids(found, 'down.bias')).isdisjoint(stream)


def test_groups_are_blocks_of_what_is_read_and_made():
    found = trace(Grouped(4, 2))
    (block,) = found.blocks
    read, made = ids(found, 'stem.0.weight'), ids(found, 'fc.weight', 1)
    assert [matrix.view(-1).tolist() for matrix in block] == [read, made]
    assert block[0].shape == (2, 2)


def test_transposed_convolutions_take_and_make_the_other_way_round():
    found = trace(Transposed(4))
    assert ids(found, 'up.weight', 0) == ids(found, 'stem.0.weight')
    assert ids(found, 'up.weight', 1) == ids(found, 'fc.weight', 1)
    found = trace(Transposed(4, groups=2))
    assert ids(found, 'up.weight', 0) == ids(found, 'stem.0.weight')
    assert ('up.weight', 1) not in found.slots
    assert ids(found, 'up.bias') == found.outputs['up.weight'].tolist()


def test_what_a_group_norm_divides_together_goes_together():
    found = trace(Transposed(4, norm=2))
    assert [len(block) for block in found.blocks] == [1]
    assert found.blocks[0][0].view(-1).tolist() == ids(found, 'norm.weight')


def test_chunks_concatenations_and_shuffles_move_channels():
    found = trace(Shuffled(4))
    stem, half = ids(found, 'stem.0.weight'), ids(found, 'part.0.weight')
    assert ids(found, 'part.0.weight', 1) == stem[2:]
    assert ids(found, 'conv.0.weight', 1) == [
        stem[0],
        half[0],
        stem[1],
        half[1],
    ]
    found = trace(Dense(2))
    one, two = (ids(found, f'{name}.0.weight') for name in ('one', 'two'))
    assert ids(found, 'fc.weight', 1) == one + two


def test_a_flattened_channel_stands_at_each_of_its_places():
    found = trace(Flattened(2))
    one, two = ids(found, 'stem.0.weight')
    assert ids(found, 'fc.weight', 1) == [one] * 4 + [two] * 4


@pytest.mark.parametrize('kind', ['sdpa', 'matmul', 'module'])
def test_heads_of_queries_keys_and_values_go_together(kind):
    found = trace(Attention(8, 2, kind))
    names = ('attention.in_proj_', 'attention.out_proj.')
    qkv, proj = names if kind == 'module' else ('qkv.', 'proj.')
    query, key, value = found.slots[qkv + 'weight', 0].chunk(3)
    assert query.equal(key)
    assert value.tolist() == ids(found, proj + 'weight', 1)
    assert found.slots[qkv + 'bias', 0].chunk(3)[2].equal(value)
    (block,) = found.blocks
    rows = [matrix.tolist() for matrix in block]
    assert query.view(2, 4).tolist() in rows
    assert value.view(2, 4).tolist() in rows
    stream = ids(found, 'patch.weight')
    for name, dim in (('token', 2), ('place', 2), ('fc.weight', 1)):
        assert ids(found, name, dim) == stream
    assert ids(found, proj + 'bias') == stream


def test_one_head_is_a_block_of_one():
    """Another network may have several, of which it is one."""
    (block,) = trace(Attention(8, 1, 'matmul')).blocks
    assert {len(matrix) for matrix in block} == {1}
    assert {matrix.shape[1] for matrix in block} == {1, 8}


def test_a_layer_that_runs_twice_and_changes_in_place():
    found = trace(Shared(4))
    stream = ids(found, 'stem.0.weight')
    for name in ('twice.0.weight', 'scale', 'fixed'):
        assert ids(found, name) == stream


@pytest.mark.parametrize(
    ('kind', 'name'),
    [
        ('parametrized', 'conv.parametrizations.weight.original1'),
        ('hooked', 'conv.weight_v'),
        ('centred', 'conv.weight'),
    ],
)
def test_weights_that_are_normalised_first(kind, name):
    found = trace(Normalized(4, kind))
    assert ids(found, name) == ids(found, 'fc.weight', 1)
    assert ids(found, name, 1) == ids(found, 'stem.0.weight')
    size = {
        'parametrized': 'conv.parametrizations.weight.original0',
        'hooked': 'conv.weight_g',
    }
    if kind in size:
        assert ids(found, size[kind]) == ids(found, name)


def test_channels_that_are_lost_are_known_again_from_the_next_layer_on():
    found = trace(Sorted(4))
    assert ids(found, 'fc.weight', 1) == ids(found, 'mid.weight')
    lost = set(found.inputs['mid.weight'].tolist())
    assert lost.isdisjoint(found.known)
    assert found.known.issuperset(ids(found, 'mid.weight'))
    assert ids(found, 'mid.bias') == ids(found, 'mid.weight')


def test_an_embedding_of_positions_keeps_channels_apart():
    """Though a class token's are not an image's where it is added."""

    class Tokens(Network):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 4, 4)
            self.token = nn.Parameter(torch.rand(1, 1, 4))
            self.positions = nn.Parameter(torch.rand(1, 5, 4))
            self.fc = nn.Linear(4, 3)

        def run(self, x):
            x = self.stem(x).flatten(2).transpose(1, 2)
            x = torch.cat([self.token.expand(2, 1, 4), x], 1)
            return self.fc(x + self.positions)

    found = trace(Tokens())
    assert len(set(ids(found, 'stem.weight'))) == 4
    assert ids(found, 'positions', 2) == ids(found, 'stem.weight')
    assert ids(found, 'token', 2) == ids(found, 'stem.weight')
    assert ('positions', 1) not in found.slots


def test_a_class_token_and_an_image_meet_the_same_weights():
    class Tokens(Network):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 8)
            self.token = nn.Parameter(torch.rand(1, 1, 4))
            self.fc = nn.Linear(4, 3)

        def run(self, x):
            x = self.stem(x).flatten(2).transpose(1, 2)
            return self.fc(torch.cat([self.token.expand(2, 1, 4), x], 1))

    found = trace(Tokens())
    assert ids(found, 'token', 2) == ids(found, 'stem.weight')


def test_arithmetic_on_a_parameter_of_one_dimension():
    class Scaled(Network):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3)
            self.gamma = nn.Parameter(torch.rand(4))
            self.fc = nn.Conv2d(4, 3, 1)

        def run(self, x):
            return self.fc((1 + self.gamma)[:, None, None] * self.stem(x))

    found = trace(Scaled())
    assert ids(found, 'gamma') == ids(found, 'stem.weight')
