"""What a config has to know of a teacher."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, predict_logits
from mmrazor_ssdkd.models.losses import norm_layers
from mmrazor_ssdkd.models.noise_images import draw_details

__all__ = ['Facts', 'look_at']


class Facts(NamedTuple):
    """A network's task and its images."""

    num_classes: int
    channels: int
    image_size: tuple[int, int]
    # Height and width of its maps, () of a classifier.
    map_size: tuple[int, ...]
    # BatchNorms that its images reach.
    num_norms: int


@torch.no_grad()
def look_at(
    model: Any, image_size: tuple[int, int], name: str = 'teacher'
) -> Facts:
    """Runs a network once.

    Args:
        model (nn.Module): An mmpretrain classifier or an mmseg segmentor; it
            stays as it was.
        image_size (tuple[int, int]): Height and width of its images.
        name (str): Which network it is, for messages. Defaults to 'teacher'.

    Returns:
        Facts: What was seen.

    Raises:
        ValueError: It does not take such images, or gives no logits.
    """
    channels = _channels(model)
    images = draw_details((channels, *image_size))[:2]
    preprocessor = getattr(model, 'data_preprocessor', None)
    try:
        with frozen(model), _reached_norms(model) as reached:
            logits = predict_logits(model, images, preprocessor)
    except Exception as error:
        raise ValueError(
            f'`image_size` must be one that the {name} takes, but for '
            f'{image_size} it fails: {error}'
        ) from error
    if logits.dim() not in (2, 4):
        raise ValueError(
            f'`{name}` must give logits of shape (N, C) or (N, C, H, W), but '
            f'got {tuple(logits.shape)}'
        )
    return Facts(
        num_classes=logits.shape[1],
        channels=channels,
        image_size=image_size,
        map_size=tuple(logits.shape[2:]),
        num_norms=len(reached),
    )


@contextmanager
def _reached_norms(model: nn.Module) -> Iterator[set[nn.Module]]:
    """Collects the BatchNorms that forward passes inside reach."""
    reached: set[nn.Module] = set()
    handles = [
        norm.register_forward_pre_hook(lambda norm, _: reached.add(norm))
        for norm in norm_layers(model)
    ]
    try:
        yield reached
    finally:
        for handle in handles:
            handle.remove()


def _channels(model: Any) -> int:
    """Returns the channels of a network's images.

    By its constants: a first layer may see more than the image has, as
    where pixels are laid on top of each other first.
    """
    mean = getattr(getattr(model, 'data_preprocessor', None), 'mean', None)
    if mean is not None and mean.numel() > 1:
        return mean.numel()
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            return module.in_channels
    return 3 if mean is None else mean.numel()
