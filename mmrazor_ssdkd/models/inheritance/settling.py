"""What all that gives a student its first weights needs to know."""

from collections.abc import Mapping
from typing import Optional

from torch import nn

from mmrazor_ssdkd.validation import check_int

__all__ = ['count_images', 'pick_teacher']

# Of the images that a student is settled on, all run at once.
_MOST_PIXELS = 2**22


def count_images(wanted: Optional[int], pixels: int) -> int:
    """Returns how many images a student is settled on.

    Args:
        wanted (int, optional): What the user asks for, >= 0; None for 1,024
            or what memory bears.
        pixels (int): Of an image.

    Raises:
        TypeError: It is no number.
        ValueError: It is negative.
    """
    if wanted is not None:
        return check_int('student_init.num_images', wanted, 0)
    return max(2, min(1024, _MOST_PIXELS // pixels))


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
