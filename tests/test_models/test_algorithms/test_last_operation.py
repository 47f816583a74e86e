"""The graph of a network's outputs tells what it ends in."""

import pytest
import torch
from torch.nn import functional as F

from mmrazor_ssdkd.models.algorithms.last_operation import ends_in


def maps():
    """Returns maps that come from something."""
    return torch.rand(2, 3, 4, 4, requires_grad=True) * 4 - 2


@pytest.mark.parametrize(
    'moved',
    [
        lambda x: x,
        lambda x: x.mean((2, 3)),
        lambda x: x.flatten(2).transpose(1, 2)[:, 0],
        lambda x: F.interpolate(x, size=(8, 8), mode='bilinear'),
        lambda x: F.interpolate(x, size=(8, 8)),
        lambda x: F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1),
        lambda x: torch.cat([x, x[:, :1]], dim=1).clamp(1e-6, 1 - 1e-6),
        lambda x: x.to(torch.float64).permute(0, 2, 3, 1),
    ],
)
def test_what_is_moved(moved):
    """A reshaping, a resizing or a mean of a sigmoid is one."""
    assert ends_in(moved(maps().sigmoid()), 'Sigmoid')
    assert not ends_in(moved(maps()), 'Sigmoid')


@pytest.mark.parametrize(
    ('outputs', 'operation'),
    [
        (maps().softmax(1), 'Softmax'),
        (maps().log_softmax(1), 'LogSoftmax'),
        (F.logsigmoid(maps()), 'LogSigmoid'),
        (F.hardsigmoid(maps()), 'Hardsigmoid'),
        (maps().sigmoid().log(), 'Log.Sigmoid'),
        (maps().softmax(1).clamp(min=1e-6).log(), 'Log.Softmax'),
    ],
)
def test_other_operations(outputs, operation):
    """Each by torch's name; several may be asked for."""
    assert ends_in(outputs, 'Tanh', operation)
    assert not ends_in(outputs, 'Tanh')


@pytest.mark.parametrize(
    'outputs',
    [
        # A gate inside, and a half of something else.
        maps() * maps().sigmoid(),
        torch.cat([maps().sigmoid(), maps()], dim=1),
        maps().detach().sigmoid(),
        torch.rand(2, 3, requires_grad=True),
    ],
)
def test_what_ends_otherwise(outputs):
    """Not all of it comes from there."""
    assert not ends_in(outputs, 'Sigmoid')
