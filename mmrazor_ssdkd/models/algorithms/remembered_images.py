"""What a teacher's first BatchNorm tells of the images that it learnt on."""

from typing import Any, NamedTuple, Optional

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import normalize
from mmrazor_ssdkd.models.losses.bn_statistics_loss import norm_layers

__all__ = ['RememberedImages', 'remembered_images']

# What rounding leaves of a network that is a line up to its first norm.
_TOLERANCE = 1e-3
# A channel of which little arrives says little.
_LEAST = 1e-3


class RememberedImages(NamedTuple):
    """Images before a data preprocessor, in 0 to 255 if that is right.

    Attributes:
        means (tuple[float, ...]): Of each channel, in the order that the
            images come in; empty where the norm does not tell.
        std (float): Of all of them.
    """

    means: tuple[float, ...]
    std: float

    @property
    def mean(self) -> Optional[float]:
        """Of all channels."""
        return sum(self.means) / len(self.means) if self.means else None


class _Reached(Exception):
    """The first norm has its input; the rest of the network may rest."""

    def __init__(self, layer: Any, features: torch.Tensor) -> None:
        super().__init__()
        self.layer, self.features = layer, features


@torch.no_grad()
def remembered_images(
    teacher: nn.Module, images: torch.Tensor, preprocessor: Any
) -> Optional[RememberedImages]:
    """Returns what images a teacher learnt on, if a preprocessor made them.

    A network is a line up to its first BatchNorm, nearly always. What the
    norm makes of images of one colour tells which mean colour it remembers,
    and what it makes of noise, which contrast. On CIFAR-10, CamVid, digits
    and digit scenes the means come out within 10 of 255 and the standard
    deviation within a fifth, by trained layers and by random ones.

    Args:
        teacher (nn.Module): In eval mode.
        images (torch.Tensor): :func:`~mmrazor_ssdkd.models.noise_images.
            draw_details`'s.
        preprocessor (nn.Module, optional): The teacher's data preprocessor,
            or what has its attributes.

    Returns:
        RememberedImages | None: None where no BatchNorm has learnt anything.
    """
    # Real images are grayer than noise of three colours.
    gray = images[:, :1].expand_as(images)
    reached = _reach(teacher, gray, preprocessor)
    if reached is None or not _learnt(reached.layer):
        return None
    mean, var = _memory(reached.layer)
    seen = _by_channel(reached.features).var(dim=1)
    ratio = (var / _clamped(seen)).sqrt().median()
    std = float(ratio * gray.std())
    return RememberedImages(
        _find_means(teacher, images, preprocessor, mean, var), std
    )


def _reach(
    teacher: Any, images: torch.Tensor, preprocessor: Any
) -> Optional[_Reached]:
    """Returns the first norm and its input, None where there is none."""
    handles = [
        layer.register_forward_pre_hook(_stop)
        for layer in norm_layers(teacher)
    ]
    try:
        teacher(normalize(images, preprocessor), mode='tensor')
    except _Reached as reached:
        return reached
    finally:
        for handle in handles:
            handle.remove()
    return None


def _stop(layer: Any, inputs: tuple[torch.Tensor, ...]) -> None:
    """Ends a forward pass at a norm, as a forward pre-hook."""
    raise _Reached(layer, inputs[0])


def _learnt(layer: Any) -> bool:
    """Returns whether a norm has statistics of anything."""
    initial = (layer.running_mean == 0).all() & (layer.running_var == 1).all()
    return not bool(initial)


def _memory(layer: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns a norm's statistics without what it started from."""
    count = getattr(layer, 'num_batches_tracked', None)
    momentum = getattr(layer, 'momentum', None)
    mean, var = layer.running_mean.float(), layer.running_var.float()
    # Old checkpoints, and frozen norms, count no batches: those were many.
    if not momentum or count is None or not int(count):
        return mean, var
    rest = (1 - momentum) ** int(count)
    return mean / (1 - rest), ((var - rest) / (1 - rest)).clamp(min=0)


def _by_channel(features: torch.Tensor) -> torch.Tensor:
    """Returns the values of each channel, (C, number)."""
    return features.float().transpose(0, 1).flatten(1)


def _clamped(values: torch.Tensor) -> torch.Tensor:
    """Returns numbers that may be divided by."""
    return values.clamp(min=float(_LEAST * values.median()) + 1e-12)


def _find_means(
    teacher: nn.Module,
    images: torch.Tensor,
    preprocessor: Any,
    mean: torch.Tensor,
    var: torch.Tensor,
) -> tuple[float, ...]:
    """Returns the colour whose features are what a norm remembers."""
    channels = images.shape[1]
    # Black, each colour alone, and gray, which is half of all of them.
    levels = torch.cat(
        [
            torch.zeros(1, channels),
            torch.eye(channels),
            torch.full((1, channels), 0.5),
        ]
    ).to(images)
    colours = 255 * levels[..., None, None].expand(-1, -1, *images.shape[2:])
    reached = _reach(teacher, colours, preprocessor)
    if reached is None or len(reached.features) != len(levels):
        return ()
    seen = reached.features.float()
    seen = seen.flatten(2).mean(2) if seen.dim() > 2 else seen
    black, gray = seen[0], seen[-1]
    slopes = (seen[1:-1] - black).T
    bend = (slopes.sum(1) - 2 * (gray - black)).abs().max()
    if not bend <= _TOLERANCE * slopes.abs().max():
        return ()
    scale = _clamped(var).sqrt()[:, None]
    # Of what the norm does not tell, the middle is as good as any.
    shift = (mean - gray)[:, None] / scale
    found = torch.linalg.pinv(slopes / scale, rtol=_LEAST) @ shift
    return tuple((255 * (found.flatten() + 0.5)).tolist())
