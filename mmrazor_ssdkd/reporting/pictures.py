"""Synthetic images and maps as pictures, with names and colours of classes."""

import base64
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from matplotlib import colormaps
from matplotlib.colors import hsv_to_rgb

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.forward import swaps_channels
from mmrazor_ssdkd.models.teacher_ensemble import named_teachers

__all__ = ['class_colors', 'class_names', 'data_uri', 'to_rgb']

Array = npt.NDArray[Any]
# Larger pictures are made smaller for a page, and coded with losses.
_LARGEST = 160
_LOSSLESS = 48


def class_names(algorithm: SSDKD, meta: dict[str, Any]) -> list[str]:
    """Returns a short name for each class, its number if it has none.

    Args:
        algorithm (SSDKD): Whose classes they are.
        meta (dict): Of the data, see :func:`dataset_meta`.

    Raises:
        ValueError: There are fewer names than classes.
    """
    numbers = list(map(str, range(algorithm.num_classes)))
    found = meta.get('classes') or numbers
    check_number_of('classes', found, algorithm.num_classes)
    # ImageNet's have several names each, wider than an image.
    first = [str(name).split(',')[0] for name in found]
    return [name if len(name) < 14 else name[:12] + '…' for name in first]


def class_colors(algorithm: SSDKD, meta: dict[str, Any]) -> Array:
    """Returns a colour for each class, uint8 (C, 3).

    Args:
        algorithm (SSDKD): Whose classes they are.
        meta (dict): Of the data, see :func:`dataset_meta`.

    Raises:
        ValueError: There are fewer colours than classes.
    """
    number = algorithm.num_classes
    if meta.get('palette'):
        check_number_of('palette', meta['palette'], number)
        return np.array(meta['palette'], dtype=np.uint8)
    if number <= 20:
        return colormaps['tab20'](range(number), bytes=True)[:, :3]
    # In three shades, since eyes and bytes know few hues.
    hues = np.linspace(0, 0.95, -(-number // 3))
    colors = [(hue, 1, shade) for hue in hues for shade in (1.0, 0.7, 0.4)]
    return (255 * hsv_to_rgb(colors[:number])).round().astype(np.uint8)


def check_number_of(name: str, values: Sequence[Any], number: int) -> None:
    """Raises a ValueError unless there is a value for each class."""
    if len(values) < number:
        raise ValueError(
            f'`{name}` must be of all {number} classes, but got {len(values)}'
        )


def to_rgb(images: torch.Tensor, algorithm: SSDKD) -> Array:
    """Returns uint8 images (N, C, H, W) as a picture wants them.

    Where the first teacher's data preprocessor swaps channels, they are taken
    to be BGR, as OpenMMLab loads images, and RGB otherwise. A teacher that
    wants BGR and gets it without a swap is drawn with red for blue.

    Args:
        images (torch.Tensor): As the generator made them.
        algorithm (SSDKD): Whose teacher looks at them.

    Returns:
        np.ndarray: (N, H, W, 3), RGB; the first channel in gray where there
        are one or two, and the first three as colours where there are more.
    """
    if images.shape[1] < 3:
        images = images[:, :1]
    elif images.shape[1] > 3:
        # A data preprocessor swaps none of so many.
        images = images[:, :3]
    elif swaps_channels(_preprocessor(algorithm)):
        images = images.flip(1)
    return images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()


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


def _preprocessor(algorithm: SSDKD) -> Any:
    """Returns the first teacher's data preprocessor, if it has one."""
    teacher = next(iter(named_teachers(algorithm.teacher).values()))
    return getattr(teacher, 'data_preprocessor', None)
