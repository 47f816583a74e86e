"""Finds out whether a teacher sees images on the scale that it learnt on."""

import logging
from math import log, sqrt
from typing import Any, Optional

import torch
from mmengine.logging import print_log
from torch import nn

from .image_constants import (
    Constants,
    constants_of,
    constants_text,
    with_constants,
)
from .remembered_images import RememberedImages, remembered_images

__all__ = ['check_value_scale']

# By how much an estimated mean, of 0 to 255, and standard deviation may err.
_MEAN_ERROR = 10.0
_STD_ERROR = 1.3
# Images are flat below the first and too dark to be seen below the second:
# those of CIFAR-10, CamVid, digits and digit scenes have 60 to 100.
_FLAT, _BLACK = 25.0, 4.0
_USUAL_MEAN, _USUAL_STD = 115.0, 60.0
# By how much images are less odd if mean and std change places.
_EXCHANGED = 0.7
# Usual constants, in 0 to 255: ImageNet's and what timm makes of them for
# other images than coloured ones, one half, 0 to 1, none.
_IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
_COLOURLESS = ((114.495,), (57.63,))
_USUAL = (
    ((127.5,), (127.5,)),
    ((0.0,), (255.0,)),
    ((0.0,), (1.0,)),
)


@torch.no_grad()
def check_value_scale(
    name: str, teacher: nn.Module, images: torch.Tensor
) -> None:
    """Compares the images that a teacher remembers with such as there are.

    Another mean and standard deviation than it was trained with leave nothing
    to be learnt, or something else: without any, every image is of one class
    with a confidence of 1. What the first BatchNorm remembers tells which
    images the teacher would have learnt on, were the constants right. A
    teacher without BatchNorm, or whose first one has seen nothing yet, is
    taken as it is.

    Args:
        name (str): The argument that the teacher was given as.
        teacher (nn.Module): In eval mode.
        images (torch.Tensor): :func:`~mmrazor_ssdkd.models.noise_images.
            draw_details`'s.

    Raises:
        ValueError: No images of 0 to 255 are as those that it remembers, or
            they are flat and the constants tell, too: they are those of
            images of 0 to 1, there are none, or they alone give the images
            a tint, which others do not; or images are odd that are not with
            mean and std exchanged. Where it may be that the teacher learnt
            on flat images, the log has a warning.
    """
    preprocessor = getattr(teacher, 'data_preprocessor', None)
    seen = remembered_images(teacher, images, preprocessor)
    constants = constants_of(preprocessor)
    if seen is None:
        return
    if _is_possible(seen) and seen.std >= _FLAT:
        _check_exchanged(name, teacher, images, preprocessor, seen)
        return
    fitting = _find_fitting(teacher, images, preprocessor, constants)
    far = seen.std < _BLACK or seen.std > 255 * _STD_ERROR
    if not fitting and not far:
        return
    message = (
        f'`{name}.data_preprocessor` must bring images of 0 to 255 to the '
        f'scale that the teacher learnt on, but with '
        f'{constants_text(constants) or "no mean and std"} its first '
        f'BatchNorm remembers images of {_described(seen)}'
    )
    # Of two that fit alike nobody can tell which it was.
    likely = [
        f'{constants_text(fits)} would fit ({_described(then)})'
        for fits, then in fitting[:2]
    ]
    message += f': {"; ".join(likely)}' if likely else ''
    unscaled = constants is None or max(constants[1]) <= 1
    if not _is_possible(seen) or (unscaled and (far or fitting)):
        raise ValueError(message)
    if fitting and _is_tinted(seen, fitting[0][1]):
        raise ValueError(message)
    print_log(message, logger='current', level=logging.WARNING)


def _check_exchanged(
    name: str,
    teacher: nn.Module,
    images: torch.Tensor,
    preprocessor: Any,
    seen: RememberedImages,
) -> None:
    """Raises a ValueError where a mean stands for a std, and it for that."""
    constants = constants_of(preprocessor)
    # Nearly all images are brighter than they vary.
    if constants is None or not all(0 < m < s for m, s in zip(*constants)):
        return
    other = with_constants(preprocessor, constants[::-1], images)
    then = remembered_images(teacher, images, other)
    if then is not None and _oddness(then) < _oddness(seen) - _EXCHANGED:
        raise ValueError(
            f'`{name}.data_preprocessor` must bring images of 0 to 255 to the '
            'scale that the teacher learnt on, but with '
            f'{constants_text(constants)} its first BatchNorm remembers '
            f'images of {_described(seen)}: with mean and std exchanged, of '
            f'{_described(then)}'
        )


def _is_possible(seen: RememberedImages) -> bool:
    """Returns whether images of 0 to 255 can be like that."""
    mean = 127.5 if seen.mean is None else seen.mean
    if not -_MEAN_ERROR <= mean <= 255 + _MEAN_ERROR:
        return False
    # Of values between two bounds none are further apart than these.
    mean = min(max(mean, 0), 255)
    most = (mean + _MEAN_ERROR / 2) * (255 - mean + _MEAN_ERROR / 2)
    return seen.std <= _STD_ERROR * sqrt(most)


def _oddness(seen: RememberedImages) -> float:
    """Returns how far images are from usual ones, >= 0."""
    mean = _USUAL_MEAN if seen.mean is None else seen.mean
    return (
        abs(log(max(seen.std, 1e-6) / _USUAL_STD))
        + abs(mean - _USUAL_MEAN) / 127.5
    )


def _is_tinted(seen: RememberedImages, fitting: RememberedImages) -> bool:
    """Returns whether the colour, too, comes from wrong constants."""
    if len(seen.means) < 2 or seen.std >= _FLAT:
        return False
    tints = [(max(s.means) - min(s.means)) / s.std for s in (seen, fitting)]
    return tints[0] > max(2 * tints[1], 0.5)


def _find_fitting(
    teacher: nn.Module,
    images: torch.Tensor,
    preprocessor: Any,
    constants: Optional[Constants],
) -> list[tuple[Constants, RememberedImages]]:
    """Returns the usual constants that fit, the likeliest first."""
    tried: list[Constants] = []
    if constants is not None:
        # Those of images of 0 to 1.
        mean, std = constants
        tried.append(
            (tuple(255 * m for m in mean), tuple(255 * s for s in std))
        )
    tried += [_IMAGENET if images.shape[1] == 3 else _COLOURLESS, *_USUAL]
    fitting = []
    for mean, std in tried:
        other = with_constants(preprocessor, (mean, std), images)
        seen = remembered_images(teacher, images, other)
        if seen is not None and _is_possible(seen) and seen.std >= _FLAT:
            fitting.append(((mean, std), seen))
    # The first of those that fit alike.
    return sorted(fitting, key=lambda fits: round(_oddness(fits[1]), 1))


def _described(seen: RememberedImages) -> str:
    """Returns what images are like."""
    means = ', '.join(f'{mean:.0f}' for mean in seen.means)
    start = f'mean {means} and ' if means else ''
    return f'{start}standard deviation {seen.std:.3g}'
