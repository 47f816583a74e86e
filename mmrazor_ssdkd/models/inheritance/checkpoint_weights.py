"""A student whose weights stand in a file."""

import copy
from collections.abc import Mapping
from typing import Optional

import torch
from torch import nn

from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import shown

from .batch_norm_statistics import estimate_statistics
from .student_init import StudentInit, check_num_images

__all__ = ['CheckpointWeights']


@MODELS.register_module()
class CheckpointWeights(StudentInit):
    """Takes a student's weights from a file, such as a pruned network's.

    Unlike an ``init_cfg`` of type ``Pretrained`` it refuses a file that does
    not fit.

    Args:
        checkpoint (str): Path or http(s) URL of the weights.
        num_images (int): Views of replayed images, 0 or >= 2, on which
            BatchNorm's statistics are estimated anew after the warm-up, before
            the first step. Defaults to 0, not at all: after 200 steps the
            digits' pruned student had 87.0%, with 1,024 images too (means of
            seeds 0, 1 and 2, which differ by up to 11; teachers of 12 epochs).

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
        self._checkpoint = checkpoint
        self._num_images = check_num_images(num_images)
        self._student: Optional[nn.Module] = None
        self._weights: dict[str, torch.Tensor] = {}

    @property
    def num_images(self) -> int:
        """How many images :meth:`settle` wants."""
        return self._num_images

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Reads the file; changes nothing.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: It is missing, unreadable or of another network.
        """
        trial = copy.deepcopy(student)
        load_weights(trial, self._checkpoint, 'student_init.checkpoint')
        self._student = student
        self._weights = trial.state_dict()

    def initialize(self) -> None:
        """Gives the student the weights."""
        if self._student is not None:
            self._student.load_state_dict(self._weights)

    def settle(self, images: torch.Tensor) -> None:
        """Estimates BatchNorm's statistics anew.

        Args:
            images (torch.Tensor): This process's, in 0 to 255,
                (N, channels, H, W); they are of all processes' images.
        """
        if self._student is not None:
            estimate_statistics(self._student, images)
