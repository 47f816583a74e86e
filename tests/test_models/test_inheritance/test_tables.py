"""Tests of places of tables' elements."""

import pytest
import torch

from mmrazor_ssdkd.models.inheritance.channel_labels import shrink
from mmrazor_ssdkd.models.inheritance.tables import Tables, wide_dims


def sides(places, dim):
    """Returns the dimension and the index of each side along one."""
    tables = Tables()
    tables.places('other', torch.Size([2, 2]))
    moved = shrink(places(tables.places('table', torch.Size([2, 3, 4]))))
    return [
        (side.name, side.dim, side.places.tolist())
        for side in tables.sides(moved, dim)
    ]


@pytest.mark.parametrize(
    ('move', 'dim', 'expected'),
    [
        (lambda x: x, 2, (2, [0, 1, 2, 3])),
        (lambda x: x, 0, (0, [0, 1])),
        (lambda x: x.flatten(0, 1), -1, (2, [0, 1, 2, 3])),
        (lambda x: x.permute(2, 0, 1)[2:], 0, (2, [2, 3])),
        (lambda x: x[:1, 1:], 1, (1, [1, 2])),
        (lambda x: x.repeat(1, 1, 2), 2, (2, [0, 1, 2, 3] * 2)),
        (lambda x: x.flip(1).expand(5, 2, 3, 4), 2, (1, [2, 1, 0])),
        # Two of its dimensions, one element, and several ones.
        (lambda x: x.flatten(1), 1, None),
        (lambda x: x[:, :, :1], 2, None),
        (lambda x: x.expand(5, 2, 3, 4), 0, None),
        (lambda x: torch.cat([x, x.flip(2)]), 2, None),
    ],
)
def test_what_lies_along_a_dimension(move, dim, expected):
    found = sides(move, dim)
    assert found == ([] if expected is None else [('table', *expected)])


def test_other_places_are_nobodys():
    def move(places):
        return torch.cat([torch.full((2, 3, 1), -1), places], dim=2)

    assert sides(move, 2) == [('table', 2, [-1, 0, 1, 2, 3])]


def test_dimensions_of_several_places():
    places = Tables().places('table', torch.Size([3, 1, 2]))
    assert wide_dims(places) == [0, 2]
    assert wide_dims(places.expand(3, 4, 2)) == [0, 2]
