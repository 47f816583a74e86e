"""Builds what says where a student's weights come from."""

from typing import Optional, Union

from mmrazor_ssdkd.models.building import build_part

from .student_init import StudentInit

__all__ = ['build_student_init']


def build_student_init(cfg: Union[str, dict]) -> Optional[StudentInit]:
    """Builds what a config says of a student's first weights.

    Args:
        cfg (str | dict): 'random', 'teacher' (:class:`TeacherWeights` as it
            is) or the config of a :class:`StudentInit`.

    Returns:
        StudentInit | None: None where the student's own initialisation is
        all.

    Raises:
        TypeError: It is of another kind.
        ValueError: It is another word.
    """
    if cfg == 'random':
        return None
    if cfg == 'teacher':
        cfg = dict(type='mmrazor_ssdkd.TeacherWeights')
    if isinstance(cfg, str):
        raise ValueError(
            "`student_init` must be 'random', 'teacher' or the config of a "
            f'StudentInit, but got {cfg!r}'
        )
    return build_part(cfg, 'student_init', StudentInit)
