"""A student that is its teacher, pruned."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Optional, Union

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.models.checkpoint import optional_keys
from mmrazor_ssdkd.registry import MODELS

from .batch_norm_statistics import estimate_statistics
from .channel_trace import ChannelTrace
from .heritage import Heritage
from .l1_pruning import L1Pruner
from .normalization import sees_the_same
from .teacher_weights import TeacherWeights

__all__ = ['PrunedWeights']


@MODELS.register_module()
class PrunedWeights(TeacherWeights):
    """Prunes the teacher with MMRazor until it is the student.

    The student is the teacher with fewer channels: written as such, or as
    MMRazor's ``GroupFisherDeploySubModel`` with a ``fix_subnet``. Of each of
    MMRazor's units the channels of the largest L1 norm stay
    (``L1MutableChannelUnit``, arXiv:1608.08710).

    After the warm-up it is settled as :class:`TeacherWeights` settles its
    student. Where the channels that MMRazor cut cannot be followed, only
    BatchNorm's statistics are estimated anew.

    Args:
        teacher (str, optional): Which of several ``teachers``. Defaults to
            None: the first.
        fit (bool | str): As for :class:`TeacherWeights`. Defaults to True.
        num_images (int, optional): As for :class:`TeacherWeights`. Defaults
            to None.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.

    Example:
        >>> student_init = dict(type='mmrazor_ssdkd.PrunedWeights')
    """

    def __init__(
        self,
        teacher: Optional[str] = None,
        fit: Union[bool, str] = True,
        num_images: Optional[int] = None,
    ) -> None:
        super().__init__(teacher, fit, num_images)
        self._student: Optional[nn.Module] = None
        self._weights: dict[str, torch.Tensor] = {}

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Prunes a copy of the teacher; changes nothing.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: There is no such teacher, MMRazor cannot follow its
                channels, or the student is not the teacher with fewer of
                them.
        """
        teacher = self.pick(teachers, images)
        own = student.state_dict()
        left, pruned = _prune(teacher, tuple(images.shape[1:]), own)
        _check_same(own, pruned, optional_keys(student, own | pruned))
        self._student = student
        self._weights = {k: v.detach() for k, v in pruned.items() if k in own}
        heritage = Heritage(
            student, teacher, images, partial(_score_left, left)
        )
        self._heritage = heritage if self._agrees(heritage) else None
        if self._heritage is None:
            self._warn(sees_the_same(student, teacher, images.shape[1]))

    def _warn(self, sees_the_same: bool) -> None:
        """Says what is not done where channels cannot be followed."""
        lacks = []
        if self._fit and self.num_images:
            lacks.append('refitted')
        if not sees_the_same:
            lacks.append('adapted to images that it prepares otherwise')
        if lacks:
            print_log(
                "Which of the teacher's channels are left cannot be followed: "
                f'the student is not {" or ".join(lacks)}',
                logger='current',
                level=logging.WARNING,
            )

    def _agrees(self, heritage: Heritage) -> bool:
        """Returns whether a heritage would copy what was cut out."""
        state = heritage.teacher.state_dict()
        optional = optional_keys(heritage.teacher, state)
        return all(
            torch.equal(copy.values(state), self._weights[copy.name].cpu())
            for copy in heritage.copies
            if copy.name in self._weights and copy.name not in optional
        )

    def initialize(self) -> None:
        """Gives the student what is left of the teacher."""
        if self._student is not None:
            self._student.load_state_dict(self._weights, strict=False)
            if self._heritage is not None:
                self._heritage.adapt()

    def settle(self, images: torch.Tensor) -> None:
        """Mends the student on synthetic images.

        Args:
            images (torch.Tensor): As of :class:`TeacherWeights`.
        """
        super().settle(images)
        if self._heritage is None and self._student is not None:
            estimate_statistics(self._student, images)


def _prune(
    teacher: nn.Module,
    image_size: tuple[int, ...],
    own: Mapping[str, torch.Tensor],
) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Returns which outputs layers keep, and a pruned copy's state dict."""
    # What MMRazor raises is of any kind, and names nothing that one knows.
    with blamed(
        'student_init',
        "mmrazor_ssdkd.TeacherWeights unless MMRazor's ChannelAnalyzer can "
        f'follow the teacher (here {type(teacher).__name__})',
    ):
        pruner = L1Pruner(teacher, image_size)
        units = len(pruner.widths)
        widths = pruner.widths_of(own)
        left = pruner.left(widths)
        pruned = pruner.cut(widths).state_dict()
    print_log(
        f'Pruned the teacher: {len(widths)} of {units} units of channels '
        'cut by their L1 norms',
        logger='current',
    )
    return left, pruned


def _score_left(
    left: Mapping[str, torch.Tensor],
    trace: ChannelTrace,
    _state: Mapping[str, torch.Tensor],
) -> dict[int, float]:
    """Scores the channels that a pruner leaves with 1, all others with 0."""
    lost = {
        channel
        for name, outputs in left.items()
        if f'{name}.weight' in trace.outputs
        for channel in trace.outputs[f'{name}.weight'][~outputs].tolist()
    }
    ids = {i for ids in trace.outputs.values() for i in ids.tolist()}
    return {channel: float(channel not in lost) for channel in ids}


def _check_same(
    own: Mapping[str, torch.Tensor],
    pruned: Mapping[str, torch.Tensor],
    optional: set[str],
) -> None:
    """Raises a ValueError unless two networks have the same tensors."""
    for name in sorted((own.keys() | pruned.keys()) - optional):
        ours, theirs = (
            tuple(state[name].shape) if name in state else 'no tensor'
            for state in (own, pruned)
        )
        if ours != theirs:
            raise ValueError(
                '`architecture` must be the teacher with fewer channels where '
                f'MMRazor can cut them, for PrunedWeights, but got {ours} for '
                f'{name!r} where the pruned teacher has {theirs}'
            )
