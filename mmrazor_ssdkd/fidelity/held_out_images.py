"""Images of a teacher that no student trains on."""

import copy
from types import SimpleNamespace
from typing import Any, Optional

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.algorithms.data_inversion import DataInversion
from mmrazor_ssdkd.models.algorithms.loss_guard import LossGuard
from mmrazor_ssdkd.models.generators import ImageGenerator
from mmrazor_ssdkd.validation import check_int, check_number

from .mixing import vary
from .second_generator import second_generator

__all__ = ['HeldOutImages']

_BATCH_SIZE = 64


class HeldOutImages:
    """How to make images that a student is compared with its teacher on.

    Rounds of the training's own data inversion, by a second generator that
    never sees the student: nothing is adversarial, and what these images are
    does not depend on what is trained. What a student is measured on are
    views and mixtures of them, see :func:`vary`.

    Args:
        rounds (int): Synthesis rounds, >= 1; the images of the last ``kept``
            are kept. Defaults to 1.
        kept (int): See ``rounds``, >= 1. Defaults to 1.
        iters (int): Generator steps in a round, >= 1. Defaults to 8.
        batch_size (int, optional): Images in a step, >= 2. Defaults to None:
            64, or the training's own where that is smaller.
        lr (float): Learning rate of its Adam, > 0. Defaults to 0.1.
        seed (int): Of all that is drawn, >= 0. Defaults to 20240607: no one
            trains with it.

    Raises:
        TypeError: A count is no integer or the rate no number.
        ValueError: An argument is out of range.
    """

    def __init__(
        self,
        rounds: int = 1,
        kept: int = 1,
        iters: int = 8,
        batch_size: Optional[int] = None,
        lr: float = 0.1,
        seed: int = 20240607,
    ) -> None:
        self.rounds = check_int('rounds', rounds)
        self.kept = check_int('kept', kept)
        if kept > rounds:
            raise ValueError(
                f'`kept` must be <= rounds = {rounds}, but got {kept}'
            )
        self.iters = check_int('iters', iters)
        self.batch_size = batch_size
        if batch_size is not None:
            check_int('batch_size', batch_size, 2)
        self.lr = check_number('lr', lr, exclusive=True)
        self.seed = check_int('seed', seed, 0)

    def make(self, algorithm: SSDKD, number: int) -> torch.Tensor:
        """Makes images, from a random stream of their own.

        Args:
            algorithm (SSDKD): Whose teacher they are for; it comes out as it
                went in.
            number (int): How many.

        Returns:
            torch.Tensor: uint8 images on the CPU, (number, channels, H, W).

        Raises:
            ValueError: Nothing tells the generator what images are like, or
                its losses are not finite.
        """
        _check_guidance(algorithm)
        device = algorithm.generator.device
        cuda = device.type == 'cuda'
        with torch.random.fork_rng([device] if cuda else []):
            torch.manual_seed(self.seed)
            return vary(self.invert(algorithm), number)

    def invert(self, algorithm: SSDKD) -> torch.Tensor:
        """Runs the rounds, from the default random stream.

        Args:
            algorithm (SSDKD): As for :meth:`make`.

        Returns:
            torch.Tensor: uint8 images on the CPU, (N, channels, H, W).
        """
        batch_size = self.batch_size or min(
            _BATCH_SIZE, algorithm.synthesis.batch_size
        )
        generator = second_generator(algorithm.generator, batch_size)
        inversion = DataInversion(
            iters=self.iters, batch_size=batch_size, adversarial_weight=0.0
        )
        inversion.prepare(generator)
        inversion.image_prior = _prior(algorithm)
        wrapper = OptimWrapper(
            torch.optim.Adam(
                generator.parameters(), lr=self.lr, betas=(0.5, 0.999)
            )
        )
        alone: Any = _without_student(algorithm, generator)
        made = []
        with torch.enable_grad():
            for _ in range(self.rounds):
                images, _ = inversion.run(alone, wrapper)
                made.append(images.cpu())
        return torch.cat(made[-self.kept :])


def _without_student(
    algorithm: SSDKD, generator: ImageGenerator
) -> SimpleNamespace:
    """Returns what data inversion needs of an algorithm but its generator.

    Losses may remember what they have seen and are copies.
    """
    return SimpleNamespace(
        generator=generator,
        teacher=algorithm.teacher,
        predict_teacher=algorithm.predict_teacher,
        bn_loss=copy.deepcopy(algorithm.bn_loss),
        task_loss=copy.deepcopy(algorithm.task_loss),
        loss_guard=LossGuard(),
        label_model=algorithm.label_model,
        # Of an empty buffer.
        class_frequency=torch.zeros(
            algorithm.label_model.table_shape(algorithm.num_classes),
            device=generator.device,
        ),
    )


def _prior(algorithm: SSDKD) -> Optional[nn.Module]:
    """Returns what the training says of images beside its other losses."""
    return getattr(algorithm.synthesis, 'image_prior', None)


def _check_guidance(algorithm: SSDKD) -> None:
    """Raises a ValueError where a generator would have nothing to learn."""
    weights = [algorithm.bn_loss.loss_weight, algorithm.task_loss.loss_weight]
    if not any(weights) and _prior(algorithm) is None:
        raise ValueError(
            '`bn_loss.loss_weight` must be > 0 for images that fidelity is '
            'measured on, or `task_loss.loss_weight`, or there must be a '
            '`synthesis.image_prior` where the teacher has no BatchNorm, but '
            f'all of them are off: {weights}'
        )
