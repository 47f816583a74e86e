"""Images of several real digits, for labels that do not exclude each other."""

from collections.abc import Sequence
from typing import Any, Union

import numpy as np
from mmpretrain.datasets import BaseDataset

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import DATASETS
from mmrazor_ssdkd.validation import check_choice, check_int

from .digits import check_pipeline, load_split

_PRESENT = 0.5  # How likely a quarter of an image holds a digit.
_SIDE = 16


@DATASETS.register_module()
class DigitSets(BaseDataset):
    """Up to four digits in an image, labelled with the set of those it shows.

    An image is made when it is asked for, from its number and ``seed`` alone.
    Each quarter of 16x16 gray levels holds one of scikit-learn's 8x8 digits
    with probability 0.5. A digit that is there twice is one label; 6% of the
    images have none. The digits of the two splits differ, so that 'test'
    shows digits that a model of 'train' never saw.

    An item is ``img`` (uint8, 16 x 16, 0 to 255), ``gt_label``, the digits in
    order, and ``gt_score``, a 1 for each of ten digits that is there.

    Args:
        split (str): Whose digits, 'train' or 'test'.
        length (int): How many images, >= 1.
        seed (int): Seed of the images, >= 0. Defaults to 0.
        pipeline (Sequence): Transforms of an item. Defaults to ().
        **kwargs: Those of :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        TypeError: ``length`` or ``seed`` is no integer, or ``pipeline`` no
            list of transforms.
        ValueError: An argument is none of the above.

    Example:
        >>> dataset = dict(
        ...     type='mmrazor_ssdkd.DigitSets',
        ...     split='test',
        ...     length=2000,
        ...     pipeline=[dict(type='PackInputs')])
    """

    METAINFO = {'classes': tuple(str(digit) for digit in range(10))}

    def __init__(
        self,
        split: str,
        length: int,
        seed: int = 0,
        pipeline: Sequence[Union[dict, Any]] = (),
        **kwargs: Any,
    ) -> None:
        self.split = check_choice('split', split, ('train', 'test'))
        self.length = check_int('length', length)
        self.seed = check_int('seed', seed, 0, 2**32 - 1)
        # An image's number is a dict in a list.
        check_memory('the images', 500 * length, length=length)
        check_pipeline(pipeline)
        self._digits, self._labels = load_split(split, _SIDE // 2)
        with blamed('pipeline', 'of transforms, beside arguments of the base'):
            super().__init__(ann_file='', pipeline=pipeline, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Returns the images' numbers; none is made yet."""
        return [dict(number=number) for number in range(self.length)]

    def get_data_info(self, idx: int) -> dict:
        """Makes an image.

        Args:
            idx (int): Its place in the dataset.

        Returns:
            dict: With ``img`` and its labels.
        """
        info = super().get_data_info(idx)
        image, score = self.compose(info['number'])
        info.update(img=image, img_shape=image.shape, ori_shape=image.shape)
        info.update(gt_label=score.nonzero()[0].tolist(), gt_score=score)
        return info

    def get_cat_ids(self, idx: int) -> list[int]:
        """Returns the labels of an image, for samplers.

        Args:
            idx (int): Its place in the dataset.
        """
        return self.get_data_info(idx)['gt_label']

    def compose(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Draws an image.

        Args:
            number (int): Which one.

        Returns:
            tuple: Image, uint8 (16, 16), and score, float32 (10,).
        """
        random = np.random.RandomState([self.seed, number])
        half = _SIDE // 2
        image = np.zeros((_SIDE, _SIDE), np.uint8)
        score = np.zeros(10, np.float32)
        for top in (0, half):
            for left in (0, half):
                if random.rand() < _PRESENT:
                    chosen = random.randint(len(self._digits))
                    place = np.s_[top : top + half, left : left + half]
                    image[place] = self._digits[chosen]
                    score[self._labels[chosen]] = 1
        return image, score
