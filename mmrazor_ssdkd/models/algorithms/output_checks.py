"""Finds out whether what a model gives are logits for one class each."""

from typing import Any

import torch
from mmpretrain.models.heads import MultiLabelClsHead
from torch import nn

__all__ = ['check_no_probabilities', 'check_one_class', 'check_one_head']

# What a float32 softmax's sum may be off by.
_TOLERANCE = 1e-4
# Losses that treat each class by itself, whatever they are told.
_SIGMOID_LOSSES = ('AsymmetricLoss', 'BCELoss', 'BCEWithLogitsLoss')


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


def check_one_class(name: str, model: Any) -> None:
    """Raises a ValueError for a head that decides on each class by itself.

    All losses here compare softmaxes, which is one class for each image or
    pixel.

    Args:
        name (str): The argument that the model was given as.
        model (nn.Module): The model.

    Raises:
        ValueError: Its head is for several labels, or trains by sigmoids.
    """
    for key in ('head', 'decode_head'):
        head = getattr(model, key, None)
        if isinstance(head, MultiLabelClsHead):
            raise ValueError(
                f'`{name}.{key}` must give each image one class, but got a '
                f'{type(head).__name__}, for images of several labels, which '
                'is not supported'
            )
        losses = _losses(head)
        if losses and all(map(_uses_sigmoid, losses)):
            kinds = ', '.join(type(loss).__name__ for loss in losses)
            raise ValueError(
                f'`{name}.{key}` must have a loss with a softmax, but got '
                f'`use_sigmoid` ({kinds}): labels that exclude each other '
                'not are not supported. Where each image or pixel has one '
                'class, give the head a loss without it, which is for the '
                'config alone'
            )


def _losses(head: Any) -> list[nn.Module]:
    """Returns the losses of a head of mmpretrain or mmseg."""
    for key in ('loss_module', 'loss_decode'):
        loss = getattr(head, key, None)
        if isinstance(loss, nn.ModuleList):
            return list(loss)
        if isinstance(loss, nn.Module):
            return [loss]
    return []


def _uses_sigmoid(loss: Any) -> bool:
    """Returns whether a loss treats each class by itself."""
    kind = type(loss).__name__
    return kind in _SIGMOID_LOSSES or bool(getattr(loss, 'use_sigmoid', False))
