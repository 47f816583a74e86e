"""Tests of the weights of rare and frequent classes."""

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models.losses import class_weight

FREQUENCY = torch.tensor([0.64, 0.16, 0.16, 0.04])


def test_value():
    """Computed by hand for a power of a half."""
    # 1 / (0.8, 0.4, 0.4, 0.2), over 0.8 + 0.4 + 0.4 + 0.2.
    expected = torch.tensor([1.25, 2.5, 2.5, 5.0]) / 1.8
    assert_close(class_weight(FREQUENCY, 0.5), expected)


@pytest.mark.parametrize('power', [0.0, 0.5, 1.0, 2.0])
def test_mean_over_the_buffer_is_1(power):
    """Whatever the power, so that the loss keeps its size."""
    mean = (FREQUENCY * class_weight(FREQUENCY, power)).sum()
    assert_close(mean, torch.tensor(1.0))


def test_limits():
    """0 weighs all alike; 1 gives every class the same part."""
    assert_close(class_weight(FREQUENCY, 0.0), torch.ones(4))
    parts = FREQUENCY * class_weight(FREQUENCY, 1.0)
    assert_close(parts, torch.full((4,), 0.25))


def test_absent_class():
    """It counts as one of a hundredth of its even share."""
    frequency = torch.tensor([0.5, 0.5, 0.0, 0.0])
    weight = class_weight(frequency, 1.0)
    assert_close(weight[2] / weight[0], torch.tensor(0.5 / 0.0025))
    assert torch.isfinite(class_weight(torch.zeros(3), 1.0)).all()


@pytest.mark.parametrize(
    ('power', 'error'), [(-0.5, ValueError), ('1', TypeError)]
)
def test_bad_power_raises(power, error):
    """The error names it and its value."""
    with pytest.raises(error, match=f'`power` must be .*{power}'):
        class_weight(FREQUENCY, power)
