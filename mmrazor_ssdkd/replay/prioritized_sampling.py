"""Priority sampling as pure functions: logits, priority, probability, weight.

Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876,
*Distillation with Priority Sampling*; the scheme is that of Prioritized
Experience Replay, arXiv:1511.05952.
"""

from typing import Optional

import torch

from mmrazor_ssdkd.models.losses.kl_divergence import kl_divergence
from mmrazor_ssdkd.validation import (
    check_finite,
    check_int,
    check_number,
    check_same_shape,
    is_on_host,
)

__all__ = ['importance_weight', 'priority', 'sampling_probability']

# Less is 0 in float32.
MIN_EPS = 1e-30


def priority(
    *,
    preds_S: torch.Tensor,
    preds_T: torch.Tensor,
    weight: torch.Tensor,
    tau: float = 1.0,
) -> torch.Tensor:
    r"""How much the student can still learn from a sample.

    .. math::
        \delta_i(x) = w_{i-1}(x) \, KL(f_t(x) \Vert f_s(x))

    Args:
        preds_S (torch.Tensor): The student's logits, (N, C) or (N, C, H, W).
        preds_T (torch.Tensor): The teacher's logits, of the same shape.
        weight (torch.Tensor): Importance weights, (N,); ones for new samples.
        tau (float): Temperature of the divergence, >= 0.001. Defaults to 1.0.

    Returns:
        torch.Tensor: Priorities >= 0 without gradient, (N,).

    Raises:
        TypeError: The logits are no float tensors.
        ValueError: Shapes disagree, or, on the CPU, a logit is not finite (on
            an accelerator asking would stall the queue).
    """
    with torch.no_grad():
        divergence = kl_divergence(preds_S, preds_T, tau)
        check_same_shape(weight=weight, divergence=divergence)
        if is_on_host(divergence):
            check_finite('preds_S', preds_S)
            check_finite('preds_T', preds_T)
        # Where the two agree, rounding may leave less than nothing.
        return weight * divergence.clamp(min=0)


def sampling_probability(
    priority: torch.Tensor, alpha: float, eps: float
) -> torch.Tensor:
    r"""How likely each stored sample is to be drawn.

    .. math::
        P_i(x) = \frac{(|\delta_i(x)| + \epsilon)^\alpha}
        {\sum_{x' \in B} (|\delta_i(x')| + \epsilon)^\alpha}

    Args:
        priority (torch.Tensor): The priorities of all stored samples, (N,).
        alpha (float): How strongly priority counts, >= 0; 0 draws uniformly.
        eps (float): Keeps samples of priority 0 in the draw, >= 1e-30.

    Returns:
        torch.Tensor: Probabilities that sum to 1, (N,).

    Raises:
        TypeError: ``alpha`` or ``eps`` is no number.
        ValueError: One is out of range, or there is no sample.
    """
    check_number('alpha', alpha)
    check_number('eps', eps, MIN_EPS)
    if priority.dim() != 1 or not len(priority):
        raise ValueError(
            '`priority` must have shape (N,) with N >= 1, but got '
            f'{tuple(priority.shape)}'
        )
    # As a softmax of logarithms, since a power may underflow to all zeros.
    return torch.softmax(alpha * (priority.abs() + eps).log(), dim=0)


def importance_weight(
    probability: torch.Tensor, beta: float, size: Optional[int] = None
) -> torch.Tensor:
    r"""What corrects the bias of drawing by priority.

    .. math::
        w_i(x) = (N \cdot P_i(x))^{-\beta}

    Args:
        probability (torch.Tensor): Probabilities of drawn samples, > 0, (M,).
        beta (float): Strength of the correction, >= 0; 0 turns it off, 1 is
            unbiased.
        size (int, optional): N, how many samples were drawn from. Defaults to
            the length of ``probability``.

    Returns:
        torch.Tensor: Weights > 0, (M,).

    Raises:
        TypeError: ``beta`` is no number or ``size`` no integer.
        ValueError: One is out of range.
    """
    check_number('beta', beta)
    size = check_int('size', len(probability) if size is None else size)
    return (size * probability) ** -beta
