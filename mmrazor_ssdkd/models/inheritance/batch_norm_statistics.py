"""Estimates what BatchNorm layers remember from synthetic images."""

from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import predict_logits
from mmrazor_ssdkd.models.losses.bn_statistics_loss import norm_layers

__all__ = ['estimate_statistics']


@torch.no_grad()
def estimate_statistics(model: nn.Module, batches: list[torch.Tensor]) -> None:
    """Sets running statistics to the means over some batches.

    A layer whose channels were chosen from more of them sees other inputs
    than those that its statistics were made of.

    Args:
        model (nn.Module): The network; only its BatchNorm's buffers change.
        batches (list[torch.Tensor]): Images in 0 to 255,
            (N, channels, H, W), at least one.
    """
    layers: list[Any] = norm_layers(model)
    modes = [(module, module.training) for module in model.modules()]
    momenta = [layer.momentum for layer in layers]
    model.eval()
    for layer in layers:
        layer.train()
        layer.reset_running_stats()
        # Each batch counts as much.
        layer.momentum = None
    preprocessor = getattr(model, 'data_preprocessor', None)
    for images in batches:
        predict_logits(model, images, preprocessor)
    for layer, momentum in zip(layers, momenta):
        layer.momentum = momentum
    for module, mode in modes:
        module.training = mode
