"""Ids that lie beside a tensor, one for each of its values."""

from typing import Optional

import torch

from .channel_ids import NOBODY

__all__ = [
    'Labels',
    'channel_dim',
    'laid_along',
    'narrowed',
    'nobody',
    'passes',
    'shrink',
    'spread',
    'variety',
]

Labels = Optional[torch.Tensor]


def nobody(tensor: torch.Tensor) -> torch.Tensor:
    """Returns what stands for a tensor without ids."""
    return torch.tensor(NOBODY).view([1] * tensor.dim()).expand(tensor.shape)


def laid_along(ids: torch.Tensor, dim: int, num_dims: int) -> torch.Tensor:
    """Returns ids along one of so many dimensions, size 1 along the others."""
    shape = [1] * num_dims
    shape[dim] = -1
    return ids.view(shape)


def passes(labels: Labels, dim: int) -> Labels:
    """Returns ids that are the same all along a dimension, size 1 there."""
    if labels is None:
        return None
    first = labels.narrow(dim, 0, 1)
    return first if bool((labels == first).all()) else None


def variety(labels: torch.Tensor, dim: int) -> int:
    """Returns how many ids stand along a dimension, at one place."""
    if not labels.numel():
        return 0
    place = labels.movedim(dim, -1)
    while place.dim() > 1:
        place = place[0]
    return len(place.unique())


def channel_dim(labels: torch.Tensor) -> Optional[int]:
    """Returns the dimension that channels lie along.

    Ids may differ along others, too, such as those of a class token beside an
    image's, or of branches that are stacked: most do along the channels'.

    Returns:
        int | None: The last one of several; None where all ids are one.
    """
    counts = [variety(labels, dim) for dim in range(labels.dim())]
    most = max(counts, default=0)
    if most < 2:
        return None
    return len(counts) - 1 - counts[::-1].index(most)


def spread(labels: Labels, out: torch.Tensor) -> Labels:
    """Returns ids of size 1 in some dimensions for all of an output."""
    if labels is None or labels.dim() != out.dim():
        return None
    fits = [
        size in (1, wanted) for size, wanted in zip(labels.shape, out.shape)
    ]
    return labels.expand(out.shape) if all(fits) else None


def narrowed(labels: torch.Tensor, but: Optional[int] = None) -> torch.Tensor:
    """Returns one of those ids that repeat, size 1 where they do.

    Args:
        labels (torch.Tensor): From :func:`shrink`.
        but (int, optional): A dimension that keeps its size.
    """
    for dim in range(labels.dim()):
        if dim != but and labels.stride(dim) == 0:
            labels = labels.narrow(dim, 0, 1)
    return labels


def shrink(labels: torch.Tensor) -> torch.Tensor:
    """Returns equal ids that take no memory where they repeat."""
    small = labels
    for dim in reversed(range(labels.dim())):
        if small.shape[dim] > 1:
            first = small.narrow(dim, 0, 1)
            if small.stride(dim) == 0 or bool((small == first).all()):
                small = first
    return small.expand(labels.shape)
