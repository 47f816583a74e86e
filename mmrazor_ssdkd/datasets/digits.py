"""scikit-learn's handwritten digits, real images that need no download."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Union

import numpy as np
from mmpretrain.datasets import BaseDataset

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import DATASETS
from mmrazor_ssdkd.validation import check_choice, check_int, shown

from .long_tail import check_imbalance, thin_out

_TRAIN_SHARE = 0.7
_SPLIT_SEED = 0


@DATASETS.register_module()
class Digits(BaseDataset):
    """1,797 digits of 8x8 gray levels, with a fixed 70/30 split.

    The images are inside scikit-learn (the test set of UCI's *Optical
    Recognition of Handwritten Digits*). An item is ``img`` (uint8,
    ``image_size`` x ``image_size``, 0 to 255) and ``gt_label``.

    Args:
        split (str): 'train' (1,257 images) or 'test' (540 images).
        image_size (int): Side of an image; they are enlarged by repeating
            pixels, so it is a multiple of 8. Defaults to 16.
        channels (int): 1, or 3 equal ones, ``image_size`` x ``image_size`` x
            3, for networks that take colours. Defaults to 1.
        imbalance (float): How many times as frequent a 0 is as a 9, >= 1;
            the classes between fall exponentially. Defaults to 1: all images.
        pipeline (Sequence): Transforms of an item. Defaults to ().
        **kwargs: Those of :class:`mmpretrain.datasets.BaseDataset`.

    Raises:
        TypeError: ``image_size`` or ``channels`` is no integer, or
            ``imbalance`` no number.
        ValueError: An argument is none of the above.

    Example:
        >>> dataset = dict(
        ...     type='mmrazor_ssdkd.Digits',
        ...     split='test',
        ...     pipeline=[dict(type='PackInputs')])
    """

    METAINFO = {'classes': tuple(str(digit) for digit in range(10))}

    def __init__(
        self,
        split: str,
        image_size: int = 16,
        channels: int = 1,
        imbalance: float = 1,
        pipeline: Sequence[Union[dict, Any]] = (),
        **kwargs: Any,
    ) -> None:
        self.split = check_choice('split', split, ('train', 'test'))
        self.image_size = check_image_size(image_size, 8)
        self.channels = check_int('channels', channels)
        if channels not in (1, 3):
            raise ValueError(f'`channels` must be 1 or 3, but got {channels}')
        self.imbalance = check_imbalance(imbalance)
        size = 1797 * channels * image_size**2
        check_memory('the images', size, image_size=image_size)
        check_pipeline(pipeline)
        with blamed('pipeline', 'of transforms, beside arguments of the base'):
            super().__init__(ann_file='', pipeline=pipeline, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Returns the split's images and labels."""
        images, labels = load_split(self.split, self.image_size)
        kept = thin_out(labels, self.imbalance)
        images, labels = images[kept], labels[kept]
        if self.channels > 1:
            images = images[..., None].repeat(self.channels, axis=-1)
        return [
            dict(
                img=image,
                gt_label=int(label),
                img_shape=image.shape[:2],
                ori_shape=image.shape[:2],
            )
            for image, label in zip(images, labels)
        ]


def check_image_size(image_size: int, multiple: int) -> int:
    """Returns the side of an image that is made of enlarged digits.

    Args:
        image_size (int): The side.
        multiple (int): What divides it.

    Raises:
        TypeError: It is no integer.
        ValueError: It is no multiple of that.
    """
    if check_int('image_size', image_size, multiple) % multiple:
        raise ValueError(
            f'`image_size` must be a multiple of {multiple}, but got '
            f'{image_size}'
        )
    return image_size


def check_pipeline(pipeline: Sequence[Union[dict, Any]]) -> None:
    """Raises a TypeError for what is no list of transforms."""
    if not isinstance(pipeline, (list, tuple)) or not all(
        isinstance(item, dict) or callable(item) for item in pipeline
    ):
        raise TypeError(
            '`pipeline` must be a list of transforms and their configs, but '
            f'got {shown(pipeline)}'
        )


def load_split(split: str, image_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Reads one side of the fixed 70/30 split.

    Args:
        split (str): 'train' or 'test'.
        image_size (int): Side of an image, a multiple of 8.

    Returns:
        tuple: Images, uint8 (N, size, size) in 0 to 255, and labels, (N,).
    """
    images, labels = _load_all()
    order = np.random.RandomState(_SPLIT_SEED).permutation(len(images))
    num_train = int(_TRAIN_SHARE * len(images))
    chosen = order[:num_train] if split == 'train' else order[num_train:]
    scale = image_size // 8
    images = images[chosen].repeat(scale, axis=1).repeat(scale, axis=2)
    return images, labels[chosen]


@cache
def _load_all() -> tuple[np.ndarray, np.ndarray]:
    """Reads scikit-learn's file, once: images, (N, 8, 8), and labels."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    # 17 levels, 0 to 16, become 0 to 255.
    images = np.round(digits.images * 255 / 16).astype(np.uint8)
    return images, digits.target
