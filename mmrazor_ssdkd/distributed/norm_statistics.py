"""Means and variances of all processes' features together."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Optional

import torch
from torch import nn

from .collectives import num_processes, pooled_mean

__all__ = [
    'batch_moments',
    'norm_features',
    'pooled_count',
    'pooled_moments',
    'pooled_statistics',
]


def pooled_moments(
    mean: torch.Tensor, var: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns mean and variance of what all processes have.

    One message; autograd goes through.

    Args:
        mean (torch.Tensor): Of as many values in every process, (C,).
        var (torch.Tensor): Their variance, the biased one, (C,).

    Returns:
        tuple: Both, (C,), of all values; the variance is biased, too.
    """
    if num_processes() == 1:
        return mean, var
    # Large means cancel in float32, whose digits float64 has twice.
    wide = mean.double()
    squares = var.double() + wide.square()
    pooled, squares = pooled_mean(torch.stack([wide, squares]))
    pooled_var = (squares - pooled.square()).clamp(min=0)
    return pooled.to(mean.dtype), pooled_var.to(var.dtype)


@contextmanager
def pooled_statistics(layers: Iterable[nn.Module]) -> Iterator[None]:
    """Lets norms take, and keep, the statistics of all processes' features.

    Every process must run them in the same order, on features of one size.
    In one process they do what they do by themselves, and so do, in each of
    several, norms that are run otherwise than by a call, or on features whose
    second dimension is not that of the statistics.

    Args:
        layers (Iterable[nn.Module]): In training mode, with running
            statistics and channels in the second dimension. SyncBN may be
            among them.
    """
    handles = []
    if num_processes() > 1:
        for layer in layers:
            pooling = _Pooling()
            handles.append(
                layer.register_forward_pre_hook(pooling.take, with_kwargs=True)
            )
            handles.append(layer.register_forward_hook(pooling.keep))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Pooling:
    """Has a norm take and keep pooled statistics, by its hooks."""

    def __init__(self) -> None:
        # How many values of a channel all processes have; 0 of none.
        self._count = 0

    @torch.no_grad()
    def take(self, layer: Any, args: tuple, kwargs: dict) -> None:
        """Has the layer normalise by what it keeps: the pooled statistics."""
        features = norm_features(layer, args, kwargs)
        self._count = 0
        if features is None:
            return
        self._count = pooled_count(features)
        mean, var = pooled_moments(*batch_moments(features))
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(var)
        if getattr(layer, 'num_batches_tracked', None) is not None:
            layer.num_batches_tracked.add_(1)
        layer.training = False

    @torch.no_grad()
    def keep(self, layer: Any, _args: tuple, _output: Any) -> None:
        """Makes its variance unbiased, as norms keep it, after its use."""
        if self._count:
            layer.running_var.mul_(self._count / (self._count - 1))
            layer.training = True


def batch_moments(
    features: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns each channel's mean and biased variance, without a gradient.

    By BatchNorm's own kernel, which takes a third of the time of
    `torch.var_mean`, or less.

    Args:
        features (torch.Tensor): This process's, (N, C, ...).

    Returns:
        tuple: Both, (C,); float32 of half precision.
    """
    # Running statistics that nobody reads: they decide the precision.
    dtype = torch.promote_types(features.dtype, torch.float32)
    ignored = features.new_zeros(features.shape[1], dtype=dtype)
    return torch.batch_norm_update_stats(
        features, ignored, ignored.clone(), 0.0
    )


def norm_features(
    norm: Any, args: tuple, kwargs: dict
) -> Optional[torch.Tensor]:
    """Returns what a norm was called with, (N, C, ...).

    None where the second dimension is not that of its statistics.
    """
    features = [*args, *kwargs.values()][0]
    return features if features.shape[1] == len(norm.running_mean) else None


def pooled_count(features: torch.Tensor) -> int:
    """Returns how many values of a channel all processes have.

    Args:
        features (torch.Tensor): This process's, (N, C, ...).
    """
    return num_processes() * (features.numel() // features.shape[1])
