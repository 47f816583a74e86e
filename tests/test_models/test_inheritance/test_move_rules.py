"""Tests of channels that are moved."""

import pytest
import torch
from inherited_networks import follow
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_ids import NOBODY


def written(x):
    """Writes two channels into another tensor."""
    out = torch.zeros(2, 3, 2, 2)
    out[:, 1:] = x[:, :2]
    return out


@pytest.mark.parametrize(
    ('function', 'expected'),
    [
        (lambda x: x.flip(1), [3, 2, 1, 0]),
        (lambda x: x[:, 1:3], [1, 2]),
        (lambda x: x[:, [2, 0]], [2, 0]),
        (lambda x: torch.hsplit(x, 2)[1], [2, 3]),
        (lambda x: torch.split(x, [1, 3], dim=1)[1], [1, 2, 3]),
        (lambda x: torch.cat([x, x[:, :1]], dim=1), [0, 1, 2, 3, 0]),
        (
            lambda x: torch.cat([x, torch.zeros_like(x)], 1),
            [0, 1, 2, 3] + 4 * [NOBODY],
        ),
        (lambda x: F.channel_shuffle(x, 2), [0, 2, 1, 3]),
        (
            lambda x: F.pixel_unshuffle(x, 2),
            [c for c in range(4) for _ in range(4)],
        ),
        (lambda x: F.unfold(x, 2), [c for c in range(4) for _ in range(4)]),
        (lambda x: x.double().to(torch.float32), [0, 1, 2, 3]),
        (lambda x: F.pad(x, (1, 1, 1, 1)), [0, 1, 2, 3]),
        (lambda x: F.pad(x, (0, 0, 0, 0, 1, 0)), [NOBODY, 0, 1, 2, 3]),
        (written, [NOBODY, 0, 1]),
        (lambda x: x.repeat(1, 2, 1, 1), [0, 1, 2, 3, 0, 1, 2, 3]),
        (
            lambda x: x.view(2, 2, 2, 2, 2).transpose(1, 2).flatten(1, 2),
            [0, 2, 1, 3],
        ),
    ],
)
def test_ids_move_with_the_values(function, expected):
    labels = follow(function)
    rows = labels.movedim(1, -1).reshape(-1, labels.shape[1])
    assert rows.unique(dim=0).tolist() == [expected]


def test_cutting_channels_by_padding_ends_them():
    assert follow(lambda x: F.pad(x, (0, 0, 0, 0, -1, 0))) is None


def test_overwritten_channels_are_nobodys():
    def overwrite(x):
        x = x.clone()
        x[:, 0] = 0
        return x

    assert follow(overwrite)[0, :, 0, 0].tolist() == [NOBODY, 1, 2, 3]
