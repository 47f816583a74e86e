"""Lets a student's norms give what the teacher's gave, on average."""

from dataclasses import dataclass
from typing import Any

import torch
from torch.utils.hooks import RemovableHandle

from mmrazor_ssdkd.distributed import batch_moments, pooled_moments

__all__ = ['NormMoments', 'NormPair']


@dataclass(frozen=True)
class NormPair:
    """A student's norm and the teacher's, both with running statistics.

    Attributes:
        student (nn.Module): The student's, with a weight and a bias.
        teacher (nn.Module): The teacher's.
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
    do not quite have. The student's takes a batch's own moments, so that with

    .. math::
        \gamma' = \gamma \sqrt{\frac{v + \epsilon}{\sigma^2 + \epsilon}},
        \qquad
        \beta' = \beta + \gamma \frac{m - \mu}{\sqrt{\sigma^2 + \epsilon}}

    its outputs have the mean and the variance of the teacher's. A student of
    its teacher's own architecture then stays its teacher.

    Args:
        pairs (list[NormPair]): The student's and the teacher's norms.
    """

    def __init__(self, pairs: list[NormPair]) -> None:
        self._pairs = pairs
        self._moments: dict[Any, tuple[torch.Tensor, torch.Tensor]] = {}

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
        features = [*args, *kwargs.values()][0]
        # Otherwise its second dimension is no channel.
        if features.shape[1] == len(norm.running_mean):
            self._moments[norm] = pooled_moments(*batch_moments(features))

    @torch.no_grad()
    def fit(self) -> None:
        """Sets weights and biases of the student's norms.

        Of those whose counterpart ran, and of their known channels.
        """
        for pair in self._pairs:
            if pair.teacher in self._moments:
                self._fit(pair, *self._moments[pair.teacher])

    def _fit(
        self, pair: NormPair, mean: torch.Tensor, var: torch.Tensor
    ) -> None:
        norm, known = pair.teacher, pair.known.to(mean.device)
        scale = (norm.running_var + norm.eps).rsqrt()
        shift = (mean - norm.running_mean) * scale
        scale = (var + norm.eps).sqrt() * scale
        if getattr(norm, 'weight', None) is not None:
            scale, shift = norm.weight * scale, norm.weight * shift + norm.bias
        channels = pair.channels.to(mean.device)
        for target, values in (
            (pair.student.weight, scale),
            (pair.student.bias, shift),
        ):
            target[known] = values[channels][known].to(target.dtype)
