"""The mean and standard deviation of a data preprocessor."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Optional

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import swaps_channels
from mmrazor_ssdkd.models.losses.bn_statistics_loss import norm_layers

__all__ = [
    'Constants',
    'check_constants',
    'constants_of',
    'constants_text',
    'with_constants',
]

Constants = tuple[tuple[float, ...], tuple[float, ...]]


def check_constants(name: str, model: nn.Module) -> None:
    """Looks at the constants of a network that remembers no images.

    Args:
        name (str): The argument that the network was given as.
        model (nn.Module): Any network; one with BatchNorms, which undo any
            scale, is taken as it is.

    Raises:
        ValueError: They are those of images of another range than 0 to 255.
    """
    constants = constants_of(getattr(model, 'data_preprocessor', None))
    if constants is None or norm_layers(model):
        return
    mean, std = constants
    if min(std) < 1 or max(mean) > 255:
        wider = ([255 * m for m in mean], [255 * s for s in std])
        fits = f' ({constants_text(wider)} for those of 0 to 1)'
        raise ValueError(
            f'`{name}.data_preprocessor` must have mean and std of images of '
            f'0 to 255{fits if max(mean) <= 1 else ""}, but got '
            f'{constants_text(constants)}'
        )


def constants_of(preprocessor: Any) -> Optional[Constants]:
    """Returns a data preprocessor's mean and std, None where it has none."""
    if not getattr(preprocessor, '_enable_normalize', False):
        return None
    mean, std = (
        tuple(value.flatten().tolist())
        for value in (preprocessor.mean, preprocessor.std)
    )
    return mean, std


def with_constants(
    preprocessor: Any, constants: Constants, images: torch.Tensor
) -> Any:
    """Returns what stands for a data preprocessor with other constants."""
    mean, std = (
        torch.tensor(values).view(-1, 1, 1).to(images) for values in constants
    )
    return SimpleNamespace(
        _channel_conversion=swaps_channels(preprocessor),
        _enable_normalize=True,
        mean=mean,
        std=std,
    )


def constants_text(
    constants: Optional[tuple[Sequence[float], Sequence[float]]],
) -> str:
    """Returns constants as a config has them."""
    if constants is None:
        return ''
    mean, std = ([round(v, 3) for v in values] for values in constants)
    return f'mean={mean} and std={std}'
