"""Tests of wrappers around blocks and of the lists that they are in."""

import pytest
from paired_lists import Block, layers, rows
from torch import nn


class Wrapper(nn.Module):
    """A residual connection around a block, or a norm before one."""

    def __init__(self, inner, norm=None):
        super().__init__()
        self.norm, self.inner = norm, inner


def wrapped(names, wrap=Wrapper):
    """Returns blocks in one list, two linear layers of some names each."""
    classes = {'a': type('Attend', (nn.ModuleDict,), {})}
    layers = {'a': ('query', 'proj'), 'm': ('fc1', 'fc2')}
    blocks = [
        wrap(
            classes.get(name, nn.ModuleDict)(
                {key: nn.Linear(4, 4) for key in layers[name]}
            )
        )
        for name in names
    ]
    return nn.Sequential(nn.Conv2d(3, 4, 1), *blocks)


def twice(block):
    """Wraps a block two times."""
    return Wrapper(Wrapper(block, nn.LayerNorm(4)))


@pytest.mark.parametrize('wrap', [Wrapper, twice])
@pytest.mark.parametrize(
    ('student', 'teacher', 'expected'),
    [
        ('amam', 'amamam', {0: 0, 1: 1, 2: 2, 3: 5, 4: 6}),
        ('amam', 'amamamam', {0: 0, 1: 1, 2: 2, 3: 7, 4: 8}),
        ('amamam', 'amam', {0: 0, 1: 1, 2: 2, 5: 3, 6: 4}),
        ('ma', 'am', {0: 0, 1: 2}),
    ],
)
def test_wrappers_are_what_is_in_them(wrap, student, teacher, expected):
    pairs = rows(wrapped(student, wrap), wrapped(teacher, wrap))
    assert pairs == expected


def test_layers_of_other_names_are_not_alike():
    """In a list without a class of its own, only their names tell."""

    def wrap(block):
        return Wrapper(nn.Sequential(nn.LayerNorm(4), block))

    student, teacher = wrapped('amam', wrap), wrapped('amamam', wrap)
    pairs = rows(student, teacher)
    assert pairs.keys() == {0, 1, 2, 3, 4}
    assert pairs[1] == 1 and pairs[4] == 6
    assert (pairs[2], pairs[3]) in {(2, 3), (2, 5), (4, 5)}


def test_a_list_of_one_block_is_that_of_several():
    """As the stages of a network are."""

    def stages(*depths):
        return nn.ModuleList(
            nn.Sequential(*(Block(4, 4) for _ in range(depth)))
            for depth in depths
        )

    pairs = layers(lambda: stages(1, 2), lambda: stages(2, 1))
    assert {k[:3]: v[:3] for k, v in pairs.items()} == {
        '0.0': '0.0',
        '1.0': '1.0',
    }
