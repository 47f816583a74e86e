"""Finds out at build time whether teacher, student and generator fit."""

import copy
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from mmrazor_ssdkd.models.final_logits import use_final_logits
from mmrazor_ssdkd.models.forward import frozen, normalize
from mmrazor_ssdkd.models.noise_images import draw_details
from mmrazor_ssdkd.models.teacher_ensemble import named_teachers
from mmrazor_ssdkd.models.unchanged import unchanged
from mmrazor_ssdkd.validation import check_finite

from .image_constants import check_constants
from .model_behaviour import check_student, check_teacher
from .model_passes import failed_forward
from .output_checks import (
    check_ends_in_logits,
    check_no_probabilities,
    check_one_head,
)
from .value_scale import check_value_scale

if TYPE_CHECKING:
    from .ssdkd import SSDKD

__all__ = ['check_models']


@torch.no_grad()
def check_models(algorithm: 'SSDKD') -> int:
    """Runs gray images and noise through teachers and student.

    Nothing of the networks changes by it.

    Args:
        algorithm (SSDKD): With all its parts built.

    Returns:
        int: The number of classes, those that have names.

    Raises:
        ValueError: A model does not take the generator's images or does not
            give logits as its head means them, the classes differ, no
            BatchNorm fires, the teacher's sees another scale than it learnt
            on, or a model does not behave as training needs it.
    """
    _check_counts(algorithm)
    generator = algorithm.generator
    size = (generator.channels, *generator.image_size)
    images = torch.full((2, *size), 127.0)
    teachers = named_teachers(algorithm.teacher)
    models = {**teachers, 'architecture': algorithm.student}
    watched = algorithm.bn_loss.watch(*teachers.values())
    with unchanged(*models.values()), frozen(algorithm.student), watched:
        preds = {
            name: _predict(model, name, images.clone())
            for name, model in models.items()
        }
        algorithm.bn_loss.check_seen()
    first = next(iter(preds))
    for name, model in models.items():
        _check_logits(name, preds[name], first, preds[first])
        num_classes = algorithm.label_model.check(name, preds[name])
        _check_ignore_index(model, name, num_classes)
        check_no_probabilities(name, preds[name])
        check_constants(name, model)
    noise = draw_details(size)
    for name, model in teachers.items():
        check_value_scale(name, model, noise)
    use_final_logits(algorithm.student, 'architecture', noise[:2])
    _check_labels(algorithm.synthesis.labels, preds[first])
    adversarial = bool(algorithm.synthesis.adversarial_weight)
    with unchanged(*models.values()), torch.enable_grad():
        with frozen(algorithm.student):
            for name, model in models.items():
                check_ends_in_logits(
                    name, model, preds[name], noise[:2], algorithm.label_model
                )
        for name, teacher in teachers.items():
            check_teacher(name, teacher, size)
        check_student(algorithm.student, size, adversarial)
    return num_classes


def _check_counts(algorithm: 'SSDKD') -> None:
    """Raises a ValueError where a round gives more than the buffer takes."""
    buffer = algorithm.replay_buffer
    stored_views = algorithm.distillation.stored_views
    if buffer.max_size < algorithm.round_size:
        views = ' times `distillation.stored_views`' if stored_views else ''
        raise ValueError(
            f'`replay_buffer.max_size` must be >= `synthesis.admit`{views} in '
            f'each process, {algorithm.round_size}, but got '
            f'{buffer.max_size} for each'
        )
    if stored_views and not buffer.store_logits:
        raise ValueError(
            '`replay_buffer.store_logits` must be True where '
            f'`distillation.stored_views` is {stored_views}: it is to spare '
            'the teacher their second look, but got False'
        )


def _check_normalize(
    name: str, images: torch.Tensor, preprocessor: Any
) -> None:
    """Raises a ValueError where a data preprocessor does more than we do."""
    if preprocessor is None:
        return
    mean = getattr(preprocessor, 'mean', None)
    # One mean is for all channels; several would make a gray image coloured.
    if mean is not None and mean.numel() not in (1, images.shape[1]):
        raise ValueError(
            f'`generator.channels` must be {mean.numel()}, the channels that '
            f'`{name}.data_preprocessor` normalises, but got {images.shape[1]}'
        )
    # Channels that differ, or a channel swap would not show.
    images = images + torch.arange(images.shape[1]).view(1, -1, 1, 1)
    ours = normalize(images, preprocessor)
    # mmseg's test-time padding, which is not of the method, wants data
    # samples to write to.
    plain = copy.deepcopy(preprocessor)
    plain.test_cfg = None
    theirs = plain(dict(inputs=list(images)), training=False)['inputs']
    if isinstance(theirs, list):
        theirs = torch.stack(theirs).float()
    if ours.shape != theirs.shape or not torch.allclose(ours, theirs):
        raise ValueError(
            f'`{name}.data_preprocessor` must only normalise and swap '
            f'channels of images of shape {tuple(images.shape[1:])}, but '
            f'{type(preprocessor).__name__} gives another result'
        )


def _predict(
    model: nn.Module, name: str, images: torch.Tensor
) -> torch.Tensor:
    """Returns a model's logits, or says that it has none."""
    check_one_head(name, model)
    preprocessor = getattr(model, 'data_preprocessor', None)
    _check_normalize(name, images, preprocessor)
    try:
        logits = model(normalize(images, preprocessor), mode='tensor')
    except Exception as error:
        raise failed_forward(name, model, images, error) from error
    if not isinstance(logits, torch.Tensor) or logits.dim() not in (2, 4):
        found = tuple(getattr(logits, 'shape', ())) or type(logits).__name__
        raise ValueError(
            f'`{name}` must give logits of shape (N, C) or (N, C, H, W), but '
            f'got {found}'
        )
    return check_finite(f'the logits of {name}', logits)


def _check_logits(
    name: str, logits: torch.Tensor, first: str, preds_T: torch.Tensor
) -> None:
    """Raises a ValueError unless a model is of the first teacher's task."""
    if preds_T.shape[1] != logits.shape[1]:
        raise ValueError(
            f'`{name}` must have as many classes as `{first}`, but got '
            f'{logits.shape[1]} and {preds_T.shape[1]}'
        )
    if preds_T.dim() != logits.dim():
        raise ValueError(
            f'`{name}` and `{first}` must both classify or both segment, but '
            f'their logits have shapes {tuple(logits.shape)} and '
            f'{tuple(preds_T.shape)}'
        )


def _check_labels(labels: str, preds_T: torch.Tensor) -> None:
    """Raises a ValueError for drawn labels where there are maps."""
    if preds_T.dim() == 4 and labels != 'predicted':
        raise ValueError(
            "`synthesis.labels` must be 'predicted' for segmentation, but got "
            f'{labels!r}'
        )


def _check_ignore_index(model: nn.Module, name: str, num_classes: int) -> None:
    """Raises a ValueError where a head's loss leaves a class out.

    Such a teacher never learnt the class, and such a student's losses skip
    the pixels that the teacher gives it.
    """
    head = getattr(model, 'decode_head', None)
    ignored = getattr(head, 'ignore_index', None)
    if isinstance(ignored, int) and 0 <= ignored < num_classes:
        raise ValueError(
            f'`{name}.decode_head.ignore_index` must not be one of the '
            f'{num_classes} classes, but got {ignored}'
        )
