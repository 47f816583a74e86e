"""What images become in the buffer."""

import torch

from mmrazor_ssdkd.replay import to_pixels


def test_values():
    """The nearest; what oversteps stays at the end that it oversteps."""
    images = torch.tensor([-3.0, -0.4, 0.6, 254.4, 255.4, 255.6, 700.0])
    found = to_pixels(images)
    assert found.dtype == torch.uint8
    assert found.tolist() == [0, 0, 1, 254, 255, 255, 255]
