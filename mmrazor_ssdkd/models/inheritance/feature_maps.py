"""What a network's modules give while its channels are followed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Optional

import torch
from torch import nn

from .channel_ids import ChannelIds
from .channel_labels import narrowed, shrink

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['FeatureMap', 'GivenOutput', 'noting_outputs']


@dataclass(frozen=True)
class FeatureMap:
    """Channels at several places.

    Attributes:
        channels (torch.Tensor): Their ids, (C,).
        dim (int): The dimension that they lie along.
        places (tuple): The other sizes but the first, such as (H, W).
    """

    channels: torch.Tensor
    dim: int
    places: tuple[int, ...]


@dataclass(frozen=True)
class GivenOutput:
    """What a module gave.

    Attributes:
        labels (torch.Tensor): The ids beside it, of its shape.
        layers (int): How many layers had run by then.
        ids (ChannelIds): Knows which of them have become one.
    """

    labels: torch.Tensor
    layers: int
    ids: ChannelIds

    def as_map(self, number: int) -> Optional[FeatureMap]:
        """Describes it.

        Args:
            number (int): How many images the network was given.

        Returns:
            FeatureMap | None: None unless it has images along its first
            dimension, channels along another one, and several places.
        """
        shape = self.labels.shape
        if not shape or shape[0] != number:
            return None
        # Those of a class token and of an image's may have met only later.
        found = shrink(self.ids.find(narrowed(self.labels)).expand(shape))
        wide = [
            d for d in range(len(shape)) if shape[d] > 1 and found.stride(d)
        ]
        if len(wide) != 1 or not wide[0]:
            return None
        dim = wide[0]
        places = tuple(s for d, s in enumerate(shape) if d not in (0, dim))
        if all(size == 1 for size in places):
            return None
        channels = found.movedim(dim, -1).reshape(-1, shape[dim])[0]
        return FeatureMap(channels, dim, places)


@contextmanager
def noting_outputs(tracer: 'Tracer', model: nn.Module) -> Iterator[None]:
    """Lets a tracer note what each module gives.

    Args:
        tracer (Tracer): Follows the model's channels.
        model (nn.Module): The network. Its own output is not noted, nor what
            dropout of any kind gives, which is another in training.
    """
    hooks = [
        module.register_forward_hook(partial(_note, tracer, name))
        for name, module in model.named_modules()
        if name
        and 'drop' not in type(module).__name__.lower()
        and not isinstance(module, torch.jit.ScriptModule)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _note(
    tracer: 'Tracer', name: str, _module: Any, _inputs: Any, output: Any
) -> None:
    """Hands over a module's output, as a forward hook."""
    tracer.note_output(name, output)
