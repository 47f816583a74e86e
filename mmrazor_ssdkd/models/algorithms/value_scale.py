"""Finds out whether a teacher sees images on the scale that it learnt on."""

import logging
from types import SimpleNamespace
from typing import Any, NamedTuple, Optional

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.forward import normalize, swaps_channels
from mmrazor_ssdkd.models.losses.bn_statistics_loss import norm_layers

__all__ = ['check_value_scale']

# How many times larger than it remembers a norm's input may be, or smaller. A
# CIFAR-10 teacher finds noise 1.4 times larger than its images; without mean
# and std 117 times, with those of images of 0 to 1 582 times.
_MOST = 20.0
# Batches after which a norm has forgotten what it started from.
_SETTLED = 50
# Usual constants, in 0 to 255: ImageNet's, one half, 0 to 1, none.
_USUAL = (
    ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
    ((127.5,), (127.5,)),
    ((0.0,), (255.0,)),
    ((0.0,), (1.0,)),
)
Constants = tuple[tuple[float, ...], tuple[float, ...]]


class _Seen(NamedTuple):
    """A norm, and its input in units of what it remembers.

    Attributes:
        layer (nn.Module): The norm.
        distance (float): How far values lie from the mean that it remembers.
        spread (float): How far they lie from their own.
    """

    layer: Any
    distance: float
    spread: float

    @property
    def off(self) -> float:
        """By which factor the scale is wrong, >= 1."""
        return max(self.distance, 1 / self.spread)


class _Reached(Exception):
    """The first norm has its input; the rest of the network may rest."""

    def __init__(self, layer: Any, features: torch.Tensor) -> None:
        super().__init__()
        self.layer, self.features = layer, features


@torch.no_grad()
def check_value_scale(
    name: str, teacher: nn.Module, images: torch.Tensor
) -> None:
    """Compares what a teacher's first BatchNorm sees with what it remembers.

    Mean and standard deviation of images of 0 to 1 on such of 0 to 255, or
    none at all, leave nothing to be learnt: every image is of one class with
    a confidence of 1. A teacher without BatchNorm, or whose first one has
    seen nothing yet, is taken as it is.

    Args:
        name (str): The argument that the teacher was given as.
        teacher (nn.Module): In eval mode.
        images (torch.Tensor): :func:`~mmrazor_ssdkd.models.noise_images.
            draw_details`'s.

    Raises:
        ValueError: The scale is wrong, and the constants say so, too: they
            are those of images of 0 to 1, or there are none, or no images of
            0 to 255 could be that flat. Where it may be that the teacher
            learnt on images that are nearly black, the log has a warning.
    """
    preprocessor = getattr(teacher, 'data_preprocessor', None)
    seen = _look(teacher, images, preprocessor)
    if seen is None or seen.off < _MOST:
        return
    constants = _constants(preprocessor)
    small = seen.distance < _MOST
    if small and int(seen.layer.num_batches_tracked) < _SETTLED:
        return
    message = (
        f'`{name}.data_preprocessor` must bring images of 0 to 255 to the '
        f'scale that the teacher learnt on, but with '
        f'{_text(constants) or "no mean and std"} its first BatchNorm sees '
        f'values {seen.off:.0f} times {"smaller" if small else "larger"} than '
        'it remembers'
    )
    fitting = _find_fitting(teacher, images, preprocessor, constants)
    if fitting is not None:
        message += f': {_text(fitting)} would fit'
    if small or constants is None or max(constants[1]) <= 1:
        raise ValueError(message)
    print_log(message, logger='current', level=logging.WARNING)


def _look(
    teacher: Any, images: torch.Tensor, preprocessor: Any
) -> Optional[_Seen]:
    """Returns the first norm that has learnt, None where there is none."""
    handles = [
        layer.register_forward_pre_hook(_stop)
        for layer in norm_layers(teacher)
    ]
    try:
        teacher(normalize(images, preprocessor), mode='tensor')
    except _Reached as reached:
        layer, features = reached.layer, reached.features
        return _compare(layer, features) if _learnt(layer) else None
    finally:
        for handle in handles:
            handle.remove()
    return None


def _stop(layer: Any, inputs: tuple[torch.Tensor, ...]) -> None:
    """Ends a forward pass at a norm, as a forward pre-hook."""
    raise _Reached(layer, inputs[0])


def _learnt(layer: Any) -> bool:
    """Returns whether a norm has statistics of anything."""
    count = getattr(layer, 'num_batches_tracked', None)
    initial = (layer.running_mean == 0).all() & (layer.running_var == 1).all()
    return count is not None and int(count) > 0 and not bool(initial)


def _compare(layer: Any, features: torch.Tensor) -> _Seen:
    """Returns a norm beside what its input is, by most of its channels."""
    var, mean = torch.var_mean(features.transpose(0, 1).flatten(1), dim=1)
    remembered = layer.running_var.clamp(min=1e-12)
    distance, spread = (
        float((value / remembered).clamp(min=1e-12).sqrt().median())
        for value in (var + (mean - layer.running_mean) ** 2, var)
    )
    return _Seen(layer, distance, spread)


def _constants(preprocessor: Any) -> Optional[Constants]:
    """Returns a data preprocessor's mean and std, None where it has none."""
    if not getattr(preprocessor, '_enable_normalize', False):
        return None
    mean, std = (
        tuple(value.flatten().tolist())
        for value in (preprocessor.mean, preprocessor.std)
    )
    return mean, std


def _find_fitting(
    teacher: nn.Module,
    images: torch.Tensor,
    preprocessor: Any,
    constants: Optional[Constants],
) -> Optional[Constants]:
    """Returns the usual constants that fit best, None where none does."""
    tried: list[Constants] = []
    if constants is not None:
        # Those of images of 0 to 1.
        mean, std = constants
        tried.append(
            (tuple(255 * m for m in mean), tuple(255 * s for s in std))
        )
    channels = images.shape[1]
    tried += [c for c in _USUAL if len(c[0]) in (1, channels)]
    best, fitting = _MOST, None
    for mean, std in tried:
        other = SimpleNamespace(
            _channel_conversion=swaps_channels(preprocessor),
            _enable_normalize=True,
            mean=torch.tensor(mean).view(-1, 1, 1),
            std=torch.tensor(std).view(-1, 1, 1),
        )
        seen = _look(teacher, images, other)
        # The first of two that fit alike.
        if seen is not None and seen.off < best / 1.2:
            best, fitting = seen.off, (mean, std)
    return fitting


def _text(constants: Optional[Constants]) -> str:
    """Returns constants as a config has them."""
    if constants is None:
        return ''
    mean, std = ([round(v, 3) for v in values] for values in constants)
    return f'mean={mean} and std={std}'
