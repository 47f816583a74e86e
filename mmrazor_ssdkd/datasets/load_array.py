"""Loads images that no image format holds."""

import io
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.fileio import get

from mmrazor_ssdkd.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadArrayFromFile(BaseTransform):
    """Loads an image of any number of channels from a ``.npy`` file.

    In place of ``LoadImageFromFile``, for the images of 2 or more than 4
    channels that ``tools/export_synthetic.py`` writes. Takes ``img_path``;
    gives ``img`` (H, W, channels), ``img_shape`` and ``ori_shape``.

    Example:
        >>> pipeline = [
        ...     dict(type='mmrazor_ssdkd.LoadArrayFromFile'),
        ...     dict(type='PackInputs')]
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Loads an image.

        Args:
            results (dict): A sample of a dataset.

        Returns:
            dict: The same with its image.

        Raises:
            ValueError: The file holds no array, or one of another shape.
        """
        path = results['img_path']
        image = _read_array(path)
        if image.ndim != 3:
            raise ValueError(
                '`img_path` must hold an array of shape (H, W, channels), but '
                f'{path!r} has {image.shape}'
            )
        results['img'] = image
        results['img_shape'] = results['ori_shape'] = image.shape[:2]
        return results


def _read_array(path: str) -> np.ndarray:
    """Returns a file's array, or raises a ValueError."""
    file = io.BytesIO(get(path))
    try:
        # Not `load`, which takes what it does not know for a pickle and says
        # how to run its code.
        return np.lib.format.read_array(file, allow_pickle=False)
    # A header that is damaged is a syntax error, or one of the tokenizer's.
    except Exception as error:
        raise ValueError(
            f'`img_path` must be a file of one array (.npy), but {path!r} is '
            f'none: {error}'
        ) from error
