"""One code path for classifiers and segmentors.

A classifier's logits (N, C) are a segmentor's (N, C, H, W) with one pixel.
"""

import torch

__all__ = ['mean_over_pixels', 'to_pixels']


def to_pixels(logits: torch.Tensor) -> torch.Tensor:
    """Puts the classes last.

    A softmax over the last dimension runs the same kernel, and rounds the
    same way, for one pixel and for many.

    Args:
        logits (torch.Tensor): (N, C) or (N, C, H, W).

    Returns:
        torch.Tensor: In float32, (N, C) or (N, H, W, C).
    """
    return logits.float().movedim(1, -1)


def mean_over_pixels(values: torch.Tensor) -> torch.Tensor:
    """Averages (N,) or (N, H, W) over a sample's pixels to (N,)."""
    return values.reshape(len(values), -1).mean(dim=1)
