"""The arithmetic that a training cannot do without."""

import copy
from contextlib import nullcontext
from typing import Any, Optional

import torch
from mmengine.optim import OptimWrapper
from torch import nn
from torch.utils.flop_counter import FlopCounterMode, conv_flop_count

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.forward import frozen, normalize, predict_logits
from mmrazor_ssdkd.models.losses import BNStatisticsLoss

from .machine import clock


class Floor:
    """The models of a distillation and nothing around them.

    A student step is forward, backward and the optimizer's step on one ready
    batch: floats, normalised, in the memory layout and under the autocast of
    the training. The teacher runs in it only where its logits are not stored
    or the student sees views.

    A round is the same for the generator, whose images go through the frozen
    teacher and, where the adversarial term is on, the frozen student. Then,
    without gradients, generator, teacher and student run on the candidates,
    since each stored sample needs the teacher's logits and a priority.

    A product of the logits and ready random numbers stands for every loss. Its
    gradient never vanishes, as that of a loss that is learnt would; a CPU
    takes many times as long for numbers too small for full precision.

    What is left out is not arithmetic of the models: L_BN's statistics (which
    ``bn_loss`` adds), phi, L_KD, the priorities, the buffer, normalisation,
    random numbers, checks, gradient scaling, logging, hooks, the data loader.

    The student, the generator and their optimizers are copies: the training
    comes out as it went in.

    Args:
        algorithm (SSDKD): What is trained, its buffer filled.
        optim_wrapper (OptimWrapperDict): The runner's.
        batch_size (int): Of the student.
    """

    def __init__(
        self, algorithm: SSDKD, optim_wrapper: Any, batch_size: int
    ) -> None:
        self.algorithm = algorithm
        self.device = algorithm.generator.device
        self.teacher = algorithm.teacher
        self.wrappers: dict[str, OptimWrapper] = dict(optim_wrapper.items())
        # Copied together, an optimizer goes on knowing its parameters.
        self.student, self.student_optimizer = copy.deepcopy(
            (algorithm.student, self.wrappers['architecture'].optimizer)
        )
        self.generator, self.generator_optimizer = copy.deepcopy(
            (algorithm.generator, self.wrappers['generator'].optimizer)
        )
        batch = algorithm.replay_buffer.sample(batch_size)
        self.images = normalize(
            batch['images'], algorithm.data_preprocessor
        ).contiguous(
            memory_format=torch.channels_last
            if algorithm.channels_last
            else torch.contiguous_format
        )
        with torch.no_grad():
            shape = self._predict(self.teacher, self.images[:1]).shape
        # Of the teacher's logits, a segmentor's alone.
        self.size = shape[2:]
        held = self.generator.latent
        self.latent = (
            self.generator.draw_latent(algorithm.synthesis.batch_size)
            if held is None
            else held
        )
        self.slope = torch.randn(
            max(batch_size, algorithm.synthesis.batch_size),
            *shape[1:],
            device=self.device,
        )

    @property
    def dtype(self) -> torch.dtype:
        """What the student's convolutions compute in."""
        with self.wrappers['architecture'].optim_context(self.student):
            if torch.is_autocast_enabled(self.device.type):
                return torch.get_autocast_dtype(self.device.type)
        return self.images.dtype

    def student_step(self) -> None:
        """Forward, backward and the optimizer's step."""
        stored = self.algorithm.replay_buffer.store_logits
        with self.wrappers['architecture'].optim_context(self.student):
            # Stored logits are not those of views.
            if (
                not stored
                or self.algorithm.distillation.augmentation is not None
            ):
                with torch.no_grad():
                    self._predict(self.teacher, self.images)
            preds_S = self._predict(self.student, self.images, self.size)
            loss = self._loss(preds_S)
        _update(self.student_optimizer, loss)

    def round(self, bn_loss: Optional[BNStatisticsLoss] = None) -> None:
        """The generator's steps of a round, then its candidates.

        Args:
            bn_loss (BNStatisticsLoss, optional): Computed too where given.
        """
        with frozen(self.student):
            for _ in range(self.algorithm.synthesis.iters):
                self._generator_step(bn_loss)
            with torch.no_grad():
                images = self.generator(self.latent)
                self._predict(self.teacher, images)
                self._predict(
                    self.student,
                    images[: self.algorithm.synthesis.admit],
                    self.size,
                )

    def seconds(
        self, steps: int, bn_loss: Optional[BNStatisticsLoss] = None
    ) -> dict[str, float]:
        """Times student steps and the rounds that belong to them.

        Args:
            steps (int): A multiple of ``synthesis.interval``.
            bn_loss (BNStatisticsLoss, optional): Computed too where given.

        Returns:
            dict[str, float]: Seconds of each student step: of itself,
            'student', and of its share in the 'rounds'.
        """
        start = clock(self.device)
        for _ in range(steps):
            self.student_step()
        middle = clock(self.device)
        for _ in range(steps // self.algorithm.synthesis.interval):
            self.round(bn_loss)
        end = clock(self.device)
        return dict(
            student=(middle - start) / steps, rounds=(end - middle) / steps
        )

    def flops(self) -> float:
        """Counts the convolutions and matrix products of each step."""
        counter = FlopCounterMode(
            display=False,
            custom_mapping={
                torch.ops.aten.convolution_backward: _conv_backward_flops
            },
        )
        with counter:
            self.student_step()
        student = counter.get_total_flops()
        with counter:
            self.round()
        interval = self.algorithm.synthesis.interval
        return student + counter.get_total_flops() / interval

    def _generator_step(self, bn_loss: Optional[BNStatisticsLoss]) -> None:
        """Forward, backward and the optimizer's step."""
        with self.wrappers['generator'].optim_context(self.generator):
            images = self.generator(self.latent)
            with bn_loss.watch(self.teacher) if bn_loss else nullcontext():
                preds_T = self._predict(self.teacher, images)
                loss = self._loss(preds_T)
                if bn_loss:
                    loss = loss + bn_loss()
            if self.algorithm.synthesis.adversarial_weight:
                preds_S = self._predict(self.student, images, self.size)
                loss = loss - self._loss(preds_S)
        _update(self.generator_optimizer, loss)

    def _loss(self, logits: torch.Tensor) -> torch.Tensor:
        """Returns what stands for a loss, a scalar."""
        return (logits.float() * self.slope[: len(logits)]).mean()

    @staticmethod
    def _predict(
        model: nn.Module,
        images: torch.Tensor,
        size: Optional[torch.Size] = None,
    ) -> torch.Tensor:
        """Returns a model's logits of inputs that need no preprocessing."""
        return predict_logits(model, images, None, size)


def _conv_backward_flops(
    grad_shape: list[int],
    input_shape: list[int],
    weight_shape: list[int],
    *options: Any,
    out_shape: Any,
) -> int:
    """Counts as many operations for each gradient as the forward pass has.

    PyTorch's own count takes a depthwise convolution's weights for dense ones.
    """
    *_, transposed, _, _, wanted = options
    forward = conv_flop_count(
        input_shape, weight_shape, grad_shape, transposed
    )
    return sum(wanted[:2]) * forward


def _update(optimizer: torch.optim.Optimizer, loss: torch.Tensor) -> None:
    """Takes an optimizer's step."""
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
