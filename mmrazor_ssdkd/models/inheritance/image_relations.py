"""How what is made of two networks' images differs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

import torch

from .channel_calls import Call, tensors_of

__all__ = ['Relation', 'map_relation', 'move_relation']


@dataclass(frozen=True)
class Relation:
    """By what a tensor's values differ from the other network's.

    Attributes:
        gains (torch.Tensor): By what to multiply them, of its shape.
        offsets (torch.Tensor): What to add then, of its shape.
    """

    gains: torch.Tensor
    offsets: torch.Tensor

    @classmethod
    def along(
        cls, gains: torch.Tensor, offsets: torch.Tensor, tensor: torch.Tensor
    ) -> 'Relation':
        """Returns that of a tensor of channels, its second dimension.

        Args:
            gains (torch.Tensor): Of each channel, (channels,).
            offsets (torch.Tensor): Of each channel, (channels,).
            tensor (torch.Tensor): (N, channels, ...).
        """
        shape = (1, -1, *[1] * (tensor.dim() - 2))
        return cls(
            *(x.view(shape).expand(tensor.shape) for x in (gains, offsets))
        )

    def by_channel(
        self, dim: int
    ) -> Optional[tuple[torch.Tensor, torch.Tensor]]:
        """Returns it along a dimension, None where it differs along others.

        Args:
            dim (int): The dimension of the channels.

        Returns:
            tuple[torch.Tensor, torch.Tensor] | None: Gains and offsets, on
            the CPU, (channels,).
        """
        found = []
        for values in (self.gains, self.offsets):
            rows = values.movedim(dim, -1).reshape(-1, values.shape[dim])
            if not torch.allclose(rows, rows[:1], rtol=1e-4, atol=1e-6):
                return None
            found.append(rows[0].detach().float().cpu())
        return found[0], found[1]

    def vanishes(self, norm: str) -> bool:
        """Returns whether a norm takes it away that normalises what it sees.

        Args:
            norm (str): The name of its function.
        """
        if norm in ('batch_norm', 'instance_norm'):
            return self.by_channel(1) is not None
        values = (self.gains, self.offsets)
        return all(
            bool((v - v.flatten()[0]).abs().max() < 1e-6) for v in values
        )

    def resized(self, out: torch.Tensor) -> Optional[list['Relation']]:
        """Returns that of the same channels at other places.

        Args:
            out (torch.Tensor): Pooled, interpolated or padded.
        """
        found = self.by_channel(1) if self.gains.dim() > 2 else None
        image = out[0] if isinstance(out, tuple) else out
        if found is None or image.shape[:2] != self.gains.shape[:2]:
            return None
        gains, offsets = (x.to(self.gains) for x in found)
        return [Relation.along(gains, offsets, image)]


def move_relation(
    call: Call, find: Callable[[Any], Optional[Relation]]
) -> list[Relation]:
    """Moves relations as values were moved.

    Args:
        call (Call): Of a function that only moves values.
        find (Callable): Returns the relation of a tensor. One without any is
            the other network's.

    Returns:
        list[Relation]: Of each tensor that came out.
    """

    def moved(part: str, other: Callable[[torch.Tensor], Any]) -> list:
        def of(value: Any) -> Any:
            if isinstance(value, torch.Tensor) and value.is_floating_point():
                relation = find(value)
                return getattr(relation, part) if relation else other(value)
            if isinstance(value, (list, tuple)) and tensors_of(value):
                return type(value)(of(item) for item in value)
            return value

        kwargs = {key: of(value) for key, value in call.kwargs.items()}
        # What repeats lies in memory otherwise than its tensor.
        func = torch.Tensor.reshape if call.name == 'view' else call.func
        return tensors_of(func(*map(of, call.args), **kwargs))

    gains = moved('gains', torch.ones_like)
    return list(map(Relation, gains, moved('offsets', torch.zeros_like)))


def map_relation(
    call: Call, tensor: torch.Tensor, relation: Relation
) -> Optional[list[Relation]]:
    """Returns the relation behind a function that multiplies and adds.

    Args:
        call (Call): Of the function.
        tensor (torch.Tensor): What of its arguments has a relation.
        relation (Relation): That relation.
    """

    def run(value: torch.Tensor) -> torch.Tensor:
        args = [value if arg is tensor else arg for arg in call.args]
        kwargs = {
            key: value if arg is tensor else arg
            for key, arg in call.kwargs.items()
        }
        return call.func(*args, **kwargs)

    # It makes `rate * x + shift` of each x.
    shift = run(torch.zeros_like(tensor))
    rate = run(torch.ones_like(tensor)) - shift
    if not bool(rate.isfinite().all() and shift.isfinite().all()):
        return None
    gains = relation.gains.expand(shift.shape)
    return [Relation(gains, rate * relation.offsets + shift * (1 - gains))]
