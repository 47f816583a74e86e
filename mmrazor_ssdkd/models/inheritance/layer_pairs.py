"""Finds each of a student's tensors its counterpart in the teacher."""

import re
from collections.abc import Iterator

from torch import nn

from .layer_units import Children, divide, first_layer, kind
from .unit_alignment import align, spread_evenly

__all__ = ['pair_tensors', 'spread_evenly']

Pairs = Iterator[tuple[tuple[str, nn.Module], tuple[str, nn.Module]]]
# What precedes a number in a name.
_NUMBERED = re.compile(r'(.+[-_])\d+')
# Constants of the config, which each model keeps.
_OWN = ('data_preprocessor',)


def pair_tensors(student: nn.Module, teacher: nn.Module) -> dict[str, str]:
    """Pairs parameters and buffers by where they stand in both networks.

    Children of one name are counterparts. In a list with numbers, alone or in
    names, a block, or a layer with the norm and activation after it, is a
    unit, and a stage begins where the size or the width changes. If both lists
    have as many stages, these are counterparts in order; otherwise each list
    is one. The student's units of a stage are spread evenly over the
    teacher's, the first and the last among them; those of other classes have
    no counterparts. A layer that reads the image is paired with none that does
    not.

    Args:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.

    Returns:
        dict[str, str]: Names in the student's state dict to names in the
        teacher's.
    """
    return dict(_Walk(student, teacher).pairs(student, teacher))


class _Walk:
    """Goes through two networks at once.

    Args:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.
    """

    def __init__(self, student: nn.Module, teacher: nn.Module) -> None:
        self._first = first_layer(student, _OWN)
        self._other = first_layer(teacher, _OWN)

    def pairs(
        self,
        student: nn.Module,
        teacher: nn.Module,
        name: str = '',
        other: str = '',
    ) -> Iterator[tuple[str, str]]:
        """Yields the pairs below two modules that are counterparts.

        Args:
            student (nn.Module): A part of the student.
            teacher (nn.Module): Its counterpart.
            name (str): What begins the names of the first one's tensors.
            other (str): Of the second one's.
        """
        if (name == f'{self._first}.') != (other == f'{self._other}.'):
            return
        for tensors in ('_parameters', '_buffers'):
            ours, theirs = getattr(student, tensors), getattr(teacher, tensors)
            for key in ours:
                if ours[key] is not None and theirs.get(key) is not None:
                    yield name + key, other + key
        for (ours, child), (theirs, counterpart) in self._children(
            student, teacher, name, other
        ):
            if ours not in _OWN:
                yield from self.pairs(
                    child, counterpart, f'{name}{ours}.', f'{other}{theirs}.'
                )

    def _children(
        self, student: nn.Module, teacher: nn.Module, name: str, other: str
    ) -> Pairs:
        """Yields the children of two modules that are counterparts."""
        ours, theirs = (list(m.named_children()) for m in (student, teacher))
        if _is_counted(student) and _is_counted(teacher):
            head, units = divide(ours, _below(name, self._first))
            other_head, others = divide(theirs, _below(other, self._other))
            yield from _pair_in_order(head, other_head)
            for unit, counterpart in align(units, others):
                yield from _pair_in_order(unit.children, counterpart.children)
            return
        names = dict(theirs)
        for own, child in ours:
            if own in names:
                yield (own, child), (own, names[own])


def _below(parent: str, name: str) -> str:
    """Returns a name as it is below a parent, or ''."""
    return name.removeprefix(parent) if name.startswith(parent) else ''


def _pair_in_order(ours: Children, theirs: Children) -> Pairs:
    """Yields children of one kind: the first ones, the second ones, ..."""
    left = list(theirs)
    for child in ours:
        for other in left:
            if kind(child[1]) == kind(other[1]):
                yield child, other
                left.remove(other)
                break


def _is_counted(module: nn.Module) -> bool:
    """Returns whether a module's children are numbered, as blocks are.

    So are those of one class with names such as ``block2-0`` or
    ``encoder_layer_0``. What ``layer1`` or ``fc1`` is, its name says.
    """
    children = dict(module.named_children())
    if not children or all(name.isdigit() for name in children):
        return bool(children)
    found = [_NUMBERED.fullmatch(name) for name in children]
    return (
        isinstance(module, nn.Sequential)
        and all(found)
        and len({match[1] for match in found if match}) == 1
        and len({type(child) for child in children.values()}) == 1
    )
