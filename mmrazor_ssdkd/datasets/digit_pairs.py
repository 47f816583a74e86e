"""Two real handwritten digits side by side: a hundred classes."""

from collections.abc import Sequence
from typing import Any, Union

import numpy as np
from mmpretrain.datasets import BaseDataset

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import DATASETS
from mmrazor_ssdkd.validation import check_choice, check_int

from .digits import check_image_size, check_pipeline, load_split
from .long_tail import check_imbalance, class_shares


@DATASETS.register_module()
class DigitPairs(BaseDataset):
    """Numbers from 00 to 99, each made of two real digits.

    A pair is made when it is asked for, from its place and ``seed`` alone.
    The digits of the two splits differ, so that pairs of 'test' show digits
    that a model of 'train' never saw.

    An item is ``img`` (uint8, ``image_size`` x twice ``image_size``, 0 to
    255) and ``gt_label``, the number.

    Args:
        split (str): Whose digits, 'train' or 'test'.
        length (int): How many pairs, >= 1. Without ``imbalance`` each
            hundred of them holds every number once.
        image_size (int): Side of a digit, a multiple of 8. Defaults to 8.
        imbalance (float): How many times as frequent 00 is as 99, >= 1; the
            numbers between fall exponentially. Defaults to 1.
        seed (int): Seed of the pairs, >= 0. Defaults to 0.
        pipeline (Sequence): Transforms of an item. Defaults to ().
        **kwargs: Those of :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        TypeError: A number has the wrong type.
        ValueError: An argument is none of the above.

    Example:
        >>> dataset = dict(
        ...     type='mmrazor_ssdkd.DigitPairs',
        ...     split='test',
        ...     length=2000,
        ...     pipeline=[dict(type='PackInputs')])
    """

    METAINFO = {'classes': tuple(f'{number:02}' for number in range(100))}

    def __init__(
        self,
        split: str,
        length: int,
        image_size: int = 8,
        imbalance: float = 1,
        seed: int = 0,
        pipeline: Sequence[Union[dict, Any]] = (),
        **kwargs: Any,
    ) -> None:
        self.split = check_choice('split', split, ('train', 'test'))
        self.length = check_int('length', length)
        self.image_size = check_image_size(image_size, 8)
        self.imbalance = check_imbalance(imbalance)
        self.seed = check_int('seed', seed, 0, 2**32 - 1)
        # Twice: the digits, and a copy while they are enlarged.
        size = 2 * 1797 * image_size**2
        check_memory('the digits', size, image_size=image_size)
        # A pair's number and label are a dict in a list.
        check_memory('the pairs', 500 * length, length=length)
        check_pipeline(pipeline)
        images, labels = load_split(split, image_size)
        self._digits = [images[labels == digit] for digit in range(10)]
        with blamed('pipeline', 'of transforms, beside arguments of the base'):
            super().__init__(ann_file='', pipeline=pipeline, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Returns the pairs' places and numbers; none is made yet."""
        return [
            dict(pair=place, gt_label=int(number))
            for place, number in enumerate(self._numbers())
        ]

    def _numbers(self) -> np.ndarray:
        """Returns the number of each pair, (length,)."""
        if self.imbalance == 1:
            return np.arange(self.length) % 100
        shares = class_shares(100, self.imbalance)
        random = np.random.RandomState([self.seed, self.length])
        return random.choice(100, self.length, p=shares / shares.sum())

    def get_data_info(self, idx: int) -> dict:
        """Makes a pair.

        Args:
            idx (int): Its place in the dataset.

        Returns:
            dict: With ``img``, ``gt_label`` and the image's size.
        """
        info = super().get_data_info(idx)
        random = np.random.RandomState([self.seed, info['pair']])
        digits = [self._digits[c] for c in divmod(info['gt_label'], 10)]
        halves = [images[random.randint(len(images))] for images in digits]
        image = np.concatenate(halves, axis=1)
        size = image.shape[:2]
        info.update(img=image, img_shape=size, ori_shape=size)
        return info
