"""A student whose weights stand in a file."""

import copy
from collections.abc import Mapping

import torch
from torch import nn

from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import shown

from .given_weights import GivenWeights

__all__ = ['CheckpointWeights']


@MODELS.register_module()
class CheckpointWeights(GivenWeights):
    """Takes a student's weights from a file, such as a pruned network's.

    Unlike an ``init_cfg`` of type ``Pretrained`` it refuses a file that does
    not fit.

    Args:
        checkpoint (str): Path or http(s) URL of the weights.
        num_images (int): As for :class:`GivenWeights`.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.

    Example:
        >>> student_init = dict(
        ...     type='mmrazor_ssdkd.CheckpointWeights',
        ...     checkpoint='pruned.pth')
    """

    def __init__(self, checkpoint: str, num_images: int = 0) -> None:
        if not isinstance(checkpoint, str):
            raise TypeError(
                '`student_init.checkpoint` must be a path or URL, but got '
                f'{shown(checkpoint)}'
            )
        super().__init__(num_images)
        self._checkpoint = checkpoint

    def find_weights(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """Reads the file.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: It is missing, unreadable or of another network.
        """
        trial = copy.deepcopy(student)
        load_weights(trial, self._checkpoint, 'student_init.checkpoint')
        return trial.state_dict()
