"""A student that is its teacher, pruned."""

from collections.abc import Mapping
from functools import partial
from typing import Optional

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.checkpoint import OPTIONAL_KEYS
from mmrazor_ssdkd.registry import MODELS

from .channel_trace import ChannelTrace
from .feature_hints import FeaturePair
from .given_weights import GivenWeights
from .heritage import Heritage
from .l1_pruning import L1Pruner
from .teacher_choice import check_teacher_name, pick_teacher

__all__ = ['PrunedWeights']


@MODELS.register_module()
class PrunedWeights(GivenWeights):
    """Prunes the teacher with MMRazor until it is the student.

    The student is the teacher with fewer channels: written as such, or as
    MMRazor's ``GroupFisherDeploySubModel`` with a ``fix_subnet``. Of each of
    MMRazor's units the channels of the largest L1 norm stay
    (``L1MutableChannelUnit``, arXiv:1608.08710).

    Args:
        teacher (str, optional): Which of several ``teachers``. Defaults to
            None: the first.
        num_images (int): As for :class:`GivenWeights`.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.

    Example:
        >>> student_init = dict(type='mmrazor_ssdkd.PrunedWeights')
    """

    def __init__(
        self, teacher: Optional[str] = None, num_images: int = 0
    ) -> None:
        super().__init__(num_images)
        self._name = check_teacher_name(teacher)
        self._teacher: Optional[nn.Module] = None
        self._images = torch.zeros(0)
        self._left: dict[str, torch.Tensor] = {}

    @property
    def features(self) -> Optional[FeaturePair]:
        """The last map before the last layer, with the channels left.

        None where the channels that MMRazor cut cannot be followed.
        """
        if self._student is None or self._teacher is None:
            return None
        score = partial(_score_left, self._left)
        heritage = Heritage(self._student, self._teacher, self._images, score)
        state = self._teacher.state_dict()
        same = all(
            torch.equal(copy.values(state), self._weights[copy.name].cpu())
            for copy in heritage.copies
            if copy.name in self._weights
        )
        return heritage.last_features if same else None

    def find_weights(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """Returns what is left of the teacher.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: The student is not the teacher with fewer channels.
        """
        self._teacher = pick_teacher(teachers, self._name)
        self._images = images
        pruner = L1Pruner(self._teacher, tuple(images.shape[1:]))
        own = student.state_dict()
        units = len(pruner.widths)
        widths = pruner.widths_of(own)
        self._left = pruner.left(widths)
        pruned = pruner.cut(widths).state_dict()
        _check_same(own, pruned)
        print_log(
            f'Pruned the teacher: {len(widths)} of {units} units of channels '
            'cut by their L1 norms',
            logger='current',
        )
        return {k: v.detach() for k, v in pruned.items() if k in own}


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
    own: Mapping[str, torch.Tensor], pruned: Mapping[str, torch.Tensor]
) -> None:
    """Raises a ValueError unless two networks have the same tensors."""
    for name in sorted(own.keys() | pruned.keys()):
        if any(part in name for part in OPTIONAL_KEYS):
            continue
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
