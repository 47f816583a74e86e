"""How much a class counts in the student's loss."""

import torch

from mmrazor_ssdkd.validation import check_number


def class_weight(class_frequency: torch.Tensor, power: float) -> torch.Tensor:
    r"""Weights of classes, the larger the rarer a class is in the buffer.

    .. math::
        \frac{f_c^{-\text{power}}}{\sum_k f_k \, f_k^{-\text{power}}}

    so that the mean over the buffer's pixels is 1. A class with less than a
    hundredth of its even share is taken to have that much.

    Images of a rare class can be drawn more often; pixels come with their
    image, where the paper's balance of classes does not reach.

    Args:
        class_frequency (torch.Tensor): Each class's share f of the buffer, in
            [0, 1], (C,).
        power (float): >= 0; 0 makes all weights 1, 1 gives every class the
            same part of the loss.

    Returns:
        torch.Tensor: Values > 0, (C,).

    Raises:
        TypeError: ``power`` is no number.
        ValueError: ``power`` is negative.
    """
    check_number('power', power)
    share = class_frequency.clamp(min=0.01 / len(class_frequency))
    share = share / share.sum()
    weight = share**-power
    return weight / (share @ weight)
