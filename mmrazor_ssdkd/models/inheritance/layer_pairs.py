"""Finds each of a student's tensors its counterpart in the teacher."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby

from torch import nn

__all__ = ['pair_tensors', 'spread_evenly']

Children = list[tuple[str, nn.Module]]
# Constants of the config, which each model keeps.
_OWN = ('data_preprocessor',)


def pair_tensors(student: nn.Module, teacher: nn.Module) -> dict[str, str]:
    """Pairs parameters and buffers by where they stand in both networks.

    Children of one name are counterparts. Where a stage counts its blocks,
    those of the student are spread evenly over the teacher's, the first and
    the last among them; blocks of other classes have no counterparts.

    Args:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.

    Returns:
        dict[str, str]: Names in the student's state dict to names in the
        teacher's.
    """
    return dict(_pair(student, teacher, '', ''))


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


def _pair(
    student: nn.Module, teacher: nn.Module, name: str, other: str
) -> Iterator[tuple[str, str]]:
    """Yields the pairs below two modules that are counterparts."""
    for tensors in ('_parameters', '_buffers'):
        ours, theirs = getattr(student, tensors), getattr(teacher, tensors)
        for key in ours:
            if ours[key] is not None and theirs.get(key) is not None:
                yield name + key, other + key
    for (ours, child), (theirs, counterpart) in _pair_children(
        list(student.named_children()), list(teacher.named_children())
    ):
        if ours not in _OWN:
            yield from _pair(
                child, counterpart, f'{name}{ours}.', f'{other}{theirs}.'
            )


def _pair_children(
    ours: Children, theirs: Children
) -> list[tuple[tuple[str, nn.Module], tuple[str, nn.Module]]]:
    """Pairs the children of two counterparts."""
    if not _is_counted(ours) or not _is_counted(theirs):
        names = dict(theirs)
        return [
            ((name, child), (name, names[name]))
            for name, child in ours
            if name in names
        ]
    runs, other_runs = _runs(ours), _runs(theirs)
    kinds, other_kinds = ([r[0] for r in rs] for rs in (runs, other_runs))
    if kinds == other_kinds:
        return [
            (run[1][i], other[1][j])
            for run, other in zip(runs, other_runs)
            for i, j in spread_evenly(len(run[1]), len(other[1]))
        ]
    matcher = SequenceMatcher(
        None, [_kind(c) for _, c in ours], [_kind(c) for _, c in theirs], False
    )
    return [
        (ours[block.a + i], theirs[block.b + i])
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    ]


def _is_counted(children: Children) -> bool:
    """Returns whether children are numbered, as a stage's blocks are."""
    return bool(children) and all(name.isdigit() for name, _ in children)


def _runs(children: Children) -> list[tuple[str, Children]]:
    """Returns the runs of children of one kind."""
    return [
        (kind, list(run))
        for kind, run in groupby(children, lambda item: _kind(item[1]))
    ]


def _kind(module: nn.Module) -> str:
    """Returns what a module is; norms of any kind of batch are one."""
    is_norm = hasattr(module, 'running_mean')
    return 'BatchNorm' if is_norm else type(module).__qualname__
