"""Chooses which of the teacher's channels a student's become."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import torch

from .channel_blocks import Block, find_block
from .channel_ids import NOBODY
from .channel_trace import ChannelTrace, Slot

__all__ = ['ChannelMap']

Slots = Iterable[tuple[Slot, Slot]]


@dataclass(frozen=True, eq=False)
class _Family:
    """Channels that all the same layers share, such as a residual stream's.

    Each is there once and equal to none but itself, since comparing thousands
    of long tuples takes seconds.
    """

    channels: tuple[int, ...]


class ChannelMap:
    """A student's channels and the teacher's that they become.

    Channels that belong together are chosen together: once for a residual
    stream, by block for a grouped convolution or the heads of an attention. A
    family of as many channels, in as many blocks, as its counterpart keeps
    them all, in order; a smaller one takes those of the largest scores; a
    larger one has some without a counterpart.

    Args:
        student (ChannelTrace): The student's channels.
        teacher (ChannelTrace): The teacher's.
        pairs (Mapping[str, str]): The student's tensors and the teacher's.
        scores (Mapping[int, float]): How much a teacher's channel matters, by
            its id.

    Attributes:
        kept (dict): By the student's channel, which share of its teacher's
            family is kept, in (0, 1].
    """

    def __init__(
        self,
        student: ChannelTrace,
        teacher: ChannelTrace,
        pairs: Mapping[str, str],
        scores: Mapping[int, float],
    ) -> None:
        self._student, self._teacher = student, teacher
        self._scores = scores
        self._map: dict[int, int] = {}
        self._chosen: set[int] = set()
        self.kept: dict[int, float] = {}
        dims = defaultdict(list)
        for name, dim in sorted(student.slots):
            dims[name].append(dim)
        slots = [
            ((ours, dim), (theirs, dim))
            for ours, theirs in pairs.items()
            for dim in dims[ours]
            if (theirs, dim) in teacher.slots
        ]
        for ours, theirs in _match_families(slots, student, teacher).items():
            self._choose(ours, theirs)

    def index(self, ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
        """Returns where in a teacher's dimension each channel stands.

        Args:
            ours (torch.Tensor): Ids along a dimension of the student's, (n,).
            theirs (torch.Tensor): Ids along the teacher's counterpart, (m,).

        Returns:
            torch.Tensor: Positions in the teacher's, (n,), ``NOBODY`` of
            channels that are not there. A channel that stands there several
            times, as after a flattening, is found in order.
        """
        places = defaultdict(list)
        for position, channel in enumerate(theirs.tolist()):
            places[channel].append(position)
        seen: Counter = Counter()
        found = []
        for channel in ours.tolist():
            there = places[self._map.get(channel, NOBODY)]
            nth, seen[channel] = seen[channel], seen[channel] + 1
            found.append(there[nth] if nth < len(there) else NOBODY)
        return torch.tensor(found, dtype=torch.long)

    def chose(self, ours: torch.Tensor, theirs: torch.Tensor) -> bool:
        """Returns whether any of some channels has a counterpart.

        Args:
            ours (torch.Tensor): Ids of the student's.
            theirs (torch.Tensor): Ids of the teacher's.
        """
        return not (
            self._map.keys().isdisjoint(ours.tolist())
            and self._chosen.isdisjoint(theirs.tolist())
        )

    def _choose(self, family: _Family, counterpart: _Family) -> None:
        """Maps a family to its counterpart."""
        ours, theirs = family.channels, counterpart.channels
        if len(ours) != len(theirs) and not (
            self._student.known.issuperset(ours)
            and self._teacher.known.issuperset(theirs)
        ):
            # Any choice would be another than that of the layers before.
            return
        blocks = find_block(self._student.blocks, ours)
        others = find_block(self._teacher.blocks, theirs)
        if blocks is None or others is None:
            self._map_rows([ours], [theirs])
            return
        (_, own), (block, full) = blocks, others
        rows = _best(self._sum(block), len(own))
        self._map_rows(own.tolist(), full[rows].tolist())

    def _map_rows(
        self, ours: Iterable[Iterable[int]], theirs: Iterable[Iterable[int]]
    ) -> None:
        """Maps channels to the best of their block."""
        for row, other in zip(map(list, ours), map(list, theirs)):
            scores = torch.tensor([self._scores.get(i, 0.0) for i in other])
            best = _best(scores, len(row)).tolist()
            for channel, place in zip_longest(row, best):
                if channel is not None and place is not None:
                    self._map[channel] = other[place]
                    self._chosen.add(other[place])
                    self.kept[channel] = len(best) / len(other)

    def _sum(self, block: Block) -> torch.Tensor:
        """Returns how much each of some blocks matters, (blocks,)."""
        rows = torch.cat(block, dim=1).tolist()
        return torch.tensor(
            [sum(self._scores.get(i, 0.0) for i in row) for row in rows]
        )


def _best(scores: torch.Tensor, count: int) -> torch.Tensor:
    """Returns where the largest scores are, at most ``count``, in order."""
    # Stable, so that of equals the first is taken wherever this runs.
    order = scores.argsort(descending=True, stable=True)
    return order[: min(count, len(scores))].sort().values


def _match_families(
    slots: list[tuple[Slot, Slot]],
    student: ChannelTrace,
    teacher: ChannelTrace,
) -> dict[_Family, _Family]:
    """Finds each of the student's families its counterpart.

    Where a network ties together what the other keeps apart, the counterpart
    is what most of the layers say.
    """
    parts, others = (
        _parts([pair[i] for pair in slots], trace)
        for i, trace in enumerate((student, teacher))
    )
    # Which part is which is known where both networks take as many.
    for number, (some, rest) in enumerate(zip(parts, others)):
        if len(some) != len(rest):
            parts[number] = others[number] = []
    ours = _families([own for own, _ in slots], student, parts)
    theirs = _families([other for _, other in slots], teacher, others)
    votes: dict[_Family, Counter] = defaultdict(Counter)
    for own, other in slots:
        families = _in_order(student.slots[own], ours)
        counterparts = _in_order(teacher.slots[other], theirs)
        if len(families) == len(counterparts):
            for family, counterpart in zip(families, counterparts):
                votes[family][counterpart] += 1
    return {
        family: counts.most_common(1)[0][0] for family, counts in votes.items()
    }


def _parts(slots: list[Slot], trace: ChannelTrace) -> list[list[list[int]]]:
    """Returns the parts that the channels of each slot were taken in.

    Those of blocks are chosen by block, and an image's are known.
    """
    found = defaultdict(list)
    image = trace.image.tolist()
    for whole, part in trace.parts:
        key = frozenset(whole.tolist())
        if find_block(trace.blocks, key) is None and key.isdisjoint(image):
            found[key].append(part.tolist())
    return [found[frozenset(trace.slots[slot].tolist())] for slot in slots]


def _families(
    slots: list[Slot], trace: ChannelTrace, parts: list[list[list[int]]]
) -> dict[int, _Family]:
    """Returns the family of each channel.

    Its members are those of the same slots and of the same parts of them.
    """
    where = defaultdict(set)
    for number, slot in enumerate(slots):
        taken = enumerate(parts[number], 1)
        for place, ids in (0, trace.slots[slot].tolist()), *taken:
            for channel in ids:
                where[channel].add((number, place))
    members = defaultdict(list)
    for channel in sorted(where):
        members[frozenset(where[channel])].append(channel)
    families = [_Family(tuple(group)) for group in members.values()]
    return {c: family for family in families for c in family.channels}


def _in_order(
    ids: torch.Tensor, families: dict[int, _Family]
) -> list[_Family]:
    """Returns the families along a dimension as they come first."""
    return list(dict.fromkeys(families[channel] for channel in ids.tolist()))
