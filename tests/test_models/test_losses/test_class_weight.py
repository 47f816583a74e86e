"""Tests of the weights of rare and frequent classes."""

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models.losses import class_weight

# A hundredth of an even share is 0.0025.
FREQUENCY = torch.tensor([0.6375, 0.1575, 0.1575, 0.0475])


def test_value():
    """Computed by hand for a power of a half."""
    # 1 over the roots of 0.64, 0.16, 0.16 and 0.05.
    raw = torch.tensor([1.25, 2.5, 2.5, 20**0.5])
    mean = 0.6375 * 1.25 + 2 * 0.1575 * 2.5 + 0.0475 * 20**0.5
    assert_close(class_weight(FREQUENCY, 0.5), raw / mean)


@pytest.mark.parametrize('power', [0.0, 0.5, 1.0, 2.0])
def test_mean_over_the_buffer_is_1(power):
    """Whatever the power, so that the loss keeps its size."""
    mean = (FREQUENCY * class_weight(FREQUENCY, power)).sum()
    assert_close(mean, torch.tensor(1.0))


def test_autocast():
    """The weights keep full precision inside, where the student's step is."""
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = class_weight(FREQUENCY, 1.0)
    assert torch.equal(found, class_weight(FREQUENCY, 1.0))


def test_limits():
    """0 weighs all alike; 1 gives every class nearly the same part."""
    assert_close(class_weight(FREQUENCY, 0.0), torch.ones(4))
    parts = FREQUENCY * class_weight(FREQUENCY, 1.0)
    assert_close(parts, torch.full((4,), 0.25), atol=0.02, rtol=0)


def test_absent_class():
    """It counts 201 times as much as one of half the pixels."""
    frequency = torch.tensor([0.5, 0.5, 0.0, 0.0])
    weight = class_weight(frequency, 1.0)
    assert_close(weight[2] / weight[0], torch.tensor(0.5025 / 0.0025))


@pytest.mark.parametrize(
    ('power', 'error'), [(-0.5, ValueError), ('1', TypeError)]
)
def test_bad_power_raises(power, error):
    """The error names it and its value."""
    with pytest.raises(error, match=f'`power` must be .*{power}'):
        class_weight(FREQUENCY, power)


@pytest.mark.parametrize('power', [13.0, 100.0])
def test_large_powers(power):
    """An absent class counts much, the rarest that is there takes the rest."""
    frequency = torch.tensor([0.9, 0.1, 0.0])
    found = class_weight(frequency, power)
    assert found[2] > 1e6
    assert_close(found[1], torch.tensor(10.0), rtol=1e-3, atol=0.0)


def test_largest_power():
    """A loss can still hold what an absent class counts."""
    found = class_weight(torch.tensor([0.9, 0.1, 0.0]), 1e6)
    assert found.mul(1e6).isfinite().all()
