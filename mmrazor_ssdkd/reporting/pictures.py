"""Pictures that a page holds in itself."""

import base64
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ['Array', 'colored_map', 'data_uri']

Array = npt.NDArray[Any]
# Larger pictures are made smaller for a page, and coded with losses.
_LARGEST = 160
_LOSSLESS = 48


def colored_map(labels: Array, colors: Array, size: tuple[int, ...]) -> Array:
    """Returns a map of classes in colours, of another size.

    Args:
        labels (np.ndarray): Classes, (h, w).
        colors (np.ndarray): uint8, (C, 3).
        size (tuple[int, ...]): Height and width, of the nearest pixels.

    Returns:
        np.ndarray: uint8 RGB, (H, W, 3).
    """
    rows, columns = (
        np.arange(side) * own // side for side, own in zip(size, labels.shape)
    )
    return colors[labels[rows][:, columns]]


def data_uri(picture: Array, exact: bool = False) -> str:
    """Returns a picture as an address that holds the picture itself.

    Args:
        picture (np.ndarray): uint8 RGB, (H, W, 3).
        exact (bool): Whether its colours must stay, as those of a map.
            Defaults to False: large ones lose a little.

    Returns:
        str: For the ``src`` of an ``img``.
    """
    scale = _LARGEST / max(picture.shape[:2])
    if scale < 1:
        how = cv2.INTER_NEAREST if exact else cv2.INTER_AREA
        picture = cv2.resize(
            picture, None, fx=scale, fy=scale, interpolation=how
        )
    small = max(picture.shape[:2]) <= _LOSSLESS
    kind = 'png' if exact or small else 'jpeg'
    bgr = np.ascontiguousarray(picture[..., ::-1])
    coded, data = cv2.imencode(f'.{kind}', bgr)
    assert coded, picture.shape
    text = base64.b64encode(data.tobytes()).decode()
    return f'data:image/{kind};base64,{text}'
