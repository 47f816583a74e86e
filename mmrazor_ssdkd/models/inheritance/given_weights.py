"""A student whose weights are there before its training."""

from collections.abc import Mapping
from typing import Optional

import torch
from torch import nn

from mmrazor_ssdkd.validation import check_int

from .batch_norm_statistics import estimate_statistics
from .student_init import StudentInit

__all__ = ['GivenWeights']


class GivenWeights(StudentInit):
    """Gives a student weights that are there already.

    Args:
        num_images (int): Views of replayed images, >= 0, on which BatchNorm's
            statistics are estimated anew after the warm-up, before the first
            step. Defaults to 0, not at all: after 200 steps the digits'
            pruned student had 87.0%, with 1,024 images too (means of seeds 0,
            1 and 2, which differ by up to 11; teachers of 12 epochs).

    Raises:
        TypeError: The number is none.
        ValueError: It is negative.
    """

    def __init__(self, num_images: int = 0) -> None:
        self._num_images = check_int('student_init.num_images', num_images, 0)
        self._student: Optional[nn.Module] = None
        self._weights: dict[str, torch.Tensor] = {}

    @property
    def num_images(self) -> int:
        """How many images :meth:`settle` wants."""
        return self._num_images

    def find_weights(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        """Returns the student's weights by their names in it.

        Args:
            student (nn.Module): The student, which stays as it is.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).
        """
        raise NotImplementedError

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Finds the weights; changes nothing.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: There are none for this student.
        """
        self._student = student
        self._weights = self.find_weights(student, teachers, images)

    def initialize(self) -> None:
        """Gives the student the weights."""
        if self._student is not None:
            self._student.load_state_dict(self._weights, strict=False)

    def settle(self, images: torch.Tensor) -> None:
        """Estimates BatchNorm's statistics anew.

        Args:
            images (torch.Tensor): This process's, in 0 to 255,
                (N, channels, H, W); they are of all processes' images.
        """
        if self._student is not None:
            estimate_statistics(self._student, images)
