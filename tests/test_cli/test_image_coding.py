"""Files of images and maps hold the very numbers."""

import io

import cv2
import numpy as np
import pytest
import torch

from mmrazor_ssdkd.cli.image_coding import coded_image, coded_map, image_suffix


@pytest.mark.parametrize('channels', [1, 2, 3, 4, 5, 13])
def test_image(channels):
    """It comes back without loss in its format."""
    image = torch.randint(0, 256, (channels, 6, 7), dtype=torch.uint8)
    data = coded_image(image)
    if image_suffix(channels) == '.npy':
        array = np.load(io.BytesIO(data), allow_pickle=False)
    else:
        coded = np.frombuffer(data, np.uint8)
        array = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    assert np.array_equal(array.reshape(6, 7, -1), image.permute(1, 2, 0))


@pytest.mark.parametrize('num_classes', [2, 255, 256, 1000, 32767])
def test_map(num_classes):
    """The last class is not taken for another or for none."""
    label = torch.tensor([[0, num_classes - 1]])
    coded = np.frombuffer(coded_map(label, num_classes), np.uint8)
    array = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)
    assert np.array_equal(array, label)
    assert (array.dtype == np.uint16) == (num_classes > 255)
