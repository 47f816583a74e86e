"""Copies what a teacher's tensors hold for the channels of a student."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Optional

import torch
from torch import nn

from .channel_ids import NOBODY
from .channel_map import ChannelMap
from .channel_trace import ChannelTrace
from .rescaling import find_scale

__all__ = ['Copy', 'plan_copies']


@dataclass(frozen=True)
class Copy:
    """What a tensor of the student takes from one of the teacher.

    Attributes:
        name (str): The student's tensor.
        source (str): The teacher's.
        index (tuple[torch.Tensor, ...]): Where in the teacher's each value
            comes from, an index for each dimension that together have the
            tensor's shape.
        mask (torch.Tensor): Which values have a counterpart, of that shape.
        scale (torch.Tensor): What they are multiplied by, of that shape.
    """

    name: str
    source: str
    index: tuple[torch.Tensor, ...]
    mask: torch.Tensor
    scale: torch.Tensor

    def values(self, state: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Returns what stands at the index, of the tensor's shape.

        Args:
            state (Mapping[str, torch.Tensor]): The teacher's state dict.
        """
        source = state[self.source].detach().to('cpu')
        return source[self.index] if self.index else source.clone()

    @torch.no_grad()
    def write(
        self, target: torch.Tensor, state: Mapping[str, torch.Tensor]
    ) -> None:
        """Writes the teacher's values into the student's tensor."""
        values = self.values(state)
        if values.is_floating_point():
            values = values * self.scale
        kept = target.detach().to('cpu')
        target.copy_(torch.where(self.mask, values.to(kept.dtype), kept))


def plan_copies(
    student: nn.Module,
    teacher: nn.Module,
    traces: tuple[ChannelTrace, ChannelTrace],
    pairs: Mapping[str, str],
    channels: ChannelMap,
) -> list[Copy]:
    """Finds out what each of the student's tensors takes from the teacher.

    Args:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.
        traces (tuple[ChannelTrace, ChannelTrace]): Their channels.
        pairs (Mapping[str, str]): The student's tensors and the teacher's.
        channels (ChannelMap): Which channels become which.

    Returns:
        list[Copy]: Those that take something.
    """
    planner = _Planner(*traces, channels)
    ours, theirs = student.state_dict(), teacher.state_dict()
    copies = [
        planner.plan(name, source, ours[name], theirs[source])
        for name, source in pairs.items()
        # A buffer may be no part of the state dict.
        if name in ours and source in theirs
    ]
    return [copy for copy in copies if copy is not None]


class _Planner:
    """Plans the copies of two networks."""

    def __init__(
        self,
        student: ChannelTrace,
        teacher: ChannelTrace,
        channels: ChannelMap,
    ) -> None:
        self._student, self._teacher = student, teacher
        self._channels = channels

    def plan(
        self,
        name: str,
        source: str,
        ours: torch.Tensor,
        theirs: torch.Tensor,
    ) -> Optional[Copy]:
        """Returns a tensor's copy, None where nothing can be taken."""
        if ours.dim() != theirs.dim():
            return None
        index: list[torch.Tensor] = []
        for dim in range(ours.dim()):
            along = self._along(name, source, dim, ours, theirs)
            if along is None:
                return None
            index.append(along)
        if not index:
            nothing = torch.ones(())
            return Copy(name, source, (), nothing.bool(), nothing)
        whole = torch.broadcast_tensors(*index)
        mask = torch.stack([part != NOBODY for part in whole]).all(dim=0)
        if not mask.any():
            return None
        scale = find_scale(
            name, ours.dim(), self._student, self._channels.kept
        ).expand(ours.shape)
        return Copy(
            name, source, tuple(i.clamp(min=0) for i in index), mask, scale
        )

    def _along(
        self,
        name: str,
        source: str,
        dim: int,
        ours: torch.Tensor,
        theirs: torch.Tensor,
    ) -> Optional[torch.Tensor]:
        """Returns where a dimension's values come from, to be broadcast."""
        own = self._student.slots.get((name, dim))
        other = self._teacher.slots.get((source, dim))
        shape = [1] * ours.dim()
        shape[dim] = -1
        if own is not None and other is not None:
            return self._places(own, other).view(shape)
        if dim == 1 and self._is_grouped(name, source):
            return self._in_groups(name, source, ours, theirs)
        if ours.shape[dim] != theirs.shape[dim]:
            return None
        return torch.arange(ours.shape[dim]).view(shape)

    def _places(self, own: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """Returns where a student's channels stand in a teacher's tensor."""
        if len(own) == len(other) and not self._channels.chose(own, other):
            # What nothing is known of and stays equal is copied as it is.
            return torch.arange(len(own))
        return self._channels.index(own, other)

    def _is_grouped(self, name: str, source: str) -> bool:
        """Returns whether two weights are of convolutions with groups."""
        traces = ((self._student, name), (self._teacher, source))
        return all(
            (key, 0) in trace.slots and key in trace.inputs
            for trace, key in traces
        ) and any(trace.groups[key] > 1 for trace, key in traces)

    def _in_groups(
        self, name: str, source: str, ours: torch.Tensor, theirs: torch.Tensor
    ) -> torch.Tensor:
        """Returns where the columns of each row come from, (rows, cols, 1, 1).

        Rows are a convolution's outputs and columns its inputs; a transposed
        one's are the other way round. Columns of another group than the
        teacher's row have none.
        """
        found = self._places(
            _across(self._student, name), _across(self._teacher, source)
        )
        rows = self._places(
            self._student.slots[name, 0], self._teacher.slots[source, 0]
        )
        # The first column of each row's group, here and there.
        size, other = ours.shape[1], theirs.shape[1]
        group = torch.arange(len(ours)) * self._student.groups[name]
        first = group // len(ours) * size
        columns = found[first[:, None] + torch.arange(size)]
        start = rows * self._teacher.groups[source] // len(theirs) * other
        places = columns - start[:, None]
        fits = (columns != NOBODY) & (places >= 0) & (places < other)
        places = torch.where(fits, places, NOBODY)
        return places.view(*places.shape, *[1] * (ours.dim() - 2))


def _across(trace: ChannelTrace, name: str) -> torch.Tensor:
    """Returns what a grouped weight's second dimension goes through."""
    channels = trace.inputs if trace.taken[name] else trace.outputs
    return channels[name]
