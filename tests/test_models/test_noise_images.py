"""Noise that networks are looked at with."""

import pytest
import torch

from mmrazor_ssdkd.models.noise_images import draw_details


@pytest.mark.parametrize('size', [(1, 8, 8), (3, 5, 7), (3, 512, 256)])
def test_noise(size):
    """It fills its range, its images differ, and it is drawn again alike."""
    noise = draw_details(size)
    assert noise.shape[1:] == size
    assert 4 <= len(noise) <= 32
    assert 0 <= noise.min() < 20
    assert 235 < noise.max() <= 255
    assert torch.equal(noise, draw_details(size))
    assert not torch.equal(noise[0], noise[1])
