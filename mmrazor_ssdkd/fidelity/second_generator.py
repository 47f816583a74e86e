"""A generator of the training's kind that knows nothing of the training."""

import copy

import torch
from torch import nn

from mmrazor_ssdkd.models.generators import ImageGenerator

__all__ = ['second_generator']

# Of weights whose module does not say how it starts, as in transformers.
_STD = 0.02


@torch.no_grad()
def second_generator(
    generator: ImageGenerator, batch_size: int
) -> ImageGenerator:
    """Builds another generator of a kind, from random weights.

    Args:
        generator (ImageGenerator): The training's, which stays as it is.
        batch_size (int): How many vectors of noise the new one holds.

    Returns:
        ImageGenerator: In training mode. It shares nothing with the first
        one but its shape: a run that resumes gets the same one.
    """
    other = copy.deepcopy(generator).train().requires_grad_(True)
    other.latent = None
    other.zero_grad()
    for module in other.modules():
        _restart(module)
    other.hold_latent(batch_size)
    return other


def _restart(module: nn.Module) -> None:
    """Draws the weights of a module, less its children's, anew."""
    reset = getattr(module, 'reset_parameters', None)
    if callable(reset):
        reset()
        return
    for weight in module._parameters.values():
        if weight is not None:
            weight.normal_(std=_STD)
