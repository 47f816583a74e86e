"""Lays networks out with their channels last, where that is safe."""

from itertools import chain
from typing import Any

import torch
from torch import nn

__all__ = ['use_channels_last']

# oneDNN's weight gradient of such a layer writes past its buffers below 8
# channels (AVX2) and up to 8 (AVX-512); twice that is safe.
_FEWEST_CHANNELS = 16


def use_channels_last(model: Any) -> None:
    """Lays a network's weights out with their channels last.

    Strided 1x1 convolutions of few input channels are left out on a CPU:
    torch 2.13's oneDNN crashes the process, or corrupts its memory, in their
    weight gradient. They take and give what they did, computed in the other
    layout.

    Args:
        model (nn.Module): Changed in place.
    """
    for tensor in chain(model.parameters(), model.buffers()):
        # Of no other has a layout such a name; to `nn.Module.to`, a single
        # one of five dimensions is an error.
        if tensor.dim() == 4:
            tensor.data = tensor.data.to(memory_format=torch.channels_last)
    for layer in model.modules():
        if _is_unsafe(layer):
            layer.to(memory_format=torch.contiguous_format)
            layer.register_forward_pre_hook(_to_contiguous)
            layer.register_forward_hook(_to_channels_last)


def _is_unsafe(layer: nn.Module) -> bool:
    """Returns whether a layer is of the kind that crashes."""
    return (
        isinstance(layer, nn.Conv2d)
        and layer.kernel_size == (1, 1)
        and layer.stride != (1, 1)
        and layer.in_channels // layer.groups < _FEWEST_CHANNELS
    )


def _to_contiguous(
    layer: nn.Module, inputs: tuple[torch.Tensor, ...]
) -> tuple[torch.Tensor, ...]:
    """Gives a layer its input in the other layout, as a pre-hook."""
    if inputs[0].device.type != 'cpu':
        return inputs
    return (inputs[0].contiguous(), *inputs[1:])


def _to_channels_last(
    layer: nn.Module, inputs: Any, output: torch.Tensor
) -> torch.Tensor:
    """Gives a layer's output as its neighbours have it, as a hook."""
    return output.contiguous(memory_format=torch.channels_last)
