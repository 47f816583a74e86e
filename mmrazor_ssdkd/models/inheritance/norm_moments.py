"""Lets a student's norms give what the teacher's gave, on average."""

from dataclasses import dataclass
from typing import Any, Optional

import torch
from torch.utils.hooks import RemovableHandle

from mmrazor_ssdkd.distributed import (
    batch_moments,
    norm_features,
    pooled_count,
    pooled_moments,
)

__all__ = ['NormMoments', 'NormPair']

_Moments = dict[Any, tuple[torch.Tensor, torch.Tensor]]


@dataclass(frozen=True)
class NormPair:
    """A student's norm and the teacher's.

    Attributes:
        student (nn.Module): The student's, with a weight and a bias or, as
            the teacher's, with neither, which normalises by its batch's
            moments and keeps them.
        teacher (nn.Module): The teacher's, with running statistics.
        channels (torch.Tensor): Which of the teacher's channels each of the
            student's is, (C,).
        known (torch.Tensor): Of which channels that can be said, (C,).
    """

    student: Any
    teacher: Any
    channels: torch.Tensor
    known: torch.Tensor


class NormMoments:
    r"""Gives the outputs of a student's norms the teacher's moments.

    In eval mode the teacher's norm makes of features of mean m and variance v

    .. math::
        \gamma \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta,

    with its running :math:`\mu` and :math:`\sigma^2`, which synthetic images
    do not quite have. The student's takes a batch's own moments and has an
    :math:`\epsilon'` of its own, so that with

    .. math::
        \gamma' = \gamma \sqrt{\frac{v + \epsilon'}{\sigma^2 + \epsilon}},
        \qquad
        \beta' = \beta + \gamma \frac{m - \mu}{\sqrt{\sigma^2 + \epsilon}}

    its outputs have the mean and the variance of the teacher's. It keeps the
    biased variance, by which it normalised. One without weights keeps the
    moments that give the same.

    Args:
        pairs (list[NormPair]): The student's and the teacher's norms.
    """

    def __init__(self, pairs: list[NormPair]) -> None:
        self._pairs = pairs
        self._moments: _Moments = {}

    def watch(self) -> list[RemovableHandle]:
        """Has the teacher's norms say what they see when it next runs.

        In every process on as many images, in the same order.
        """
        return [
            pair.teacher.register_forward_pre_hook(self._see, with_kwargs=True)
            for pair in self._pairs
        ]

    @torch.no_grad()
    def _see(self, norm: Any, args: tuple, kwargs: dict) -> None:
        features = norm_features(norm, args, kwargs)
        if features is not None:
            self._moments[norm] = pooled_moments(*batch_moments(features))

    def fit(self) -> list[RemovableHandle]:
        """Has the student's norms fitted when it next runs.

        Those whose counterpart ran, in their known channels.
        """
        handles = []
        for pair in self._pairs:
            if pair.teacher in self._moments:
                fit = _Fit(pair, *self._moments[pair.teacher])
                norm = pair.student
                if _has_weight(norm):
                    handles.append(
                        norm.register_forward_pre_hook(fit.set_weights)
                    )
                handles.append(
                    norm.register_forward_hook(
                        fit.keep_moments, with_kwargs=True
                    )
                )
        return handles


class _Fit:
    """Fits a norm, by its hooks."""

    def __init__(
        self, pair: NormPair, mean: torch.Tensor, var: torch.Tensor
    ) -> None:
        self._pair = pair
        self._mean, self._var = mean, var

    @torch.no_grad()
    def set_weights(self, norm: Any, _args: tuple) -> None:
        """Sets its weight and its bias."""
        known, scale, shift = self._solve(norm)
        norm.weight[known] = scale.to(norm.weight.dtype)
        norm.bias[known] = shift.to(norm.bias.dtype)

    @torch.no_grad()
    def keep_moments(
        self, norm: Any, args: tuple, kwargs: dict, output: torch.Tensor
    ) -> Optional[torch.Tensor]:
        """Makes the variance that it keeps the one that it divided by.

        Returns:
            torch.Tensor | None: Of a norm without weights, what it gives by
            the moments that it now has.
        """
        features = norm_features(norm, args, kwargs)
        if features is None:
            return None
        count = pooled_count(features)
        norm.running_var.mul_((count - 1) / count)
        if _has_weight(norm):
            return None
        known, scale, shift = self._solve(norm)
        scales = torch.ones_like(norm.running_var)
        shifts = torch.zeros_like(norm.running_mean)
        scales[known], shifts[known] = scale.to(scales), shift.to(shifts)
        # By which it would have to divide, and what to take away before.
        wide = (norm.running_var + norm.eps).sqrt() / scales
        norm.running_mean.sub_(shifts * wide)
        norm.running_var.copy_((wide.square() - norm.eps).clamp(min=0))
        shape = (-1, *[1] * (output.dim() - 2))
        scales, shifts = (x.view(shape).to(output) for x in (scales, shifts))
        return output * scales + shifts

    def _solve(
        self, norm: Any
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Returns the known channels, and their scale and shift."""
        teacher = self._pair.teacher
        rate = (teacher.running_var + teacher.eps).rsqrt()
        scale = (self._var + norm.eps).sqrt() * rate
        shift = (self._mean - teacher.running_mean) * rate
        if _has_weight(teacher):
            scale, shift = teacher.weight * scale, teacher.weight * shift
        if getattr(teacher, 'bias', None) is not None:
            shift = shift + teacher.bias
        known = self._pair.known.to(scale.device)
        channels = self._pair.channels.to(scale.device)[known]
        return known, scale[channels], shift[channels]


def _has_weight(norm: Any) -> bool:
    """Returns whether a norm multiplies what it normalised."""
    return getattr(norm, 'weight', None) is not None
