"""Single passes through other people's networks, and whom to blame."""

from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.blame import names_rule
from mmrazor_ssdkd.models.forward import normalize
from mmrazor_ssdkd.models.noise_images import draw_pixels

__all__ = [
    'backward',
    'failed_forward',
    'forward',
    'forward_unchanged',
]

# Sides that networks are made for, from MNIST's to those of segmentors' crops.
_SIDES = (28, 32, 64, 224, 512)


def forward(
    name: str, model: nn.Module, images: torch.Tensor, when: str = ''
) -> Any:
    """Runs a network.

    Args:
        name (str): The argument that it was given as, for messages.
        model (nn.Module): The network.
        images (torch.Tensor): In 0 to 255, (N, channels, H, W).
        when (str): In which mode, for messages. Defaults to ''.

    Returns:
        Any: What it gives out, which should be logits.

    Raises:
        ValueError: It fails.
    """
    return _call(name, model, _inputs(model, images), when, images)


def forward_unchanged(
    name: str, model: nn.Module, images: torch.Tensor
) -> torch.Tensor:
    """Runs a network in eval mode, which must leave no mark.

    Args:
        name (str): The argument that it was given as, for messages.
        model (nn.Module): The network, in eval mode.
        images (torch.Tensor): In 0 to 255, (N, channels, H, W).

    Returns:
        torch.Tensor: Its logits.

    Raises:
        ValueError: It fails, or its inputs or its state change.
    """
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


def backward(name: str, logits: torch.Tensor, target: str) -> None:
    """Sends gradients back from all logits, each with another weight.

    Args:
        name (str): The argument that the network was given as, for messages.
        logits (torch.Tensor): The network's.
        target (str): Where the gradients should arrive, for messages.

    Raises:
        ValueError: The logits have no graph, or it breaks.
    """
    if not logits.requires_grad:
        raise ValueError(
            f'`{name}` must let gradients through to {target}, but its logits '
            'have none (they are detached, or computed under no_grad)'
        )
    weight = draw_pixels(1, tuple(logits.shape))[0] / 255 - 0.5
    try:
        # Reentrant checkpointing, which `with_cp` is, knows no other way.
        (logits.float() * weight).sum().backward()
    except Exception as error:
        raise ValueError(
            f'`{name}` must let gradients through to {target}, but its '
            f'backward pass fails: {_said(error)}'
        ) from error


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
    if names_rule(error):
        # An adapter's own word on what the network gives.
        return ValueError(f'`{name}` must give logits, but its {error}')
    # Of the same size first: what is forgotten most is the channels.
    for size in (shape[1:], *((side, side) for side in _SIDES)):
        for channels in dict.fromkeys((shape[0], 3, 1)):
            other = torch.full((2, channels, *size), 127.0)
            if (channels, *size) != shape and _runs(model, other):
                return ValueError(
                    f'`generator` must make images that `{name}` takes, such '
                    f'as those of shape {(channels, *size)} '
                    f'(`generator.channels={channels}`, '
                    f'`generator.image_size={size}`), but those of shape '
                    f'{shape} fail: {_said(error)}'
                )
    return ValueError(
        f'`{name}` must take the images of `generator`, of shape {shape}, but '
        f'they fail, and so do those of {_SIDES[0]} to {_SIDES[-1]} pixels: '
        f'{_said(error)}'
    )


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
