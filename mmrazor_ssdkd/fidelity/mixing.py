"""Many images from a few: views and mixtures of two."""

from itertools import cycle

import torch

from mmrazor_ssdkd.replay import RandomView

__all__ = ['blend', 'cut', 'vary']


def vary(images: torch.Tensor, number: int) -> torch.Tensor:
    """Makes more images of some.

    Args:
        images (torch.Tensor): uint8 images, (N, channels, H, W).
        number (int): How many there should be.

    Returns:
        torch.Tensor: uint8 images, (number, channels, H, W): first the given
        ones, then by turns as many views, blends and cuts of them.
    """
    parts = [images]
    kinds = cycle((RandomView(), blend, cut))
    while len(images) * len(parts) < number:
        varied = next(kinds)(images.float())
        parts.append(varied.round().to(torch.uint8))
    return torch.cat(parts)[:number]


def blend(images: torch.Tensor) -> torch.Tensor:
    """Fades each image into another one, as mixup does.

    Args:
        images (torch.Tensor): Float images, (N, channels, H, W).

    Returns:
        torch.Tensor: Of the same shape; shares are drawn uniformly.
    """
    others = images[torch.randperm(len(images))]
    share = torch.rand(len(images), 1, 1, 1)
    return torch.lerp(images, others, share)


def cut(images: torch.Tensor) -> torch.Tensor:
    """Puts a part of another image into each, as CutMix does.

    Args:
        images (torch.Tensor): Float images, (N, channels, H, W).

    Returns:
        torch.Tensor: Of the same shape; the part has half of each side and
        lies anywhere.
    """
    number, _, height, width = images.shape
    others = images[torch.randperm(number)]
    rows = _span(number, height).view(number, 1, height, 1)
    columns = _span(number, width).view(number, 1, 1, width)
    return torch.where(rows & columns, others, images)


def _span(number: int, length: int) -> torch.Tensor:
    """Draws half of a side for each image, (number, length)."""
    half = (length + 1) // 2
    start = torch.randint(length - half + 1, (number, 1))
    place = torch.arange(length)
    return (place >= start) & (place < start + half)
