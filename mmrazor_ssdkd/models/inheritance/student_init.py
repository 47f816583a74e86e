"""Where a student's weights come from: the base of what a config names."""

from collections.abc import Mapping
from typing import Optional

import torch
from torch import nn

from mmrazor_ssdkd.validation import check_int

from .feature_hints import FeaturePair

__all__ = ['StudentInit', 'check_num_images']


def check_num_images(value: int) -> int:
    """Returns how many images a student is settled on.

    Args:
        value (int): What a config says; 0, or at least the two that
            BatchNorm's statistics take.

    Raises:
        TypeError: It is no integer.
        ValueError: It is another number.
    """
    name = 'student_init.num_images'
    if check_int(name, value, 0) == 1:
        raise ValueError(f'`{name}` must be 0 or >= 2, but got {value}')
    return value


class StudentInit:
    """Gives a student weights before, and settles it at, its first step.

    Write one, register it in ``mmrazor_ssdkd.registry.MODELS`` and name it in
    ``model.student_init``.

    Example:
        >>> @MODELS.register_module()
        ... class HalfWeights(StudentInit):
        ...     def prepare(self, student, teachers, images):
        ...         self.student = student
        ...
        ...     def initialize(self):
        ...         for parameter in self.student.parameters():
        ...             parameter.data.mul_(0.5)
    """

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Finds out what there is to do, at build time.

        Args:
            student (nn.Module): The student, which stays as it is.
            teachers (Mapping[str, nn.Module]): The teachers by the argument
                that each was given as: ``'teacher'``, or ``'teachers.NAME'``.
            images (torch.Tensor): Images in 0 to 255 of the size that the
                generator makes, (2, channels, H, W).

        Raises:
            ValueError: It cannot be done with these networks.
        """
        raise NotImplementedError

    def initialize(self) -> None:
        """Gives the student its weights, after its own initialisation."""
        raise NotImplementedError

    @property
    def num_images(self) -> int:
        """How many images :meth:`settle` wants. 0 unless it says so."""
        return 0

    @property
    def features(self) -> Optional[FeaturePair]:
        """What the student gives on its way as a teacher does.

        Looked up once, after :meth:`prepare`, where
        ``distillation.feature_weight`` is on. None unless it says so.
        """
        return None

    @property
    def origin(self) -> str:
        """Where the student came from, for a checkpoint to say.

        The type's name unless it says more.
        """
        return type(self).__name__

    def settle(self, images: torch.Tensor) -> None:
        """Mends the student on synthetic images, before its first step.

        Of several processes each has its part of the images, and all end with
        the first one's student: add up what is of all images, as
        ``mmrazor_ssdkd.distributed`` does.

        Args:
            images (torch.Tensor): Views of ``num_images`` of the buffer's
                images in 0 to 255, (N, channels, H, W).
        """
