"""Lets the students of MMRazor's own algorithms start from their teachers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Union

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mmrazor_ssdkd.distributed import broadcast_weights, num_processes
from mmrazor_ssdkd.registry import HOOKS
from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import shown

from .building import build_student_init

__all__ = ['StudentInitHook']


@HOOKS.register_module()
class StudentInitHook(Hook):
    """Does before a training what ``student_init`` does in SSD-KD.

    It is for the algorithms that MMRazor has itself, ``SingleTeacherDistill``
    first. The student is settled on images of the training, where SSD-KD has
    its synthetic ones. A resumed run goes on with the student that it had.

    Args:
        student_init (str | dict): 'teacher', or the config of a
            ``StudentInit``. Defaults to 'teacher'.

    Raises:
        TypeError: It is of another kind.
        ValueError: It is another word; and when the training starts, where
            the algorithm has no student and teacher, the batches no images of
            one size, or weights were loaded by ``load_from``.

    Example:
        >>> custom_hooks = [dict(type='mmrazor_ssdkd.StudentInitHook')]
    """

    def __init__(self, student_init: Union[str, dict] = 'teacher') -> None:
        self._student_init = build_student_init(student_init, {})

    def before_train(self, runner: Runner) -> None:
        """Gives the student its weights and settles it.

        Args:
            runner (Runner): Whose model has a student and a teacher.
        """
        if self._student_init is None or runner.iter:
            return
        if source := runner.cfg.get('load_from'):
            raise ValueError(
                '`load_from` must be None beside a StudentInitHook, which '
                f'copies over it, but got {source!r}'
            )
        model = unwrapped(runner.model)
        model.train()
        student = getattr(model, 'student', None)
        teacher = getattr(model, 'teacher', None)
        if student is None or teacher is None:
            raise ValueError(
                '`model` must have a student and a teacher for a '
                f'StudentInitHook, but got a {type(model).__name__}'
            )
        device = next(student.parameters()).device
        batches = runner.train_dataloader
        first = _images(batches, 2).to(device)
        self._student_init.prepare(student, dict(teacher=teacher), first)
        self._student_init.initialize()
        if count := self._student_init.num_images:
            images = _images(batches, math.ceil(count / num_processes()))
            self._student_init.settle(images.to(device))
        broadcast_weights(student)


def _images(batches: Iterable[Any], number: int) -> torch.Tensor:
    """Returns a training's images in 0 to 255, (N, channels, H, W).

    Args:
        batches (Iterable): Those of the training.
        number (int): How many images at most.
    """
    found: list[torch.Tensor] = []
    for batch in batches:
        found += _inputs(batch)
        if len(found) >= number:
            break
    sizes = sorted({tuple(image.shape) for image in found})
    if len(sizes) != 1:
        raise ValueError(
            '`train_dataloader` must have images of one size for a '
            f'StudentInitHook, but got {shown(sizes)}'
        )
    return torch.stack(found[:number]).float()


def _inputs(batch: Any) -> Sequence[torch.Tensor]:
    """Returns a batch's images, each (channels, H, W)."""
    inputs = batch.get('inputs') if isinstance(batch, dict) else None
    images = list(inputs) if inputs is not None else []
    if not images or any(
        not isinstance(image, torch.Tensor) or image.dim() != 3
        for image in images
    ):
        raise ValueError(
            '`train_dataloader` must give images for a StudentInitHook, but '
            f'got {shown(batch)}'
        )
    return images
