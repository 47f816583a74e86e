"""Runs teachers and student as a training will, to see whether they can."""

import random
from typing import Any

import numpy as np
import torch
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, normalize

__all__ = ['check_student', 'check_teacher', 'failed_forward']

# How often a network runs on one batch where it draws numbers.
_REPEATS = 16
# Sides that networks are made for, from MNIST's to ImageNet's.
_SIDES = (28, 32, 64, 224)
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
    images = _noise(3, size)
    _check_gradient_to_images(name, model, images[:2])
    with torch.no_grad():
        random_state = _random_state()
        first = _forward(name, model, images[:2])
        repeats = 1 if _random_state() == random_state else _REPEATS
        others = [_forward(name, model, images[:2]) for _ in range(repeats)]
        mixed = _forward(name, model, images[[0, 2, 1]])[[0, 2]]
    if not all(_close(first, other) for other in others):
        raise ValueError(
            f'`{name}` must give the same logits of the same images in eval '
            'mode, but they change from call to call'
        )
    if not _close(first, mixed):
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
    name, images = 'architecture', _noise(2, size)
    with frozen(model):
        if adversarial:
            _check_gradient_to_images(name, model, images, needs_slope=False)
        with torch.no_grad():
            shape = _unchanging(name, model, images).shape
    model.train()
    logits = _forward(name, model, images, ' in train mode')
    if getattr(logits, 'shape', None) != shape:
        found = tuple(getattr(logits, 'shape', ())) or type(logits).__name__
        raise ValueError(
            f'`{name}` must give in train mode what it gives in eval mode, '
            f'logits of shape {tuple(shape)}, but got {found}'
        )
    _backward(name, logits, 'its weights')
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not any(w.grad is not None and w.grad.any() for w in weights):
        raise ValueError(
            f'`{name}` must let gradients through to its weights in train '
            f'mode, but none of {len(weights)} gets any'
        )


def failed_forward(
    name: str, model: nn.Module, images: torch.Tensor, error: Exception
) -> ValueError:
    """Finds out what to blame where a network does not take images.

    Args:
        name (str): The argument that it was given as.
        model (nn.Module): The network.
        images (torch.Tensor): The images, (N, channels, H, W).
        error (Exception): What it raises for them.

    Returns:
        ValueError: It names the generator where the network takes images of
        another size or other channels, and the network where it takes none.
    """
    shape = tuple(images.shape[1:])
    for side in _SIDES:
        for channels in dict.fromkeys((shape[0], 3, 1)):
            other = torch.full((2, channels, side, side), 127.0)
            if (channels, side, side) != shape and _runs(model, other):
                return ValueError(
                    f'`generator` must make images that `{name}` takes, such '
                    f'as those of shape {(channels, side, side)}, but those '
                    f'of shape {shape} fail: {_said(error)}'
                )
    return ValueError(
        f'`{name}` must take the images of `generator`, of shape {shape}, but '
        f'they fail, and so do those of other sizes: {_said(error)}'
    )


def _noise(number: int, size: Size) -> torch.Tensor:
    """Draws images without a trace in the random state."""
    own = torch.Generator('cpu').manual_seed(0)
    images = torch.rand((number, *size), generator=own, device='cpu')
    # Where a `torch.set_default_device` wants them.
    return 255 * images.to(torch.empty(0).device)


def _check_gradient_to_images(
    name: str, model: nn.Module, images: torch.Tensor, needs_slope: bool = True
) -> None:
    """Raises a ValueError where a generator would learn nothing."""
    leaf = images.clone().requires_grad_()
    logits = _unchanging(name, model, leaf)
    _backward(name, logits, 'the images')
    grad = leaf.grad
    if grad is None or not torch.isfinite(grad).all():
        found = 'none' if grad is None else 'NaN or infinite ones'
    elif needs_slope and not grad.any():
        found = 'zeros'
    else:
        return
    raise ValueError(
        f'`{name}` must let gradients through to the images, from which the '
        f'generator learns, but they get {found}'
    )


def _unchanging(
    name: str, model: nn.Module, images: torch.Tensor
) -> torch.Tensor:
    """Returns logits, or says that a forward pass in eval mode left a mark."""
    before = {
        key: value.clone()
        for key, value in model.state_dict().items()
        if isinstance(value, torch.Tensor)
    }
    inputs = _inputs(model, images)
    values, version = inputs.detach().clone(), inputs._version
    logits = _call(name, model, inputs, ' in eval mode', images)
    if inputs._version != version or not torch.equal(inputs, values):
        raise ValueError(
            f'`{name}` must not change its input in place, but it does'
        )
    after = model.state_dict()
    for key, value in before.items():
        if not torch.equal(value, after.get(key, value.new_empty(0))):
            raise ValueError(
                f'`{name}` must keep its state in eval mode, but {key!r} '
                'changes in a forward pass'
            )
    return logits


def _forward(
    name: str, model: nn.Module, images: torch.Tensor, when: str = ''
) -> Any:
    """Returns what a network gives out."""
    return _call(name, model, _inputs(model, images), when, images)


def _inputs(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Returns a network's inputs, which are no one else's."""
    preprocessor = getattr(model, 'data_preprocessor', None)
    return normalize(images.clone(), preprocessor)


def _call(
    name: str,
    model: nn.Module,
    inputs: torch.Tensor,
    when: str,
    images: torch.Tensor,
) -> Any:
    """Returns what a network gives out, or says that it fails."""
    try:
        return model(inputs, mode='tensor')
    except Exception as error:
        raise ValueError(
            f'`{name}` must take images of shape {tuple(images.shape)}{when}, '
            f'but they fail: {_said(error)}'
        ) from error


def _backward(name: str, logits: torch.Tensor, target: str) -> None:
    """Sends gradients back from all logits, each with another weight."""
    if not logits.requires_grad:
        raise ValueError(
            f'`{name}` must let gradients through to {target}, but its logits '
            'have none (they are detached, or computed under no_grad)'
        )
    weight = _noise(1, tuple(logits.shape))[0] / 255 - 0.5
    try:
        # Reentrant checkpointing, which `with_cp` is, knows no other way.
        (logits.float() * weight).sum().backward()
    except Exception as error:
        raise ValueError(
            f'`{name}` must let gradients through to {target}, but its '
            f'backward pass fails: {_said(error)}'
        ) from error


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


def _runs(model: nn.Module, images: torch.Tensor) -> bool:
    """Returns whether a network takes images."""
    preprocessor = getattr(model, 'data_preprocessor', None)
    try:
        model(normalize(images, preprocessor), mode='tensor')
    except Exception:
        return False
    return True


def _said(error: Exception) -> str:
    """Returns an error's own words, or its kind where it has none."""
    return str(error) or type(error).__name__
