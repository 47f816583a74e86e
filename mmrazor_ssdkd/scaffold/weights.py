"""Where the weights of a config's networks come from."""

from typing import Any

from mmrazor_ssdkd.models.building import build_model, resolve_model
from mmrazor_ssdkd.models.inheritance import build_student_init
from mmrazor_ssdkd.models.noise_images import draw_pixels

from .facts import Facts

__all__ = ['inherited_settings', 'with_published']

# What is published for a network, by the beginning of its address.
_PUBLISHED: dict[str, dict[str, Any]] = {
    'timm:': dict(pretrained=True),
    'torchvision': dict(weights='DEFAULT'),
}
# Of the student's weights: fewer are no start.
_SHARE = 0.5
_FEATURE_WEIGHT = 10.0


def inherited_settings(
    student: dict, teacher: Any, facts: Facts
) -> dict[str, dict[str, Any]]:
    """Returns what a config says of a student born from its teacher.

    Args:
        student (dict): Its config.
        teacher (nn.Module): The teacher.
        facts (Facts): Of the teacher.

    Returns:
        dict: Of the algorithm; empty unless most of the student's weights
        have a counterpart.
    """
    built = build_model(student, 'student')
    init: Any = build_student_init('teacher', student)
    images = draw_pixels(2, (facts.channels, *facts.image_size))
    try:
        init.prepare(built, {'teacher': teacher}, images)
    except ValueError:
        return {}
    total = sum(weight.numel() for weight in built.parameters())
    if init.num_inherited < _SHARE * total:
        return {}
    settings: dict[str, dict[str, Any]] = dict(
        student_init=dict(type='mmrazor_ssdkd.TeacherWeights'),
        synthesis=dict(warmup_rounds=1, adversarial_from=1),
    )
    if init.features is not None:
        settings['distillation'] = dict(feature_weight=_FEATURE_WEIGHT)
    return settings


def with_published(teacher: dict[str, Any]) -> dict[str, Any]:
    """Returns a teacher with the weights that are published for it.

    Args:
        teacher (dict): A model's config that loads none.

    Returns:
        dict: A builder of the user's own has those that it makes.

    Raises:
        ValueError: Nothing is published for it, or not for as many classes.
    """
    if 'cfg_path' in teacher:
        # A file of the user's may build what reads its own.
        if '::' not in teacher['cfg_path']:
            return teacher
        whole = {**teacher, 'pretrained': True}
        _check_published(whole)
        return whole
    address = teacher['module']['type']
    for start, settings in _PUBLISHED.items():
        if address.startswith(start):
            if 'num_classes' in teacher['module']:
                raise ValueError(
                    '`checkpoint` must be given for a network of other '
                    f'classes than {address!r} is published for, but got None'
                )
            module = {**teacher['module'], **settings}
            return {**teacher, 'module': module}
    return teacher


def _check_published(teacher: dict[str, Any]) -> None:
    """Raises a ValueError for a package's config without weights."""
    try:
        resolve_model(teacher, 'teacher')
    # The latter where a metafile has the config alone.
    except (ValueError, AssertionError) as error:
        raise ValueError(
            '`checkpoint` must be given for a config that no weights are '
            f'published for, but got None with {teacher["cfg_path"]!r}'
        ) from error
