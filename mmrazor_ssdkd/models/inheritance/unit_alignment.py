"""Aligns the units of two networks' lists."""

from itertools import groupby
from operator import itemgetter

from .layer_units import Unit, stages

__all__ = ['align', 'spread_evenly']

Pairs = list[tuple[Unit, Unit]]
# How good an alignment is, what comes first counts first, and its pairs.
_Found = tuple[tuple[int, ...], list[tuple[int, int]]]


def spread_evenly(count: int, total: int) -> list[tuple[int, int]]:
    """Spreads a shorter row over a longer one.

    Args:
        count (int): The student's blocks, >= 1.
        total (int): The teacher's, >= 1.

    Returns:
        list[tuple[int, int]]: Pairs of the student's and the teacher's block,
        both rising; as many as the shorter row has. A single one is the
        first: it is the block that changes size and width.
    """
    if count > total:
        return [(ours, own) for own, ours in spread_evenly(total, count)]
    step = (total - 1) / (count - 1) if count > 1 else 0
    return [(i, int(i * step + 0.5)) for i in range(count)]


def align(ours: list[Unit], theirs: list[Unit]) -> Pairs:
    """Pairs units stage by stage, evenly in each.

    Stages are those of one size, and in these those of one width; where the
    two rows have not as many, they count as one. As many units of one size
    are counterparts in order.

    Args:
        ours (list[Unit]): The student's.
        theirs (list[Unit]): The teacher's.

    Returns:
        list[tuple[Unit, Unit]]: Counterparts, both in order.
    """
    pairs = []
    for own, others in _by_stage(ours, theirs, by_width=False):
        # None should be left without, as deeper stages would leave some.
        is_equal = [u.kind for u in own] == [u.kind for u in others]
        rows = [(own, others)]
        for row in rows if is_equal else _by_stage(own, others, by_width=True):
            pairs += _align_runs(*row)
    return pairs


def _by_stage(
    ours: list[Unit], theirs: list[Unit], by_width: bool
) -> list[tuple[list[Unit], list[Unit]]]:
    """Pairs stages, if there are as many, or else all units as one."""
    parts, others = stages(ours, by_width), stages(theirs, by_width)
    if len(parts) == len(others):
        return list(zip(parts, others))
    return [(ours, theirs)]


def _align_runs(ours: list[Unit], theirs: list[Unit]) -> Pairs:
    """Pairs the units of a stage: run by run, if it has the same runs."""
    ours, theirs = _known(ours, theirs), _known(theirs, ours)
    runs, others = _runs(ours), _runs(theirs)
    rows = [(ours, theirs)]
    if [run[0].kind for run in runs] == [run[0].kind for run in others]:
        rows = list(zip(runs, others))
    return [pair for row in rows for pair in _spread(*row)]


def _known(units: list[Unit], others: list[Unit]) -> list[Unit]:
    """Returns the units that may have a counterpart among others."""
    return [unit for unit in units if any(map(unit.may_be, others))]


def _runs(units: list[Unit]) -> list[list[Unit]]:
    """Returns the runs of units of one kind."""
    return [list(run) for _, run in groupby(units, lambda unit: unit.kind)]


def _spread(ours: list[Unit], theirs: list[Unit]) -> Pairs:
    """Spreads the shorter row over the longer one, like to like."""
    if not ours or not theirs:
        return []
    if len(ours) > len(theirs):
        return [(own, other) for other, own in _spread(theirs, ours)]
    if len(ours) == 1 and _gives_last(ours[0], theirs):
        theirs = theirs[-1:]
    return [(ours[i], theirs[j]) for i, j in _best(ours, theirs)]


def _best(ours: list[Unit], theirs: list[Unit]) -> list[tuple[int, int]]:
    """Returns the best of all alignments that keep the order.

    It has most units of one kind, then most that are the first or the last of
    their kind, then most that are alike, and then it is the most even.
    """
    even = [j for _, j in spread_evenly(len(ours), len(theirs))]
    ends, others = _ends(ours), _ends(theirs)
    above: list[_Found] = [((0, 0, 0, 0), [])] * (len(theirs) + 1)
    for i, unit in enumerate(ours):
        row = above[:1]
        for j, other in enumerate(theirs):
            found = max(above[j + 1], row[j], key=itemgetter(0))
            if unit.reads_image == other.reads_image and unit.may_be(other):
                same, is_end = unit.kind == other.kind, ends[i] == others[j]
                gains = (
                    same,
                    same and ends[i] != '' and is_end,
                    unit.is_like(other),
                    -abs(j - even[i]),
                )
                score = tuple(map(sum, zip(above[j][0], gains)))
                if score > found[0]:
                    found = score, [*above[j][1], (i, j)]
            row.append(found)
        above = row
    return above[-1][1]


def _ends(units: list[Unit]) -> list[str]:
    """Returns which units are the first or the last of their kind.

    A single one is the first.
    """
    kinds = [unit.kind for unit in units]
    return [
        'first'
        if kind not in kinds[:i]
        else 'last'
        if kind not in kinds[i + 1 :]
        else ''
        for i, kind in enumerate(kinds)
    ]


def _gives_last(unit: Unit, row: list[Unit]) -> bool:
    """Returns whether a bare layer makes what the last of a row makes.

    As the only layer of a classifier does: it gives the logits.
    """
    first, own, last = (x.widths for x in (row[0], unit, row[-1]))
    if not (first and own and last and unit.is_bare and row[-1].is_bare):
        return False
    return own[1] == last[1] != first[1]
