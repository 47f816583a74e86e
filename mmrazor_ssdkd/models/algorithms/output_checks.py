"""Finds out whether what a model gives are logits of one head."""

import torch
from torch import nn

__all__ = ['check_no_probabilities', 'check_one_head']

# What a float32 softmax's sum may be off by.
_TOLERANCE = 1e-4


def check_no_probabilities(name: str, logits: torch.Tensor) -> None:
    """Raises a ValueError where a model's last layer is a softmax.

    A second softmax makes of any prediction nearly the same one.

    Args:
        name (str): The argument that the model was given as.
        logits (torch.Tensor): What it gave, (N, C) or (N, C, H, W).

    Raises:
        ValueError: They lie in 0 to 1 and sum to 1.
    """
    low, high = float(logits.min()), float(logits.max())
    sums = logits.sum(dim=1)
    if (
        low >= 0
        and high <= 1 + _TOLERANCE
        and bool((sums - 1).abs().max() < _TOLERANCE)
    ):
        raise ValueError(
            f'`{name}` must give logits, but got probabilities, between '
            f'{low:.3g} and {high:.3g} with a sum of 1: take away the '
            'softmax at its end, or return its logarithm (`log_softmax`), '
            'which serves as logits'
        )


def check_one_head(name: str, model: nn.Module) -> None:
    """Raises a ValueError for a cascade of heads.

    In the mode 'tensor' it runs none of them: PointRend's second refines
    single points with the ground truth at hand, OCRNet's reads the first's.

    Args:
        name (str): The argument that the model was given as.
        model (nn.Module): The model.

    Raises:
        ValueError: It has several decode heads.
    """
    heads = getattr(model, 'decode_head', None)
    if isinstance(heads, nn.ModuleList):
        kinds = ', '.join(type(head).__name__ for head in heads)
        raise ValueError(
            f'`{name}.decode_head` must be one head, but got a '
            f'{type(model).__name__} of {len(heads)} ({kinds}), which gives '
            "no logits in the mode 'tensor': take an EncoderDecoder with the "
            'head that comes last'
        )
