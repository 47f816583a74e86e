"""TorchScript, which Python, C++ and mobile torch read."""

import io
from collections.abc import Callable

import torch
from torch import nn

__all__ = ['load', 'write']


def write(model: nn.Module, images: torch.Tensor, dynamic: bool) -> bytes:
    """Writes a network's trace.

    Args:
        model (nn.Module): In eval mode.
        images (torch.Tensor): What it is traced with.
        dynamic (bool): Of no effect: a trace takes what it can.

    Returns:
        bytes: A file for ``torch.jit.load``.
    """
    exported = io.BytesIO()
    # It is compared on other images than these, afterwards.
    traced = torch.jit.trace(model, images, check_trace=False)
    torch.jit.save(traced, exported)
    return exported.getvalue()


def load(data: bytes) -> Callable[[torch.Tensor], torch.Tensor]:
    """Returns a file's network."""
    return torch.jit.load(io.BytesIO(data), map_location='cpu')
