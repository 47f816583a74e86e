"""Tests of calls and where layers have their channels."""

import pytest
import torch
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_calls import (
    Call,
    tensors_in,
    weight_dims,
)

X = torch.zeros(2, 4, 8, 8)


@pytest.mark.parametrize(
    ('name', 'features', 'weight', 'expected'),
    [
        ('linear', torch.zeros(2, 5, 4), torch.zeros(3, 4), (2, 0, 1)),
        ('conv2d', X, torch.zeros(3, 4, 1, 1), (1, 0, 1)),
        # Without a batch.
        ('conv2d', X[0], torch.zeros(3, 4, 1, 1), (0, 0, 1)),
        ('conv_transpose2d', X, torch.zeros(4, 3, 1, 1), (1, 1, 0)),
        ('conv1d', X[0], torch.zeros(3, 8, 1), (1, 0, 1)),
    ],
)
def test_dimensions_of_channels(name, features, weight, expected):
    func = getattr(F, name)
    by_position = Call(name, func, (features, weight), {}, None)
    by_name = Call(name, func, (features,), dict(weight=weight), None)
    assert weight_dims(by_position) == expected
    assert weight_dims(by_name) == expected


def test_tensors_in_lists_and_by_name():
    call = Call('cat', torch.cat, ([X, X],), dict(out=X, dim=1), None)
    assert len(list(tensors_in(call))) == 3
