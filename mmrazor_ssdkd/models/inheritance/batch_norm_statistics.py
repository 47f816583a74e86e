"""Estimates what BatchNorm layers remember from synthetic images."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.distributed import pooled_statistics
from mmrazor_ssdkd.models.forward import predict_logits
from mmrazor_ssdkd.models.losses.bn_statistics_loss import norm_layers

__all__ = ['batch_statistics', 'estimate_statistics', 'estimated_norms']


@torch.no_grad()
def estimate_statistics(model: nn.Module, images: torch.Tensor) -> None:
    """Sets running statistics to those of all processes' images.

    A layer whose channels were chosen from more of them sees other inputs
    than those that its statistics were made of.

    Args:
        model (nn.Module): The network; only its BatchNorm's buffers change.
        images (torch.Tensor): This process's, in 0 to 255,
            (N, channels, H, W), of one size in all processes.
    """
    preprocessor = getattr(model, 'data_preprocessor', None)
    with batch_statistics(model):
        predict_logits(model, images, preprocessor)


def estimated_norms(model: nn.Module) -> list[nn.Module]:
    """Returns the norms whose statistics are estimated anew.

    Others keep constants, such as torchvision's frozen ones.
    """
    return [x for x in norm_layers(model) if hasattr(x, 'momentum')]


@contextmanager
def batch_statistics(model: nn.Module) -> Iterator[None]:
    """Lets norms take a batch's statistics, and keep them, all else in eval.

    The batch is that of all processes together.

    Args:
        model (nn.Module): Comes out in the modes that it had.
    """
    layers: list[Any] = estimated_norms(model)
    modes = [(module, module.training) for module in model.modules()]
    momenta = [layer.momentum for layer in layers]
    model.eval()
    for layer in layers:
        layer.train()
        layer.momentum = 1.0
    try:
        with pooled_statistics(layers):
            yield
    finally:
        for layer, momentum in zip(layers, momenta):
            layer.momentum = momentum
        for module, mode in modes:
            module.training = mode
