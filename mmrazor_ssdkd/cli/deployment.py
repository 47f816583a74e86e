"""What an export writes and says of a student that is to be deployed."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Optional

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import nn

from mmrazor_ssdkd.deployment import (
    DeployedFile,
    DeployedModel,
    comparison_batches,
    deploy,
    stored_images,
)
from mmrazor_ssdkd.engine import forget_teachers
from mmrazor_ssdkd.measuring import Cost, cost_table, latency, measure
from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.teacher_ensemble import check_teachers
from mmrazor_ssdkd.validation import check_int

from .distillations import shared_preprocessor

__all__ = ['deploy_student', 'describe', 'describe_costs', 'measure_models']


def deploy_student(
    student: nn.Module,
    config: Config,
    state: Mapping[str, Any],
    forms: Sequence[str],
    image_size: Optional[Sequence[int]] = None,
) -> tuple[dict[str, DeployedFile], torch.Tensor]:
    """Brings a student into the forms that run without OpenMMLab.

    Args:
        student (nn.Module): With its weights.
        config (Config): Of its distillation.
        state (Mapping): The checkpoint's weights and what goes along.
        forms (Sequence[str]): Keys of ``FORMS``.
        image_size (Sequence[int], optional): Height and width of its images,
            or both in one. Defaults to None: those of the synthetic ones.

    Returns:
        tuple[dict[str, DeployedFile], torch.Tensor]: By form; and an image as
        a batch, to measure with.

    Raises:
        ValueError: No size is known, or as in :func:`deploy`.
    """
    stored = stored_images(state)
    size = _size(config, stored, image_size)
    batches = comparison_batches(size, stored)
    model = DeployedModel(student)
    return {form: deploy(model, batches, form) for form in forms}, batches[0]


def measure_models(
    student: nn.Module,
    config: Config,
    files: Mapping[str, DeployedFile],
    images: torch.Tensor,
) -> dict[str, Cost]:
    """Measures the teachers, the student, and its forms.

    Args:
        student (nn.Module): With its weights.
        config (Config): Of its distillation. Teachers are built from it, of
            random weights, which cost what others do.
        files (Mapping[str, DeployedFile]): The student by form.
        images (torch.Tensor): A batch.

    Returns:
        dict[str, Cost]: By name.

    Raises:
        TypeError: The config's teachers, or one of them, are no dict.
        ValueError: One has no ``build_cfg``, or other keys.
    """
    costs = {
        name: measure(DeployedModel(model), images)
        for name, model in _teachers(config)
    }
    own = measure(DeployedModel(student), images)
    costs['student'] = own
    for form, file in files.items():
        seconds = latency(partial(file.run, images))
        costs[f'student, {form}'] = own._replace(
            nbytes=len(file.data), seconds=seconds
        )
    return costs


def describe(files: Mapping[str, DeployedFile]) -> str:
    """Returns what an export says of a deployed student.

    Args:
        files (Mapping[str, DeployedFile]): The student by form.
    """
    lines = []
    for form, file in files.items():
        taken = 'any number of images'
        if file.batch is not None:
            taken = (
                f'{file.batch} image at a time, since the network counts its '
                'images while it runs'
            )
        lines.append(
            f'{form}: takes {taken}; its logits differ by '
            f'{file.difference:.1g} of the largest'
        )
    return '\n'.join(lines)


def describe_costs(costs: Mapping[str, Cost], images: torch.Tensor) -> str:
    """Returns what an export says of what networks cost.

    Args:
        costs (Mapping[str, Cost]): By name.
        images (torch.Tensor): What they were measured with.
    """
    number, channels, height, width = images.shape
    return (
        f'For {number} image of {channels}x{height}x{width}, on the CPU, '
        f'{torch.get_num_threads()} thread(s):\n{cost_table(costs)}'
    )


def _size(
    config: Config,
    stored: Optional[torch.Tensor],
    image_size: Optional[Sequence[int]],
) -> tuple[int, int, int]:
    """Returns the channels, height and width of a student's images."""
    generator = config.model.get('generator') or {}
    # MMRazor's stand in an adapter, and have another name for the size.
    inner = generator.get('generator') or {}
    own = {**inner, **generator}
    found = image_size
    if found is None and stored is not None:
        found = list(stored.shape[2:])
    if found is None:
        found = own.get('image_size', own.get('img_size'))
    if found is None:
        raise ValueError(
            '`image_size` must be given (--image-size) where neither the '
            'config has a generator nor the checkpoint images, but got None'
        )
    sides = [found] if isinstance(found, int) else list(found)
    if len(sides) not in (1, 2):
        raise ValueError(
            f'`image_size` must be one or two numbers, but got {found!r}'
        )
    channels = own.get('channels', len(own.get('mean') or ()) or 3)
    if stored is not None:
        channels = stored.shape[1]
    height, width = (check_int('image_size', side) for side in (sides * 2)[:2])
    return channels, height, width


def _teachers(config: Config) -> Iterator[tuple[str, nn.Module]]:
    """Yields a distillation's teachers by name."""
    cfg = copy.deepcopy(config)
    forget_teachers(cfg)
    model = cfg.model
    shared = shared_preprocessor(cfg)
    several = check_teachers(model.get('teachers') or {})
    configs: dict[str, Any] = {
        name: entry['build_cfg'] for name, entry in several.items()
    }
    if model.get('teacher'):
        configs['teacher'] = model.teacher
    scope = cfg.get('default_scope', 'mmpretrain')
    for name, teacher in configs.items():
        with DefaultScope.overwrite_default_scope(scope):
            yield name, build_model(teacher, name, shared)
