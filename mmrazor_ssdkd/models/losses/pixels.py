"""One code path for classifiers and segmentors.

A classifier's logits (N, C) are a segmentor's (N, C, H, W) with one pixel.
"""

import torch

__all__ = ['classes_first', 'mean_over_pixels']


def classes_first(logits: torch.Tensor) -> torch.Tensor:
    """Puts the classes before the samples.

    Whatever has one pixel then runs the same kernel, and rounds the same way,
    as a matrix does. A softmax over the last of these dimensions would do so
    too, but for few classes takes a CPU 10 to 20 times as long.

    Args:
        logits (torch.Tensor): (N, C) or (N, C, H, W).

    Returns:
        torch.Tensor: In float32, (C, N) or (C, N, H, W).
    """
    return logits.float().movedim(1, 0)


def mean_over_pixels(values: torch.Tensor) -> torch.Tensor:
    """Averages (N,) or (N, H, W) over a sample's pixels to (N,)."""
    return values.reshape(len(values), -1).mean(dim=1)
