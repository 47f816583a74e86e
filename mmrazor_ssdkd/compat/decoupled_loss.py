"""Lets MMRazor's DKD loss be reduced as its config says."""

from typing import Any

import torch
from torch.nn import functional as F


def mend_decoupled_loss() -> None:
    """Makes ``DKDLoss`` heed its ``reduction``.

    It also passes torch's old ``size_average``, which takes precedence, so
    that all four reductions were the sum over the batch. ``'none'`` gives one
    value a sample: its two parts differ in their number of classes.
    """
    # Its package imports what the other mends mend.
    from mmrazor.models.losses import DKDLoss

    DKDLoss._kl_loss = _kl_loss


def _kl_loss(
    loss: Any, preds_S: torch.Tensor, preds_T: torch.Tensor
) -> torch.Tensor:
    """Returns one part of the loss."""
    divergence = F.kl_div(preds_S, preds_T, reduction=loss.reduction)
    if loss.reduction == 'none':
        divergence = divergence.sum(dim=1)
    return divergence * loss.tau**2
