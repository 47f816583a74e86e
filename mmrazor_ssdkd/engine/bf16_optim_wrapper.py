"""Mixed precision that needs no loss scaling and no particular device."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmrazor_ssdkd.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class Bf16OptimWrapper(OptimWrapper):
    """Runs the forward pass under bfloat16 autocast, on the CPU too.

    mmengine's ``AmpOptimWrapper`` refuses a CPU because its gradient scaler
    wants a GPU. bfloat16 has float32's range and needs no scaler.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocasts on the device of the model's parameters inside.

        Args:
            model (nn.Module): The model that runs inside.
        """
        device = next(model.parameters()).device
        autocast = torch.autocast(device.type, dtype=torch.bfloat16)
        with super().optim_context(model), autocast, _mended(model, device):
            yield


@contextmanager
def _mended(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Hands dilated depthwise convolutions what they differentiate right.

    In bfloat16 on a CPU, where inputs or weights have their channels last, the
    gradients of their weights are another number in every call, infinity
    included (torch 2.13, oneDNN 3.12). MobileNets in DeepLabs have them.
    """
    layers = [
        layer
        for layer in model.modules()
        if device.type == 'cpu'
        and isinstance(layer, nn.Conv2d)
        and layer.groups > 1
        and max(layer.dilation) > 1
    ]
    for layer in layers:
        # `contiguous` keeps the strides of channels last for one channel.
        layer.weight.data = layer.weight.data.clone(
            memory_format=torch.contiguous_format
        )
    handles = [
        layer.register_forward_pre_hook(_channels_first) for layer in layers
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _channels_first(
    layer: nn.Module, inputs: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, ...]:
    """Lays a layer's inputs out anew, as a forward pre-hook."""
    return tuple(x.contiguous() for x in inputs)
