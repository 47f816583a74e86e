"""Whether a student already gives what its teacher gives."""

from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.distributed import sum_tensors
from mmrazor_ssdkd.models.forward import frozen, predict_logits

__all__ = ['gives_the_same']

# Of the logits' size, how much rounding may make.
_ROUNDING = 1e-3


@torch.no_grad()
def gives_the_same(
    student: nn.Module, teacher: nn.Module, images: torch.Tensor
) -> bool:
    """Returns whether two networks have the same logits, but for rounding.

    Args:
        student (nn.Module): Comes out as it was.
        teacher (nn.Module): Likewise.
        images (torch.Tensor): This process's, in 0 to 255,
            (N, channels, H, W); those of all processes count.
    """
    ours, theirs = (_logits(model, images) for model in (student, teacher))
    if ours.shape != theirs.shape:
        return False
    squares = [(ours - theirs).square().sum(), theirs.square().sum()]
    sum_tensors(squares)
    return bool(squares[0] <= _ROUNDING**2 * squares[1])


def _logits(model: nn.Module, images: torch.Tensor) -> Any:
    """Returns a network's logits in eval mode."""
    with frozen(model):
        return predict_logits(
            model, images, getattr(model, 'data_preprocessor', None)
        )
