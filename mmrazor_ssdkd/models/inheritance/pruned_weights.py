"""A student that is its teacher, pruned."""

from collections.abc import Mapping
from typing import Optional

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.checkpoint import OPTIONAL_KEYS
from mmrazor_ssdkd.registry import MODELS

from .given_weights import GivenWeights
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
        pruner = L1Pruner(
            pick_teacher(teachers, self._name), tuple(images.shape[1:])
        )
        own = student.state_dict()
        units = len(pruner.widths)
        widths = pruner.widths_of(own)
        pruned = pruner.cut(widths).state_dict()
        _check_same(own, pruned)
        print_log(
            f'Pruned the teacher: {len(widths)} of {units} units of channels '
            'cut by their L1 norms',
            logger='current',
        )
        return {k: v.detach() for k, v in pruned.items() if k in own}


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
