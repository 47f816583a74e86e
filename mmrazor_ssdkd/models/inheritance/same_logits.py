"""Whether a student already gives what its teacher gives."""

import torch
from torch import nn

from mmrazor_ssdkd.distributed import sum_tensors
from mmrazor_ssdkd.models.forward import frozen, predict_logits

from .channel_calls import tensors_of

__all__ = ['gives_the_same']

# Of the logits' size, how much rounding may make.
_ROUNDING = 1e-3


@torch.no_grad()
def gives_the_same(
    student: nn.Module, teacher: nn.Module, images: torch.Tensor
) -> bool:
    """Returns whether two networks have the same logits, but for rounding.

    Of one that gives several maps each counts, as those of an attention head.

    Args:
        student (nn.Module): Comes out as it was.
        teacher (nn.Module): Likewise.
        images (torch.Tensor): This process's, in 0 to 255,
            (N, channels, H, W); those of all processes count.
    """
    ours, theirs = (_logits(model, images) for model in (student, teacher))
    if not ours or [x.shape for x in ours] != [x.shape for x in theirs]:
        return False
    return all(_is_same(*pair) for pair in zip(ours, theirs))


def _is_same(logits: torch.Tensor, others: torch.Tensor) -> bool:
    """Returns whether logits of all processes are others."""
    squares = [(logits - others).square().sum(), others.square().sum()]
    sum_tensors(squares)
    return bool(squares[0] <= _ROUNDING**2 * squares[1])


def _logits(model: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    """Returns all that a network gives in eval mode."""
    with frozen(model):
        return tensors_of(
            predict_logits(
                model, images, getattr(model, 'data_preprocessor', None)
            )
        )
