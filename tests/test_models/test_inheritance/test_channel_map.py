"""Tests of which of the teacher's channels a student's become."""

import pytest
import torch
from inherited_networks import (
    Attention,
    Dense,
    Grouped,
    Network,
    Residual,
    Shuffled,
    Sorted,
    layer,
    pool,
    prefer,
    trace,
)
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_ids import NOBODY
from mmrazor_ssdkd.models.inheritance.channel_map import ChannelMap
from mmrazor_ssdkd.models.inheritance.channel_scores import score_channels
from mmrazor_ssdkd.models.inheritance.layer_pairs import pair_tensors


class Mapping:
    """A map between two networks and what to ask it for."""

    def __init__(self, student, teacher):
        self.traces = trace(student), trace(teacher)
        scores = score_channels(self.traces[1], teacher.state_dict())
        self.map = ChannelMap(
            *self.traces, pair_tensors(student, teacher), scores
        )

    def __call__(self, name, dim=0, other=None):
        ours, theirs = (
            found.slots[key, dim]
            for found, key in zip(self.traces, (name, other or name))
        )
        return self.map.index(ours, theirs).tolist()


def test_largest_sums_of_norms_are_kept_once_for_a_stream():
    student, teacher = Residual(2, 2, 3), Residual(4, 3, 6)
    prefer(teacher.stem[0], [3])
    for block, inner in zip(teacher.blocks, ([0, 2, 5], [1], [1, 3, 4])):
        prefer(block[0][0], inner)
        prefer(block[1][0], [1])
    mapping = Mapping(student, teacher)
    # Three blocks like channel 1 and the stem likes channel 3.
    for name in ('stem.0.weight', 'blocks.0.1.0.weight', 'blocks.1.1.1.bias'):
        other = name.replace('blocks.1', 'blocks.2')
        assert mapping(name, 0, other) == [1, 3]
    assert mapping('fc.weight', 1) == [1, 3]
    assert mapping('fc.weight', 0) == [0, 1, 2]
    assert mapping('blocks.0.0.0.weight') == [0, 2, 5]
    assert mapping('blocks.1.0.0.weight', 0, 'blocks.2.0.0.weight') == [
        1,
        3,
        4,
    ]
    kept = mapping.map.kept
    assert {
        kept[i] for i in mapping.traces[0].inputs['fc.weight'].tolist()
    } == {0.5}


def test_equal_scores_take_the_first_channels():
    teacher = Residual(4)
    for parameter in teacher.parameters():
        parameter.data.fill_(1.0)
    assert Mapping(Residual(2), teacher)('stem.0.weight') == [0, 1]


def test_a_wider_student_has_channels_without_a_counterpart():
    mapping = Mapping(Residual(4), Residual(2))
    assert mapping('stem.0.weight') == [0, 1, NOBODY, NOBODY]


@pytest.mark.parametrize(
    ('width', 'groups', 'expected'),
    [
        # The best group.
        (4, 1, [4, 5, 6, 7]),
        # The best of each group.
        (4, 2, [1, 3, 4, 5]),
    ],
)
def test_grouped_convolutions(width, groups, expected):
    teacher = Grouped(8, 2)
    prefer(teacher.conv[0], [1, 3, 4, 5])
    prefer(teacher.stem[0], [1, 3, 4, 5])
    student = Grouped(width, groups)
    mapping = Mapping(student, teacher)
    if groups == 2:
        assert mapping('conv.0.weight') == expected
        assert mapping('stem.0.weight') == expected


def test_fewer_groups_of_as_many_channels():
    teacher = Grouped(8, 4)
    prefer(teacher.conv[0], [2, 6])
    mapping = Mapping(Grouped(4, 2), teacher)
    assert mapping('conv.0.weight') == [2, 3, 6, 7]
    assert mapping('stem.0.weight') == [2, 3, 6, 7]
    assert mapping('fc.weight', 1) == [2, 3, 6, 7]


@pytest.mark.parametrize('kind', ['sdpa', 'matmul', 'module'])
def test_fewer_heads_are_whole_heads(kind):
    torch.manual_seed(3)
    teacher = Attention(8, 4, kind)
    qkv = 'attention.in_proj_weight' if kind == 'module' else 'qkv.weight'
    weight = dict(teacher.named_parameters())[qkv]
    # Heads 1 and 3 have the largest queries, keys and values.
    weight.data.view(3, 4, 2, 8).copy_(
        torch.tensor([0.1, 2.0, 0.1, 1.0]).view(1, 4, 1, 1).expand(3, 4, 2, 8)
    )
    found = Mapping(Attention(4, 2, kind), teacher)(qkv)
    assert found == [2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23]


@pytest.mark.parametrize('kind', ['sdpa', 'matmul', 'module'])
def test_smaller_heads_keep_channels_of_their_own(kind):
    teacher = Attention(8, 2, kind)
    found = Mapping(Attention(4, 2, kind), teacher)(
        'attention.in_proj_weight' if kind == 'module' else 'qkv.weight'
    )
    query, key, value = torch.tensor(found).view(3, 4)
    assert query.tolist() == (key - 8).tolist()
    for part in (query, value - 16):
        assert (part // 4).tolist() == [0, 0, 1, 1]


def test_concatenated_layers_choose_each_for_itself():
    teacher = Dense(4)
    prefer(teacher.one[0], [0, 3])
    prefer(teacher.two[0], [1, 2])
    assert Mapping(Dense(2), teacher)('fc.weight', 1) == [0, 3, 5, 6]


def test_halves_of_a_chunk_stay_halves():
    teacher = Shuffled(8)
    prefer(teacher.stem[0], [0, 3, 6, 7])
    prefer(teacher.part[0], [1, 2])
    mapping = Mapping(Shuffled(4), teacher)
    assert mapping('part.0.weight', 1) == [2, 3]
    assert mapping('part.0.weight') == [1, 2]
    # Left and right take turns.
    assert mapping('conv.0.weight', 1) == [0, 3, 6, 5]


def test_lost_channels_are_kept_in_order_or_not_at_all():
    assert Mapping(Sorted(4), Sorted(4))('mid.weight', 1) == [0, 1, 2, 3]
    assert Mapping(Sorted(2), Sorted(4))('mid.weight', 1) == [NOBODY] * 2
    assert Mapping(Sorted(2), Sorted(4))('fc.weight', 1) != [NOBODY] * 2


class Relative(Network):
    """An attention whose heads have biases of relative positions."""

    def __init__(self, heads, dim, look_up):
        super().__init__()
        self.heads, self.dim, self.look_up = heads, dim, look_up
        self.patch = nn.Conv2d(3, 4 * heads, 4, 4)
        self.query, self.value = (
            nn.Linear(4 * heads, 4 * heads) for _ in '12'
        )
        self.biases = nn.Parameter(
            torch.rand((7, heads) if dim else (heads, 7))
        )
        self.fc = nn.Linear(4 * heads, 3)

    def run(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        query, value = (
            layer(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for layer in (self.query, self.value)
        )
        weights = query @ query.mT + self.make_biases()
        x = weights.softmax(-1) @ value
        return self.fc(x.transpose(1, 2).flatten(2).mean(1))

    def make_biases(self):
        places = (torch.arange(4)[:, None] - torch.arange(4) + 3).view(-1)
        biases = self.look_up(self.biases, places)
        return (biases.t() if self.dim else biases).reshape(-1, 4, 4)


@pytest.mark.parametrize(
    ('dim', 'look_up'),
    [
        (1, lambda table, places: table[places]),
        (1, lambda table, places: table.index_select(0, places)),
        (1, lambda table, at: torch.index_select(table, index=at, dim=-2)),
        (0, lambda table, places: table[:, places]),
        (0, lambda table, places: table.index_select(-1, places)),
    ],
)
def test_biases_of_relative_positions_are_those_of_the_heads(dim, look_up):
    teacher = Relative(4, dim, look_up)
    prefer(teacher.query, list(range(4, 8)))
    prefer(teacher.value, list(range(12, 16)))
    mapping = Mapping(Relative(2, dim, look_up), teacher)
    assert mapping('biases', dim) == [1, 3]
    assert mapping('query.weight') == [4, 5, 6, 7, 12, 13, 14, 15]


class Kept(Relative):
    """One that looks its biases up when it is switched, as a LeViT does."""

    def train(self, mode=True):
        super().train(mode)
        self.kept = None if mode else super().make_biases()
        return self

    def make_biases(self):
        return super().make_biases() if self.kept is None else self.kept


def test_biases_that_are_looked_up_before_the_network_runs():
    def make(heads):
        return Kept(heads, 0, lambda table, places: table[:, places])

    teacher = make(4)
    prefer(teacher.query, list(range(4, 8)))
    prefer(teacher.value, list(range(12, 16)))
    assert Mapping(make(2), teacher)('biases') == [1, 3]


class Pooled(Network):
    """Parts of a layer's channels without layers of their own."""

    def __init__(self, width, cut):
        super().__init__()
        self.stem = layer(3, width)
        self.conv = layer(width, width)
        self.fc, self.cut = nn.Linear(width, 3), cut

    def run(self, x):
        parts = self.cut(self.stem(x))
        x = torch.cat([F.avg_pool2d(part, 2) for part in parts], 1)
        return self.fc(pool(self.conv(x)))


@pytest.mark.parametrize(
    'cut',
    [
        lambda x: x.chunk(2, 1),
        lambda x: (x[:, : x.shape[1] // 2], x[:, x.shape[1] // 2 :]),
    ],
)
def test_parts_without_layers_of_their_own_stay_apart(cut):
    teacher = Pooled(8, cut)
    prefer(teacher.stem[0], [0, 1, 2, 3])
    found = Mapping(Pooled(4, cut), teacher)('conv.0.weight', 1)
    assert [place // 4 for place in found] == [0, 0, 1, 1]


def test_parts_that_only_one_network_takes_are_none():
    whole, teacher = (
        Pooled(4, lambda x: [x]),
        Pooled(8, lambda x: x.chunk(2, 1)),
    )
    prefer(teacher.stem[0], [0, 2, 3, 4])
    assert Mapping(whole, teacher)('conv.0.weight', 1) == [0, 2, 3, 4]
