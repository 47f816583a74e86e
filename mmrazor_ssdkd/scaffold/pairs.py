"""A teacher and a student, as their names say, that fit each other."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from mmengine.registry import DefaultScope

from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import OneClass

from .facts import Facts, look_at
from .networks import Colours, network_config, student_config

__all__ = ['Named', 'Pair', 'find_pair']


class Named(NamedTuple):
    """A network's address, and the arguments of what builds it."""

    address: str
    options: Mapping[str, Any] = {}


class Pair(NamedTuple):
    """Configs of both, without weights, and the teacher as it was built."""

    teacher: dict[str, Any]
    student: dict[str, Any]
    built: Any
    facts: Facts


def find_pair(
    teacher: Named,
    student: Named,
    colours: Colours,
    image_size: tuple[int, int],
    checkpoint: Optional[str] = None,
) -> Pair:
    """Looks at a teacher and fits a student to its classes and images.

    Args:
        teacher (Named): See :func:`network_config`.
        student (Named): Likewise.
        colours (Colours): Of a teacher that is not OpenMMLab's.
        image_size (tuple[int, int]): Height and width of the images.
        checkpoint (str, optional): The teacher's weights, which tell the
            number of classes. Defaults to None.

    Returns:
        Pair: Of models that can be built.

    Raises:
        ValueError: A network cannot be found, built or run, the weights are
            missing or unfit, or the classes differ.
    """
    config = network_config(*teacher, colours, image_size, checkpoint)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        built = build_model(config, 'teacher')
        if checkpoint:
            load_weights(built, checkpoint, 'checkpoint')
        facts = look_at(built, image_size)
        other = student_config(*student, built, facts.num_classes, image_size)
    several = not isinstance(find_label_model({'teacher': built}), OneClass)
    if several and 'module' in other:
        # What logits mean stands in a network's loss.
        other['loss'] = dict(type='CrossEntropyLoss', use_sigmoid=True)
    _check_classes(other, facts)
    return Pair(config, other, built, facts)


def _check_classes(student: dict[str, Any], facts: Facts) -> None:
    """Raises a ValueError for a student of other classes than its teacher's.

    Its options may say another number, and not all networks can be told.
    """
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        built = build_model(student, 'student')
        found = look_at(built, facts.image_size, 'student').num_classes
    if found != facts.num_classes:
        raise ValueError(
            f'`student` must have the {facts.num_classes} classes of its '
            f'teacher, but got {found}'
        )
