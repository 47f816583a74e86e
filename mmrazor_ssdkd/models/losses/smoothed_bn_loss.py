"""L_BN whose batch statistics are those of the last rounds together."""

from typing import Any

import torch

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_number, shown

from .bn_statistics_loss import BNStatisticsLoss

_Moments = tuple[torch.Tensor, torch.Tensor]


@MODELS.register_module()
class SmoothedBNLoss(BNStatisticsLoss):
    r"""Compares a mean over rounds with the teacher's statistics.

    .. math::
        \hat\mu_r = m \, \hat\mu_{r-1} + (1 - m) \, \mu_r(x)

    takes the place of the batch's mean, and so for its variance. A single
    round need not hold every class then: rounds make up for each other. The
    smoothed values follow once a round. It is the smoothing of
    Fast-Datafree, *Up to 100x Faster Data-free Knowledge Distillation*,
    arXiv:2112.06253.

    Args:
        momentum (float): m, in [0, 1). Defaults to 0.9.
        loss_weight (float): Weight of the loss, >= 0. Defaults to 1.0.

    Raises:
        TypeError: A number is none.
        ValueError: A number is out of range.

    Example:
        >>> bn_loss = dict(
        ...     type='mmrazor_ssdkd.SmoothedBNLoss', loss_weight=10.0)
    """

    def __init__(
        self, momentum: float = 0.9, loss_weight: float = 1.0
    ) -> None:
        super().__init__(loss_weight)
        self.momentum = check_number('momentum', momentum)
        if momentum >= 1:
            raise ValueError(f'`momentum` must be < 1, but got {momentum}')
        self._smoothed: list[_Moments] = []
        self._newest: list[_Moments] = []

    def smooth(
        self, place: int, shift: torch.Tensor, var: torch.Tensor
    ) -> _Moments:
        """Returns a layer's statistics, smoothed over the rounds before.

        Args:
            place (int): The layer's, in the order of the forward pass.
            shift (torch.Tensor): The batch's mean less the running one, (C,).
            var (torch.Tensor): The batch's variance, (C,).

        Returns:
            tuple: Both, (C,).
        """
        if place == 0:
            self._newest = []
        if place < len(self._smoothed):
            old_shift, old_var = self._smoothed[place]
            keep, take = self.momentum, 1 - self.momentum
            shift = keep * old_shift.to(shift) + take * shift
            var = keep * old_var.to(var) + take * var
        self._newest.append((shift.detach(), var.detach()))
        return shift, var

    def end_round(self) -> None:
        """Takes the round's last statistics into the mean."""
        if self._newest:
            self._smoothed, self._newest = self._newest, []

    def get_extra_state(self) -> list[_Moments]:
        """Returns what a resumed run goes on with."""
        return self._smoothed

    def set_extra_state(self, state: Any) -> None:
        """Takes over what a checkpoint held.

        Raises:
            ValueError: It is no list of means and variances.
        """
        if not isinstance(state, list) or not all(map(_are_moments, state)):
            raise ValueError(
                '`bn_loss` must have saved a mean and a variance of each '
                f'layer, but got {shown(state)}'
            )
        self._smoothed = state


def _are_moments(pair: Any) -> bool:
    """Returns whether something is a layer's mean and variance, (C,) both."""
    return (
        isinstance(pair, (tuple, list))
        and len(pair) == 2
        and all(isinstance(part, torch.Tensor) for part in pair)
        and all(part.is_floating_point() for part in pair)
        and pair[0].dim() == 1
        and pair[0].shape == pair[1].shape
    )
