"""Builds what says where a student's weights come from."""

from collections.abc import Iterator
from typing import Any, Optional, Union

from torch import nn

from mmrazor_ssdkd.models.building import build_part
from mmrazor_ssdkd.models.published_weights import is_published
from mmrazor_ssdkd.validation import shown

from .student_init import StudentInit
from .teacher_weights import TeacherWeights

__all__ = ['build_student_init', 'replace_student_init']

_RULE = (
    "`student_init` must be 'random', 'teacher' or the config of a "
    'StudentInit, but got '
)


def build_student_init(
    cfg: Union[str, dict], architecture: Union[dict, nn.Module]
) -> Optional[StudentInit]:
    """Builds what a config says of a student's first weights.

    Args:
        cfg (str | dict): 'random', 'teacher' (:class:`TeacherWeights` as it
            is) or the config of a :class:`StudentInit`.
        architecture (dict | nn.Module): The student, as it was given.

    Returns:
        StudentInit | None: None where the student's own initialisation is
        all.

    Raises:
        TypeError: It is of another kind.
        ValueError: It is another word, or the student's config says of other
            weights that it starts from.
    """
    if isinstance(cfg, str):
        if cfg == 'random':
            return None
        if cfg != 'teacher':
            raise ValueError(f'{_RULE}{shown(cfg)}')
        cfg = dict(type='mmrazor_ssdkd.TeacherWeights')
    if not isinstance(cfg, dict):
        raise TypeError(f'{_RULE}{shown(cfg)}')
    part = build_part(cfg, 'student_init', StudentInit)
    if isinstance(part, TeacherWeights) and isinstance(architecture, dict):
        for name, value in _other_weights(architecture, 'architecture'):
            raise ValueError(
                f'`{name}` must not stand beside a `student_init` that copies '
                f"the teacher's weights over it, but got {value!r}"
            )
    return part


def replace_student_init(model: dict, cfg: Union[str, dict]) -> None:
    """Lets a model's config start its student otherwise, without features.

    Only weights that come from a teacher say whose features are whose.

    Args:
        model (dict): Config of an SSDKD, changed in place.
        cfg (str | dict): Its ``student_init``.
    """
    model['student_init'] = cfg
    model.get('distillation', {}).pop('feature_weight', None)


def _other_weights(cfg: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yields what in a model's config loads weights."""
    if isinstance(cfg, (list, tuple)):
        for number, item in enumerate(cfg):
            yield from _other_weights(item, f'{name}[{number}]')
    elif isinstance(cfg, dict):
        if is_published(cfg):
            yield name, cfg
        for key, value in cfg.items():
            if key == 'pretrained' and value:
                yield f'{name}.{key}', value
            yield from _other_weights(value, f'{name}.{key}')
