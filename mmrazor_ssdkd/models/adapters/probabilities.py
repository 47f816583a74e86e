"""Logits of networks that give probabilities."""

import torch

from mmrazor_ssdkd.validation import is_on_host

__all__ = ['to_logits']

# Smaller ones are 0 to a softmax in float32; a sigmoid's stay as far from 1.
_LEAST, _LEAST_ODDS = 1e-30, 1e-6
# What rounding makes of a 1.
_TOLERANCE = 1e-2


def to_logits(values: torch.Tensor, by_sigmoids: bool) -> torch.Tensor:
    """Returns what a softmax, or sigmoids, make these probabilities of.

    Args:
        values (torch.Tensor): Probabilities.
        by_sigmoids (bool): Whether each is one by itself; otherwise they are
            shares of one another, over dimension 1.

    Returns:
        torch.Tensor: Logarithms of them, or of their odds; float32 of half
        precision.

    Raises:
        ValueError: Some are outside 0 to 1, which is found on a CPU alone.
    """
    values = values.float()
    written = torch.jit.is_tracing() or torch.compiler.is_compiling()
    if is_on_host(values) and not written and values.numel():
        low, high = (float(v) for v in torch.aminmax(values.detach()))
        if not -_TOLERANCE <= low <= high <= 1 + _TOLERANCE:
            raise ValueError(
                '`probabilities` must be False where `module` gives logits, '
                f'but got True for values between {low:.3g} and {high:.3g}'
            )
    if by_sigmoids:
        return torch.logit(values, eps=_LEAST_ODDS)
    return values.clamp(min=_LEAST).log()
