"""The divergence between teacher and student, one value per sample."""

from typing import Optional

import torch
from torch.nn import functional as F

from mmrazor_ssdkd.validation import (
    check_logits,
    check_number,
    check_same_shape,
)

from .pixels import classes_first, losses_of_samples

# Below it logits overflow float32.
MIN_TAU = 1e-3
# Above it the classes' terms nearly cancel, and tau squared brings out what
# float32 leaves: 9.127 for 9.012 at 1,000.
_WIDE_TAU = 50.0


def kl_divergence(
    preds_S: torch.Tensor,
    preds_T: torch.Tensor,
    tau: float = 1.0,
    weight: Optional[torch.Tensor] = None,
) -> torch.Tensor:
    r"""Kullback-Leibler divergence of the softmax outputs, per sample.

    .. math::
        \tau^2 \sum_c p_T(c) \log \frac{p_T(c)}{p_S(c)}, \quad
        p = \operatorname{softmax}(\text{logits} / \tau)

    MMRazor's ``KLDivergence`` sums over pixels and cannot give one value per
    sample, which priority sampling needs. Gradients reach both arguments: the
    generator wants the teacher's, the student's step detaches it.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876,
    L_KD; the factor of tau squared is that of arXiv:1503.02531.

    Args:
        preds_S (torch.Tensor): The student's logits, (N, C), (N, C, L) or
            (N, C, H, W).
        preds_T (torch.Tensor): The teacher's logits, of the same shape.
        tau (float): Temperature, >= 0.001. Defaults to 1.0.
        weight (torch.Tensor, optional): Of every pixel, (N,), (N, L) or
            (N, H, W). Defaults to None: 1.

    Returns:
        torch.Tensor: Divergences >= 0, averaged over a sample's pixels, or
        added over its labels, (N,).

    Raises:
        TypeError: The logits are no float tensors.
        ValueError: Their shapes differ or ``tau`` is out of range.
    """
    check_logits('preds_S', preds_S)
    check_logits('preds_T', preds_T)
    check_same_shape(preds_S=preds_S, preds_T=preds_T)
    check_number('tau', tau, MIN_TAU)
    dtype = torch.float64 if tau > _WIDE_TAU else None
    divergence = F.kl_div(
        F.log_softmax(classes_first(preds_S) / tau, dim=0, dtype=dtype),
        F.log_softmax(classes_first(preds_T) / tau, dim=0, dtype=dtype),
        reduction='none',
        log_target=True,
    )
    divergence = divergence.sum(dim=0)
    if weight is not None:
        divergence = weight * divergence
    divergence = tau**2 * losses_of_samples(divergence)
    return divergence if dtype is None else divergence.to(preds_S.dtype)
