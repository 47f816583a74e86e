"""Lets the students of MMRazor's own algorithms start from their teachers."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Union

import numpy as np
import torch
from mmengine.dist import all_reduce, get_rank
from mmengine.hooks import Hook
from mmengine.runner import Runner, set_random_seed
from torch import nn

from mmrazor_ssdkd.distributed import broadcast_weights, num_processes
from mmrazor_ssdkd.models.forward import frozen
from mmrazor_ssdkd.models.unchanged import unchanged
from mmrazor_ssdkd.registry import HOOKS
from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import shown

from .building import build_student_init

__all__ = ['StudentInitHook']


@HOOKS.register_module()
class StudentInitHook(Hook):
    """Does before a training what ``student_init`` does in SSD-KD.

    It is for the algorithms that MMRazor has itself, ``SingleTeacherDistill``
    first. The student is settled on images drawn from the training set, cut to
    the smallest of them, where SSD-KD has its synthetic ones. What the
    training draws stays as it is without the hook, and a resumed run goes on
    with the student that it had.

    Args:
        student_init (str | dict): 'teacher', or the config of a
            ``StudentInit``. Defaults to 'teacher'.

    Raises:
        TypeError: It is of another kind.
        ValueError: It is another word; and when the training starts, where
            the algorithm has no student and teacher, the set fewer than two
            images or some of other channels, or the student other weights to
            start from.

    Example:
        >>> custom_hooks = [dict(type='mmrazor_ssdkd.StudentInitHook')]
    """

    def __init__(self, student_init: Union[str, dict] = 'teacher') -> None:
        build_student_init(student_init, {})
        self._student_init = student_init

    def before_train(self, runner: Runner) -> None:
        """Gives the student its weights and settles it.

        Args:
            runner (Runner): Whose model has a student and a teacher.
        """
        if runner.iter:
            return
        student_init = build_student_init(
            self._student_init, _student_config(runner)
        )
        if student_init is None:
            return
        _check_unloaded(runner)
        model = unwrapped(runner.model)
        student, teacher = _networks(model)
        device = next(student.parameters()).device
        dataset = runner.train_dataloader.dataset
        seed = runner.seed or 0
        with _one_preprocessor(model, student, teacher), frozen(teacher):
            images = _draw(dataset, 2, seed).to(device)
            student_init.prepare(student, dict(teacher=teacher), images)
            student_init.initialize()
            if count := student_init.num_images:
                _check_length(dataset)
                images = _draw(dataset, count, seed).to(device)
                student_init.settle(images)
        broadcast_weights(student)


def _student_config(runner: Runner) -> dict:
    """Returns the student's config, empty where there is none."""
    model = runner.cfg.get('model') or {}
    student = model.get('architecture') if isinstance(model, dict) else None
    return student if isinstance(student, dict) else {}


def _check_unloaded(runner: Runner) -> None:
    """Raises a ValueError for a run that starts from a file's weights."""
    if source := runner._load_from:
        raise ValueError(
            '`load_from` must be None beside a StudentInitHook, which copies '
            f'over it, but got {source!r}'
        )


def _networks(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    """Returns an algorithm's student and its teacher."""
    student = unwrapped(getattr(model, 'student', None))
    teacher = unwrapped(getattr(model, 'teacher', None))
    if not isinstance(student, nn.Module) or not isinstance(
        teacher, nn.Module
    ):
        raise ValueError(
            '`model` must have a student and a teacher for a '
            f'StudentInitHook, but got a {type(model).__name__}'
        )
    return student, teacher


@contextmanager
def _one_preprocessor(model: Any, *networks: Any) -> Iterator[None]:
    """Lets networks prepare images as their algorithm does.

    MMRazor's algorithms prepare a batch once, for student and teacher.
    """
    name = 'data_preprocessor'
    own = [
        (network, getattr(network, name))
        for network in networks
        if hasattr(network, name)
    ]
    for network in networks:
        setattr(network, name, getattr(model, name, None))
    try:
        yield
    finally:
        for network in networks:
            delattr(network, name)
        for network, preprocessor in own:
            setattr(network, name, preprocessor)


def _check_length(dataset: Sequence[Any]) -> None:
    """Raises a ValueError for a set from which nothing can be estimated."""
    if len(dataset) < 2:
        raise ValueError(
            '`train_dataloader.dataset` must have >= 2 images for a '
            f'StudentInitHook, but got {len(dataset)}'
        )


def _draw(dataset: Sequence[Any], number: int, seed: int) -> torch.Tensor:
    """Returns images of a training set in 0 to 255, (N, channels, H, W).

    Args:
        dataset (Sequence): The training set.
        number (int): How many images at most, of all processes.
        seed (int): Of the draw.
    """
    order = np.random.default_rng(seed).permutation(len(dataset))[:number]
    mine = math.ceil(len(order) / num_processes())
    # Each process has as many: the first images stand in for those missing.
    places = np.resize(order, mine * num_processes())
    with unchanged():
        # A pipeline may draw, and the training does not notice.
        set_random_seed(seed)
        found = [
            _image(dataset[int(place)])
            for place in places[get_rank() :: num_processes()]
        ]
    return torch.stack(_of_one_size(found)).float()


def _of_one_size(images: list[torch.Tensor]) -> list[torch.Tensor]:
    """Cuts images to the height and width that all processes' have.

    Pipelines of segmentors scale at random and leave it to the preprocessor
    to fill up a batch; what it fills in is no image.
    """
    channels = sorted({len(image) for image in images})
    if len(channels) != 1:
        raise ValueError(
            '`train_dataloader.dataset` must have images of as many channels '
            f'for a StudentInitHook, but got {shown(channels)}'
        )
    smallest = torch.tensor([image.shape[1:] for image in images]).amin(0)
    all_reduce(smallest, 'min')
    height, width = smallest.tolist()
    return [image[:, :height, :width] for image in images]


def _image(sample: Any) -> torch.Tensor:
    """Returns a sample's image, (channels, H, W)."""
    image = sample.get('inputs') if isinstance(sample, dict) else None
    if not isinstance(image, torch.Tensor) or image.dim() != 3:
        raise ValueError(
            '`train_dataloader.dataset` must have images for a '
            f'StudentInitHook, but got {shown(sample)}'
        )
    return image
