"""Several teachers of one task that answer as one."""

from collections.abc import Mapping
from functools import reduce
from typing import Any, Literal, Optional, Union

import torch
from torch import nn

from mmrazor_ssdkd.validation import check_choice, shown

from .building import build_teacher
from .forward import predict_logits

__all__ = [
    'TeacherEnsemble',
    'build_teachers',
    'check_teachers',
    'named_teachers',
]

Model = Union[dict, nn.Module]
# MMRazor's keys of an entry of `teachers`.
_KEYS = ('build_cfg', 'ckpt_path')


class TeacherEnsemble(nn.ModuleDict):
    r"""Teachers by name, of the same classes, whose logits are averaged.

    Each normalises the images with a data preprocessor of its own. The mean
    of the logits is, up to a constant, the logarithm of the geometric mean of
    the teachers' probabilities. Two reasons speak for it, and against the
    mean of the probabilities themselves:

    - It commutes with a temperature, :math:`\mathrm{softmax}(\bar z / \tau)`
      being the geometric mean of the softened teachers. So the stored logits
      serve phi, the priorities (:math:`\tau = 1`) and the student's loss.
    - The gradient of L_Task and L_KD reaches all teachers alike. That of a
      mean of probabilities reaches those that doubt an image by the share of
      their doubt, so hardly.

    A teacher whose logits are larger counts for more. A source of a
    distiller's ``teacher_recorders`` starts with the teacher's name:
    ``NAME.head.fc``.

    Args:
        teachers (Mapping[str, nn.Module]): At least one.

    Raises:
        TypeError: A name is no string.
        ValueError: There is no teacher, or a name is not a Python name or
            that of an attribute.
    """

    def __init__(self, teachers: Mapping[str, nn.Module]) -> None:
        super().__init__()
        if not teachers:
            raise ValueError(
                f'`teachers` must have at least one, but got {teachers!r}'
            )
        # How maps, which are of the first's resolution, are resized.
        first = next(iter(teachers.values()))
        self.align_corners: bool = getattr(first, 'align_corners', False)
        for name, teacher in teachers.items():
            self[_check_name(self, name)] = teacher

    def forward(
        self, images: torch.Tensor, mode: Literal['tensor'] = 'tensor'
    ) -> torch.Tensor:
        """Returns the mean of the teachers' logits.

        Args:
            images (torch.Tensor): In 0 to 255, (N, channels, H, W).
            mode (str): As OpenMMLab's models have it; 'tensor' alone.

        Returns:
            torch.Tensor: (N, C) of classifiers; (N, C, H, W) of segmentors,
            at the resolution of the first, which the others are resized to
            with their own ``align_corners``.

        Raises:
            ValueError: ``mode`` is another.
        """
        check_choice('mode', mode, ('tensor',))
        logits: list[torch.Tensor] = []
        for teacher in self.values():
            size = logits[0].shape[2:] if logits else None
            preprocessor = getattr(teacher, 'data_preprocessor', None)
            logits.append(predict_logits(teacher, images, preprocessor, size))
        # Not a `stack`, which would lay maps out anew.
        return reduce(torch.add, logits) / len(logits)


def build_teachers(
    teacher: Optional[Model] = None,
    teacher_ckpt: Optional[str] = None,
    teachers: Optional[Mapping[str, dict]] = None,
    data_preprocessor: Optional[dict] = None,
) -> nn.Module:
    """Builds the one teacher, or an ensemble.

    Args:
        teacher (dict | nn.Module, optional): As for :func:`build_teacher`.
            Defaults to None.
        teacher_ckpt (str, optional): Path or URL of its weights. Defaults to
            None.
        teachers (Mapping[str, dict], optional): In place of ``teacher``, by
            name as MMRazor has it: ``dict(build_cfg=..., ckpt_path=...)``,
            which are what ``teacher`` and ``teacher_ckpt`` are of one, the
            latter optional. Defaults to None.
        data_preprocessor (dict, optional): Taken where a model config has
            none of its own. Defaults to None.

    Returns:
        nn.Module: In eval mode and without gradients.

    Raises:
        TypeError: ``teachers`` or an entry is no dict, or as in
            :func:`build_teacher`.
        ValueError: Not exactly one of ``teacher`` and ``teachers`` is given,
            ``teacher_ckpt`` stands beside ``teachers``, an entry has other
            keys, or as in :func:`build_teacher`.
    """
    if (teacher is None) == (teachers is None):
        found = 'none' if teacher is None else 'both'
        raise ValueError(
            'Exactly one of `teacher` and `teachers` must be given, but got '
            f'{found}'
        )
    if teacher is not None:
        return build_teacher(teacher, teacher_ckpt, data_preprocessor)
    if teacher_ckpt is not None:
        raise ValueError(
            '`teacher_ckpt` must be None beside `teachers`, each of which has '
            f'a `ckpt_path`, but got {teacher_ckpt!r}'
        )
    built = {
        name: build_teacher(
            entry['build_cfg'],
            entry.get('ckpt_path'),
            data_preprocessor,
            names=(f'teachers.{name}.build_cfg', f'teachers.{name}.ckpt_path'),
        )
        for name, entry in check_teachers(teachers).items()
    }
    return TeacherEnsemble(built).eval()


def named_teachers(teacher: nn.Module) -> dict[str, nn.Module]:
    """Returns each teacher by the argument that it was given as."""
    if not isinstance(teacher, TeacherEnsemble):
        return {'teacher': teacher}
    return {f'teachers.{name}': model for name, model in teacher.items()}


def check_teachers(teachers: Any) -> Mapping[str, dict]:
    """Returns several teachers as a config has them.

    Args:
        teachers (Mapping[str, dict]): As for :func:`build_teachers`.

    Raises:
        TypeError: They or an entry are no dict.
        ValueError: An entry has other keys.
    """
    if not isinstance(teachers, Mapping):
        raise TypeError(
            f'`teachers` must be a dict, but got {shown(teachers)}'
        )
    for name, entry in teachers.items():
        _check_entry(f'teachers.{name}', entry)
    return teachers


def _check_entry(name: str, entry: Any) -> None:
    """Raises a TypeError or ValueError for what is no entry."""
    if not isinstance(entry, dict):
        raise TypeError(
            f'`{name}` must be a dict with the keys {list(_KEYS)}, but got '
            f'{shown(entry)}'
        )
    if 'build_cfg' not in entry or not set(entry) <= set(_KEYS):
        raise ValueError(
            f"`{name}` must have a 'build_cfg' and, if any, a 'ckpt_path', "
            f'but got the keys {list(entry)}'
        )


def _check_name(ensemble: TeacherEnsemble, name: Any) -> str:
    """Returns a name that a part of a network can have."""
    if not isinstance(name, str):
        raise TypeError(f'`teachers` must have names, but got {name!r}')
    # Dots would break a recorder's source.
    if not name.isidentifier() or hasattr(ensemble, name):
        raise ValueError(
            '`teachers` must have names that can be attributes and are none '
            f'of a network, but got {name!r}'
        )
    return name
