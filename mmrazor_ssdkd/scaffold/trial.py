"""Tries a step of a distillation, to tell what a run will take."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from torch import nn
from torch.autograd.graph import saved_tensors_hooks

from mmrazor_ssdkd.cli.distillations import build_any
from mmrazor_ssdkd.models.algorithms.data_inversion import DataInversion
from mmrazor_ssdkd.models.building import build_part

from .sizes import reduced

__all__ = ['Trial', 'try_step']

# Enough for batch statistics, and two numbers to tell what each image adds.
_IMAGES = (4, 12)
_LARGE_IMAGES = (2, 4)
_LARGE = 128 * 128
# Of weights, their gradients and what an optimizer remembers.
_STUDENT, _GENERATOR = 3, 4


class Trial(NamedTuple):
    """What a run will take, by a step with few images.

    Seconds are those of a student step and of a synthesis round with as many
    images as the config has; ``nbytes`` are of networks, optimizers, buffer
    and what a step keeps for its gradients.
    """

    step_seconds: float
    round_seconds: float
    num_steps: int
    num_rounds: int
    nbytes: int
    buffer_nbytes: int

    @property
    def total_seconds(self) -> float:
        """Of the whole run."""
        steps = self.num_steps * self.step_seconds
        return steps + self.num_rounds * self.round_seconds


class _Measured(NamedTuple):
    """Of steps with some images: seconds and bytes."""

    step_seconds: float
    iter_seconds: float
    step_nbytes: int
    iter_nbytes: int
    sample_nbytes: float
    held_nbytes: int


class _Kept:
    """Counts what forward passes keep for their backward passes."""

    def __init__(self, model: nn.Module) -> None:
        # What is there anyhow.
        tensors = [*model.parameters(), *model.buffers()]
        self._known = {t.untyped_storage().data_ptr() for t in tensors}
        self.phases: list[dict[int, int]] = [{}]
        self._ended = False

    def pack(self, tensor: torch.Tensor) -> torch.Tensor:
        """Is called where a tensor is kept."""
        if self._ended:
            self.phases.append({})
            self._ended = False
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in self._known:
            self.phases[-1][storage.data_ptr()] = storage.nbytes()
        return tensor

    def unpack(self, tensor: torch.Tensor) -> torch.Tensor:
        """Is called where a backward pass takes it back."""
        self._ended = True
        return tensor

    @property
    def nbytes(self) -> list[int]:
        """Of each forward pass with its backward pass."""
        return [sum(phase.values()) for phase in self.phases]


def try_step(config: Config, teacher: dict) -> Trial:
    """Takes steps with few images, and scales them to a config's batches.

    Args:
        config (Config): Of an SSDKD, with a schedule.
        teacher (dict): The teacher without weights, which cost the same.

    Returns:
        Trial: What the run will take on this machine's default device.

    Raises:
        ValueError: The algorithm cannot be built.
    """
    model, loader = config.model, config.train_dataloader
    rounds = build_part(
        model.synthesis, 'synthesis', DataInversion, optional=True
    )
    large = math.prod(model.generator.image_size) >= _LARGE
    numbers = _LARGE_IMAGES if large else _IMAGES
    few, more = (_measure(config, teacher, number) for number in numbers)

    def scaled(index: int, number: int) -> float:
        # What no image adds to, an optimizer's step above all, counts once.
        slope = max(more[index] - few[index], 0) / (numbers[1] - numbers[0])
        return few[index] + slope * (number - numbers[0])

    draws, images = loader.batch_size, rounds.batch_size
    num_steps = config.train_cfg.max_epochs * -(
        -loader.dataset.length // draws
    )
    buffer_nbytes = int(few.sample_nbytes) * model.replay_buffer.max_size
    kept = max(scaled(2, draws), scaled(3, images))
    return Trial(
        step_seconds=scaled(0, draws),
        round_seconds=scaled(1, images) * rounds.iters,
        num_steps=num_steps,
        num_rounds=rounds.count(num_steps),
        nbytes=int(kept + few.held_nbytes) + buffer_nbytes,
        buffer_nbytes=buffer_nbytes,
    )


def _measure(config: Config, teacher: dict, number: int) -> '_Measured':
    """Takes steps with some images."""
    cfg = reduced(config, number)
    cfg.model.teacher = teacher
    algorithm = build_any(cfg).train()
    wrappers = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    # Everything that is made once.
    for _ in range(2):
        _step(algorithm, wrappers, number)
    whole, phases = _step(algorithm, wrappers, number)
    alone, student_phases = _step(algorithm, wrappers, number)
    buffer = algorithm.replay_buffer
    return _Measured(
        alone,
        max(whole - alone, 0),
        student_phases[-1],
        phases[0],
        buffer.nbytes / buffer.max_size,
        _held(algorithm),
    )


def _step(
    algorithm: Any, wrappers: Any, number: int
) -> tuple[float, list[int]]:
    """Takes a step; returns its seconds and what it kept."""
    with _watched(algorithm) as kept:
        start = perf_counter()
        algorithm.train_step(dict(inputs=torch.zeros(number)), wrappers)
        return perf_counter() - start, kept.nbytes


@contextmanager
def _watched(model: nn.Module) -> Iterator[_Kept]:
    """Counts what is kept meanwhile."""
    kept = _Kept(model)
    with saved_tensors_hooks(kept.pack, kept.unpack):
        yield kept


def _held(algorithm: Any) -> int:
    """Returns the bytes of the networks and their optimizers."""

    def nbytes(model: nn.Module) -> int:
        return sum(p.numel() * p.element_size() for p in model.parameters())

    return (
        nbytes(algorithm.teacher)
        + _STUDENT * nbytes(algorithm.student)
        + _GENERATOR * nbytes(algorithm.generator)
    )
