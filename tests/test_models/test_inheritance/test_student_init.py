"""Tests of the base of what says where weights come from."""

import pytest
import torch

from mmrazor_ssdkd.models.inheritance import StudentInit


def test_settling_is_nothing_unless_a_component_says_so():
    init = StudentInit()
    assert init.num_images == 0
    init.settle(torch.zeros(0, 3, 8, 8))


@pytest.mark.parametrize(
    'call',
    [
        lambda init: init.prepare(None, {}, torch.zeros(())),
        lambda init: init.initialize(),
    ],
)
def test_the_rest_is_the_components(call):
    with pytest.raises(NotImplementedError):
        call(StudentInit())
