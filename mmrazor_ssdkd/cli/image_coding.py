"""Codes images and maps so that OpenMMLab's pipelines load these numbers."""

import io
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

__all__ = ['coded_image', 'coded_map', 'image_suffix']

# Gray, colours, and colours beside a fourth channel.
_OF_A_PNG = (1, 3, 4)
# mmsegmentation does not count the pixels of this class.
_IGNORED = 255


def image_suffix(channels: int) -> str:
    """Returns the format of images of some channels, '.png' where it can be.

    Others are ``.npy`` files, which ``LoadArrayFromFile`` loads.
    """
    return '.png' if channels in _OF_A_PNG else '.npy'


def coded_image(image: torch.Tensor) -> bytes:
    """Returns the file of an image, in the format of :func:`image_suffix`.

    OpenMMLab's pipelines load BGR, and write none of it otherwise.

    Args:
        image (torch.Tensor): uint8 (channels, H, W).

    Returns:
        bytes: What the file holds.
    """
    array = np.ascontiguousarray(image.permute(1, 2, 0).numpy())
    if image_suffix(len(image)) == '.png':
        return _coded_png(array)
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def coded_map(label: torch.Tensor, num_classes: int) -> bytes:
    """Returns the PNG of a map, of 16 bits where 8 do not hold all classes.

    Args:
        label (torch.Tensor): Classes, (H, W).
        num_classes (int): How many there are.

    Returns:
        bytes: What the file holds.
    """
    kind = np.uint8 if num_classes <= _IGNORED else np.uint16
    return _coded_png(label.numpy().astype(kind))


def _coded_png(array: npt.NDArray[Any]) -> bytes:
    """Returns a PNG; the library that could write it hides a full disk."""
    coded, data = cv2.imencode('.png', array)
    if not coded:
        raise ValueError(
            f'`images` must fit into a PNG, but got {array.shape}'
        )
    return data.tobytes()
