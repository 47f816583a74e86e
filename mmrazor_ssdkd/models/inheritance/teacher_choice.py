"""Which of several teachers a student takes its weights from."""

from collections.abc import Mapping
from typing import Optional

from torch import nn

from mmrazor_ssdkd.validation import shown

__all__ = ['check_teacher_name', 'pick_teacher']


def check_teacher_name(wanted: Optional[str]) -> Optional[str]:
    """Returns a teacher's name, or None for the first.

    Raises:
        TypeError: It is neither.
    """
    if wanted is not None and not isinstance(wanted, str):
        raise TypeError(
            '`student_init.teacher` must be a name or None, but got '
            f'{shown(wanted)}'
        )
    return wanted


def pick_teacher(
    teachers: Mapping[str, nn.Module], wanted: Optional[str]
) -> nn.Module:
    """Returns the teacher that is named, or the first.

    Args:
        teachers (Mapping[str, nn.Module]): By the argument that each was
            given as.
        wanted (str, optional): Its name among ``teachers``.

    Raises:
        ValueError: There is no such teacher.
    """
    named = {
        key.removeprefix('teachers.'): teacher
        for key, teacher in teachers.items()
    }
    name = next(iter(named)) if wanted is None else wanted
    if name not in named:
        raise ValueError(
            f'`student_init.teacher` must be one of {list(named)}, but got '
            f'{name!r}'
        )
    return named[name]
