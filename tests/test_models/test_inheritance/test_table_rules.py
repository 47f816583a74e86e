"""Tests of tables, such as embeddings of positions, that are moved."""

import pytest
import torch
from inherited_networks import Network, inherit, prefer, randomize, trace
from torch import nn
from torch.nn import functional as F


def resized(table, size=4):
    """Returns a table of three by three places for others."""
    table = table.reshape(1, 3, 3, -1).permute(0, 3, 1, 2)
    table = F.interpolate(table, size=(size, size), mode='bicubic')
    return table.flatten(2).transpose(1, 2)


class Tabled(Network):
    """Tokens of an image that meet a table; its last dimension is wide."""

    def __init__(self, width, shape, function):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 2, 2)
        self.table = nn.Parameter(torch.rand(*shape, width))
        self.fc = nn.Linear(width, 3)
        self.function = function

    def run(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        return self.fc(self.function(x, self.table).mean(1))


def beside(x, *tables):
    """Puts tables before an image's tokens."""
    rows = [table.expand(len(x), -1, -1) for table in tables]
    return torch.cat([*rows, x], dim=1)


MET = [
    ((16,), lambda x, t: x + t[None]),
    ((16,), lambda x, t: x + t.unsqueeze(0)),
    ((16,), lambda x, t: x * t.view(1, *t.shape)),
    ((1, 4, 4), lambda x, t: x + t.flatten(1, 2)),
    ((1, 17), lambda x, t: x + t[:, 1:]),
    ((1, 18), lambda x, t: x + t.split([2, 16], dim=1)[1]),
    ((1, 17), lambda x, t: beside(x, t[:, :1]) + t),
    ((1, 17), lambda x, t: beside(x + t[:, 1:], t[:, :1])),
    ((1, 3), beside),
    ((1, 3), lambda x, t: beside(x, t, t).relu()),
    ((1, 3), lambda x, t: torch.cat([t.repeat(2, 1, 1) * 0.5, x], 1)),
    ((1, 9), lambda x, t: x + resized(t)),
    (
        (1, 10),
        lambda x, t: x + torch.cat([t[:, :1], resized(t[:, 1:])], 1)[:, 1:],
    ),
    ((1, 9), lambda x, t: x + torch.cat([t[:, :0], resized(t)], 1)),
    ((5,), lambda x, t: x + t.norm(2, 0) + t.norm(2, dim=0)),
    ((1, 5), lambda x, t: x + t.amax(1, keepdim=True)),
    ((4,), lambda x, t: (x[:, :, None] - t.view(1, 1, *t.shape)).sum(2)),
    ((4, 5), lambda x, t: x + t.mean(1)[None].repeat(1, 4, 1)),
    ((16,), lambda x, t: x + F.dropout(t * 2, training=False)[None]),
    ((16,), lambda x, t: x + t[None].expand_as(x)),
    ((20,), lambda x, t: x + F.embedding(torch.arange(16), t)),
    ((20,), lambda x, t: x + F.embedding(torch.arange(16), t, max_norm=1.0)),
    ((16,), lambda x, t: torch.stack([x, t[None].expand_as(x)]).sum(0)),
]


@pytest.mark.parametrize(('shape', 'function'), MET)
def test_a_narrow_student_takes_its_columns(shape, function):
    teacher = randomize(Tabled(6, shape, function))
    student = Tabled(3, shape, function)
    prefer(teacher.stem, [0, 2, 5])
    inherit(student, teacher)
    assert student.table.equal(teacher.table[..., [0, 2, 5]])
    assert student.stem.bias.equal(teacher.stem.bias[[0, 2, 5]])


@pytest.mark.parametrize(('shape', 'function'), MET)
def test_a_student_like_its_teacher_takes_all(shape, function):
    teacher = randomize(Tabled(4, shape, function))
    student = Tabled(4, shape, function)
    assert 'random' not in str(inherit(student, teacher))
    assert student.table.equal(teacher.table)


@pytest.mark.parametrize(('shape', 'function'), MET)
def test_channels_stay_apart(shape, function):
    found = trace(Tabled(4, shape, function))
    ids = found.outputs['stem.weight']
    assert len(set(ids.tolist())) == 4
    assert found.slots['table', len(shape)].equal(ids)
    assert {key for key in found.slots if key[0] == 'table'} == {
        ('table', len(shape))
    }


@pytest.mark.parametrize(
    'function',
    [
        # It meets nothing, or only one number of it does.
        lambda x, t: (x, t[:, 1:])[0],
        lambda x, t: x + t[:, :1, :1],
        lambda x, t: x * t[:, 1:].sum(),
        lambda x, t: x * t.norm() * t.norm(2) * t.std(False),
        # Its channels are lost among places.
        lambda x, t: x + t.flatten().sort()[0][: x.shape[1], None],
        lambda x, t: x + t.flatten()[:1],
    ],
)
def test_a_table_that_meets_no_channels_stays_random(function):
    student = Tabled(3, (1, 17), function)
    before = student.table.clone()
    report = str(inherit(student, randomize(Tabled(6, (1, 17), function))))
    assert 'random: table' in report
    assert student.table.equal(before)


@pytest.mark.parametrize('norm', [nn.Identity, nn.LayerNorm])
def test_a_table_that_a_layer_reads(norm):
    """Such as the queries of a decoder."""

    class Queries(Network):
        def __init__(self, width):
            super().__init__()
            self.stem = nn.Conv2d(3, width, 2, 2)
            self.table = nn.Parameter(torch.rand(5, 2 * width))
            self.norm = norm(2 * width)
            self.query = nn.Linear(2 * width, width)
            self.fc = nn.Linear(width, 3)

        def run(self, x):
            query = self.query(self.norm(self.table[None, 1:]))
            return self.fc(self.stem(x).mean((2, 3)) + query.mean(1))

    student, teacher = Queries(2), randomize(Queries(4))
    assert 'random' not in str(inherit(student, teacher))
    found = trace(teacher)
    assert found.slots['table', 1].equal(found.inputs['query.weight'])
    assert ('table', 0) not in found.slots


def test_tables_that_are_each_half_of_the_channels():
    class Halves(Network):
        def __init__(self, width):
            super().__init__()
            self.stem = nn.Conv2d(3, 2 * width, 2, 2)
            self.rows = nn.Parameter(torch.rand(4, width))
            self.columns = nn.Parameter(torch.rand(4, width))
            self.fc = nn.Linear(2 * width, 3)

        def run(self, x):
            x = self.stem(x).permute(0, 2, 3, 1)
            rows = self.rows[:, None].expand(-1, 4, -1)
            columns = self.columns[None].expand(4, -1, -1)
            x = x + torch.cat([rows, columns], dim=-1)[None]
            return self.fc(x.mean((1, 2)))

    found = trace(Halves(3))
    stream = found.outputs['stem.weight'].tolist()
    assert found.slots['rows', 1].tolist() == stream[:3]
    assert found.slots['columns', 1].tolist() == stream[3:]
    student, teacher = Halves(2), randomize(Halves(4))
    assert 'random' not in str(inherit(student, teacher))


def test_half_of_the_channels_of_a_table():
    found = trace(
        Tabled(4, (16,), lambda x, t: x + F.pad(t[None, :, :2], (0, 2)))
    )
    assert ('table', 1) not in found.slots
    found = trace(
        Tabled(
            4,
            (16,),
            lambda x, t: torch.cat([x[..., :2] + t[:, :2], x[..., 2:]], -1),
        )
    )
    ids = found.slots['table', 1].tolist()
    assert ids[:2] == found.outputs['stem.weight'].tolist()[:2]
    assert set(ids[2:]).isdisjoint(found.known)
