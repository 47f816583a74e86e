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

    A layer that the forward pass does not reach keeps what it had.

    Args:
        model (nn.Module): The network; only its BatchNorm's buffers change.
        batches (list[torch.Tensor]): Images in 0 to 255,
            (N, channels, H, W), at least one.
    """
    layers: list[Any] = [
        layer
        for layer in norm_layers(model)
        # Others keep constants, such as torchvision's frozen ones.
        if hasattr(layer, 'reset_running_stats')
    ]
    old = [
        {k: v.clone() for k, v in layer.named_buffers()} for layer in layers
    ]
    momenta = [layer.momentum for layer in layers]
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    for layer in layers:
        layer.train()
        layer.reset_running_stats()
        # Each batch counts as much.
        layer.momentum = None
    preprocessor = getattr(model, 'data_preprocessor', None)
    for images in batches:
        predict_logits(model, images, preprocessor)
    for layer, momentum, buffers in zip(layers, momenta, old):
        layer.momentum = momentum
        if not layer.num_batches_tracked:
            # No image came by, as in an auxiliary head.
            for key, value in layer.named_buffers():
                value.copy_(buffers[key])
    for module, mode in modes:
        module.training = mode
