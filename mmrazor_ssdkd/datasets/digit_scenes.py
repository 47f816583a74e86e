"""Scenes of real handwritten digits, for segmentation without a download."""

from collections.abc import Sequence
from typing import Any, Union

import cv2
import numpy as np
from mmseg.datasets import BaseSegDataset

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import DATASETS
from mmrazor_ssdkd.validation import check_choice, check_int

from .digits import check_image_size, check_pipeline, load_split

_INK = 64  # Gray levels from which a pixel is a digit's.
_PRESENT = 0.8  # How likely a quarter of the canvas holds a digit.
_NOISE = 8.0  # Standard deviation of the background, in gray levels.


@DATASETS.register_module()
class DigitScenes(BaseSegDataset):
    """Up to four digits on a noisy canvas, with a label for every pixel.

    A scene is made when it is asked for, from its number and ``seed`` alone.
    Each quarter of the canvas holds a digit with probability 0.8, enlarged to
    seven eighths of the quarter and moved at random inside it. Classes 0 to 9
    are the digits, 10 the background. The digits of the two splits differ, so
    that scenes of 'test' show digits that a model of 'train' never saw.

    An item is ``img`` (uint8, H x W x 3 of equal channels, 0 to 255) and
    ``gt_seg_map`` (uint8, H x W).

    Args:
        split (str): Whose digits, 'train' or 'test'.
        length (int): How many scenes, >= 1.
        image_size (int): Side of the canvas, a multiple of 16. Defaults to 64.
        seed (int): Seed of the scenes, >= 0. Defaults to 0.
        pipeline (Sequence): Transforms of an item. Defaults to ().
        **kwargs: Those of :class:`mmseg.datasets.BaseSegDataset`.

    Raises:
        TypeError: A number is no integer.
        ValueError: An argument is none of the above.

    Example:
        >>> dataset = dict(
        ...     type='mmrazor_ssdkd.DigitScenes',
        ...     split='test',
        ...     length=200,
        ...     pipeline=[dict(type='PackSegInputs')])
    """

    METAINFO = dict(
        classes=(*(str(digit) for digit in range(10)), 'background'),
        palette=[
            [230, 25, 75],
            [60, 180, 75],
            [255, 225, 25],
            [0, 130, 200],
            [245, 130, 48],
            [145, 30, 180],
            [70, 240, 240],
            [240, 50, 230],
            [210, 245, 60],
            [250, 190, 190],
            [0, 0, 0],
        ],
    )
    BACKGROUND = 10

    def __init__(
        self,
        split: str,
        length: int,
        image_size: int = 64,
        seed: int = 0,
        pipeline: Sequence[Union[dict, Any]] = (),
        **kwargs: Any,
    ) -> None:
        self.split = check_choice('split', split, ('train', 'test'))
        self.length = check_int('length', length)
        self.image_size = check_image_size(image_size, 16)
        self.seed = check_int('seed', seed, 0, 2**32 - 1)
        # A scene's canvas is of doubles; its number is a dict in a list.
        check_memory('a scene', 16 * image_size**2, image_size=image_size)
        check_memory('the scenes', 500 * length, length=length)
        check_pipeline(pipeline)
        self._digits, self._labels = load_split(split, 8)
        with blamed('pipeline', 'of transforms, beside arguments of the base'):
            super().__init__(pipeline=pipeline, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Returns the scenes' numbers; none is made yet."""
        return [
            dict(
                scene=number,
                label_map=None,
                reduce_zero_label=False,
                seg_fields=[],
            )
            for number in range(self.length)
        ]

    def get_data_info(self, idx: int) -> dict:
        """Makes a scene.

        Args:
            idx (int): Its place in the dataset.

        Returns:
            dict: With ``img``, ``gt_seg_map`` and their sizes.
        """
        info = super().get_data_info(idx)
        image, labels = self.compose(info['scene'])
        size = (self.image_size, self.image_size)
        info.update(img=image, gt_seg_map=labels, img_shape=size)
        info.update(ori_shape=size, seg_fields=['gt_seg_map'])
        return info

    def compose(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Draws a scene.

        Args:
            number (int): Which one.

        Returns:
            tuple: Image (H, W, 3) and labels (H, W), both uint8.
        """
        random = np.random.RandomState([self.seed, number])
        side = self.image_size
        image = np.abs(random.normal(0, _NOISE, (side, side)))
        labels = np.full((side, side), self.BACKGROUND, np.uint8)
        quarter, digit = side // 2, side // 2 * 7 // 8
        for top in (0, quarter):
            for left in (0, quarter):
                if random.rand() > _PRESENT:
                    continue
                chosen = random.randint(len(self._digits))
                ink = _enlarge(self._digits[chosen], digit)
                row = top + random.randint(quarter - digit + 1)
                column = left + random.randint(quarter - digit + 1)
                place = np.s_[row : row + digit, column : column + digit]
                image[place] = np.maximum(image[place], ink)
                labels[place][ink >= _INK] = self._labels[chosen]
        gray = image.clip(0, 255).astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2), labels


def _enlarge(digit: np.ndarray, side: int) -> np.ndarray:
    """Enlarges an 8x8 digit smoothly, (side, side) in 0 to 255."""
    return cv2.resize(digit, (side, side), interpolation=cv2.INTER_LINEAR)
