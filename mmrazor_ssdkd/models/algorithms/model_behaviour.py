"""Runs teachers and student as a training will, to see whether they can."""

import random
from typing import Any

import numpy as np
import torch
from torch import nn

from mmrazor_ssdkd.models.forward import frozen
from mmrazor_ssdkd.models.noise_images import draw_pixels

from .model_passes import backward, forward, forward_unchanged

__all__ = ['check_student', 'check_teacher']

# How often a network runs on one batch where it draws numbers.
_REPEATS = 16
Size = tuple[int, ...]


def check_teacher(name: str, model: nn.Module, size: Size) -> None:
    """Runs a teacher in eval mode, forth and back.

    Args:
        name (str): The argument that it was given as, for messages.
        model (nn.Module): The frozen teacher, in eval mode.
        size (tuple[int, ...]): Of an image: channels, height, width.

    Raises:
        ValueError: No gradient reaches the images, they or the teacher's
            state change, or an image's logits depend on chance, on calls
            before or on other images.
    """
    images = draw_pixels(3, size)
    random_state = _random_state()
    first = _check_gradient_to_images(name, model, images[:2])
    draws = _random_state() != random_state
    with torch.no_grad():
        mixed = forward(name, model, images[[0, 2, 1]])[[0, 2]]
        same = _close(first, mixed)
        # What changes from call to call has changed by now; where nothing
        # has, large networks are spared another pass.
        repeats = _REPEATS if draws else int(not same)
        others = [forward(name, model, images[:2]) for _ in range(repeats)]
    if not all(_close(first, other) for other in others):
        raise ValueError(
            f'`{name}` must give the same logits of the same images in eval '
            'mode, but they change from call to call'
        )
    if not same:
        raise ValueError(
            f'`{name}` must give logits of an image that do not depend on the '
            'other images of its batch in eval mode, but they do'
        )


def check_student(model: nn.Module, size: Size, adversarial: bool) -> None:
    """Runs a student in both of its modes, forth and back.

    Args:
        model (nn.Module): What was given as ``architecture``.
        size (tuple[int, ...]): Of an image: channels, height, width.
        adversarial (bool): Whether the generator learns from it, too.

    Raises:
        ValueError: No gradient reaches the images or its weights, images
            change, its state changes in eval mode, or its logits have another
            shape in train mode.
    """
    name, images = 'architecture', draw_pixels(2, size)
    with frozen(model):
        if adversarial:
            shape = _check_gradient_to_images(
                name, model, images, needs_slope=False
            ).shape
        else:
            with torch.no_grad():
                shape = forward_unchanged(name, model, images).shape
    model.train()
    logits = forward(name, model, images, ' in train mode')
    if getattr(logits, 'shape', None) != shape:
        found = tuple(getattr(logits, 'shape', ())) or type(logits).__name__
        raise ValueError(
            f'`{name}` must give in train mode what it gives in eval mode, '
            f'logits of shape {tuple(shape)}, but got {found}'
        )
    backward(name, logits, 'its weights')
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not any(w.grad is not None and w.grad.any() for w in weights):
        raise ValueError(
            f'`{name}` must let gradients through to its weights in train '
            f'mode, but none of {len(weights)} gets any'
        )


def _check_gradient_to_images(
    name: str, model: nn.Module, images: torch.Tensor, needs_slope: bool = True
) -> torch.Tensor:
    """Returns logits, or says that a generator would learn nothing."""
    leaf = images.clone().requires_grad_()
    logits = forward_unchanged(name, model, leaf)
    backward(name, logits, 'the images')
    grad = leaf.grad
    if grad is None or not torch.isfinite(grad).all():
        found = 'none' if grad is None else 'NaN or infinite ones'
    elif needs_slope and not grad.any():
        found = 'zeros'
    else:
        return logits.detach()
    raise ValueError(
        f'`{name}` must let gradients through to the images, from which the '
        f'generator learns, but they get {found}'
    )


def _close(left: torch.Tensor, right: torch.Tensor) -> bool:
    """Returns whether logits are equal but for rounding."""
    if left.shape != right.shape:
        return False
    half = left.dtype in (torch.float16, torch.bfloat16)
    left, right = left.float(), right.float()
    spread = (left - left.mean(1, keepdim=True)).abs().max()
    limit = (5e-2 if half else 1e-3) * spread + 1e-6 * left.abs().max()
    return bool((left - right).abs().max() <= limit)


def _random_state() -> tuple[Any, ...]:
    """Returns the states of whatever a network may draw from."""
    torchs = torch.get_rng_state().numpy().tobytes()
    numpys = np.random.get_state(legacy=False)['state']
    return torchs, numpys['key'].tobytes(), numpys['pos'], random.getstate()
