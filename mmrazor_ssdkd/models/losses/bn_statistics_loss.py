"""How far a batch is from the statistics that a teacher's norms remember."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn.modules.instancenorm import _InstanceNorm

from mmrazor_ssdkd.distributed import (
    batch_moments,
    num_processes,
    pooled_mean,
)
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_number

_Seen = tuple[torch.Tensor, torch.Tensor, torch.Tensor, int]


@MODELS.register_module()
class BNStatisticsLoss(nn.Module):
    r"""Distance of batch statistics to BatchNorm's running statistics.

    .. math::
        L_{BN}(x) = \sum_l \lVert \mu_l(x) - E(\mu_l) \rVert_2
        + \lVert \sigma^2_l(x) - E(\sigma^2_l) \rVert_2

    summed over the BatchNorm layers that a forward pass reaches, a layer that
    is used twice counting twice. Of several teachers it is the mean over
    those that have such layers, so that the weight means what it does with
    one. The norms are not squared. The variance is
    the unbiased one, as PyTorch's running variance is. A layer that sees one
    value per channel and image (the pooled branch of ASPP) is treated like
    any other, its statistics being those of the batch's N values: that is
    what its running statistics were made of. In several processes the batch
    is that of all of them.

    Paper: Small Scale Data-Free Knowledge Distillation, arXiv:2406.07876,
    Eq. (1).

    Args:
        loss_weight (float): Weight of the loss, >= 0. Defaults to 1.0.

    Raises:
        TypeError: ``loss_weight`` is no number.
        ValueError: ``loss_weight`` is negative.

    Example:
        >>> @MODELS.register_module()
        ... class SquaredLoss(BNStatisticsLoss):
        ...     def forward(self):
        ...         return super().forward().square()
    """

    def __init__(self, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.loss_weight = check_number('loss_weight', loss_weight)
        # Of each layer: mean less running mean, variance, running variance,
        # and how many values of a channel they are of.
        self._seen: list[_Seen] = []
        self._num_teachers = 0

    @contextmanager
    def watch(self, *teachers: nn.Module) -> Iterator[None]:
        """Collects the statistics of the teachers' forward passes inside.

        Hooks live as long as the context only: layers may be replaced between
        two of them (mmengine converts SyncBN after a model is built), and
        forward passes outside pay nothing.

        Args:
            *teachers (nn.Module): The networks whose norms are watched.
        """
        watched = teachers if self.loss_weight else ()
        found = [layers for layers in map(norm_layers, watched) if layers]
        self._num_teachers = len(found)
        handles = [
            layer.register_forward_pre_hook(self._collect)
            for layers in found
            for layer in layers
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
            self._seen.clear()

    def forward(self) -> torch.Tensor:
        """Returns the loss of what was collected, and forgets it.

        Returns:
            torch.Tensor: A scalar >= 0; 0 without a look where
            ``loss_weight`` is 0.

        Raises:
            ValueError: No BatchNorm layer saw an input.
        """
        if not self.loss_weight:
            return torch.zeros(())
        self.check_seen()
        norm = torch.linalg.vector_norm
        distances = []
        for place, (shift, var, running_var, _) in enumerate(
            _pooled(self._seen)
        ):
            shift, var = self.smooth(place, shift, var)
            distances.append(norm(shift) + norm(var - running_var))
        self._seen.clear()
        return (
            self.loss_weight
            * torch.stack(distances).sum()
            / self._num_teachers
        )

    def smooth(
        self, place: int, shift: torch.Tensor, var: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns the statistics of a layer that count: here the batch's.

        Args:
            place (int): The layer's, in the order of the forward pass.
            shift (torch.Tensor): The batch's mean less the running one, (C,).
            var (torch.Tensor): The batch's variance, (C,).

        Returns:
            tuple: Both, (C,).
        """
        return shift, var

    def end_round(self) -> None:
        """Is called after a round's last step: nothing to remember here."""

    def check_seen(self) -> None:
        """Raises a ValueError if the loss is on and no layer saw an input."""
        if self.loss_weight and not self._seen:
            raise ValueError(
                '`teacher` must have a BatchNorm layer that its forward pass '
                'reaches while `bn_loss` is on, but none fired (where it has '
                'none, `bn_loss.loss_weight=0` and an `ImagePrior` as '
                '`synthesis.image_prior` take its place; those of TorchScript '
                'cannot be watched)'
            )

    def _collect(self, layer: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        """Adds one layer's distance, as a forward pre-hook."""
        features = inputs[0]
        if features.numel() // features.shape[1] < 2:
            raise ValueError(
                '`synthesis.batch_size` must be >= 2 where a BatchNorm layer '
                'sees one value per channel and image, but got '
                f'{features.shape[0]}'
            )
        mean, var = _Statistics.apply(features)
        count = features.numel() // features.shape[1]
        shift = mean - layer.running_mean
        self._seen.append((shift, var, layer.running_var, count))


def _pooled(seen: list[_Seen]) -> list[_Seen]:
    """Returns the statistics of all processes' batches, of one size each.

    What varies between the batches' means is taken of their distances to the
    running mean, which are small: no large numbers cancel.
    """
    number = num_processes()
    if number == 1:
        return seen
    # One message for all layers.
    parts = [
        part
        for shift, var, _, _ in seen
        for part in (shift, shift.square(), var)
    ]
    means = pooled_mean(torch.cat(parts)).split([len(part) for part in parts])
    pooled = []
    for place, (_, _, running_var, count) in enumerate(seen):
        shift, square, within = means[3 * place : 3 * place + 3]
        total = number * count
        between = total * (square - shift.square())
        var = (between + number * (count - 1) * within) / (total - 1)
        pooled.append((shift, var, running_var, total))
    return pooled


class _Statistics(torch.autograd.Function):
    """Each channel's mean and unbiased variance, (C,) both.

    One pass over the features in each direction, where autograd's own way
    through a mean and a variance takes five. Features of half precision, as
    mixed precision has them, stay what they are, but sums, statistics and
    coefficients are float32.
    """

    @staticmethod
    def forward(
        ctx: Any, features: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Computes both as BatchNorm itself does."""
        count = features.numel() // features.shape[1]
        mean, var = batch_moments(features)
        ctx.save_for_backward(features, mean)
        return mean, var * (count / (count - 1))

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grad_mean: torch.Tensor, grad_var: torch.Tensor
    ) -> torch.Tensor:
        """Is g_mean / n + 2 g_var (x - mean) / (n - 1), a line in x."""
        features, mean = ctx.saved_tensors
        count = features.numel() // features.shape[1]
        slope = grad_var * (2 / (count - 1))
        offset = grad_mean / count - slope * mean
        # An affine BatchNorm with nothing to normalise is that line, and
        # takes coefficients of another precision than its input's.
        zeros = torch.zeros_like(mean)
        ones = torch.ones_like(mean)
        # (training, momentum, eps, cudnn). `F.batch_norm` refuses an eps of 0
        # in some versions.
        last = (False, 0.0, 0.0, False)
        return torch.batch_norm(features, slope, offset, zeros, ones, *last)


def norm_layers(model: nn.Module) -> list[nn.Module]:
    """Returns the layers that keep BatchNorm's running statistics.

    They are found by what they keep, not by class: SyncBN, mmcv's SyncBN, what
    mmengine turns SyncBN into, and frozen variants share no base. Those of
    TorchScript, which take no hooks, are none that can be watched.
    """
    return [
        layer
        for layer in model.modules()
        if isinstance(getattr(layer, 'running_mean', None), torch.Tensor)
        and isinstance(getattr(layer, 'running_var', None), torch.Tensor)
        and not isinstance(layer, (_InstanceNorm, torch.jit.ScriptModule))
    ]
