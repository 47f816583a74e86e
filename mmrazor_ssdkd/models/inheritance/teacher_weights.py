"""A student that is born from its teacher."""

from collections.abc import Mapping
from typing import Optional, Union

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import shown

from .batch_norm_statistics import estimate_statistics
from .feature_hints import FeaturePair
from .heritage import Heritage
from .least_squares import fit_layers
from .same_logits import gives_the_same
from .student_init import StudentInit, check_num_images
from .teacher_choice import check_teacher_name, pick_teacher

__all__ = ['TeacherWeights']

# Of the images that layers are refitted on, all run at once.
_MOST_PIXELS = 2**22


@MODELS.register_module()
class TeacherWeights(StudentInit):
    """Copies the teacher's weights into a smaller student.

    Blocks of a stage are spread evenly over the teacher's, the first and the
    last among them. Channels are chosen once for each residual stream and
    each inner layer, those whose weights have most energy, see
    :func:`score_channels`; where no norm follows, the layer that reads fewer
    of them is scaled up. What has no counterpart keeps its own
    initialisation. Where a student normalises images otherwise than its
    teacher, the layers and norms that read them are adapted; the log names
    what cannot be.

    After the warm-up, before the first step, layers and norms are refitted on
    the buffer's images to give what the teacher's gave, see
    :func:`fit_layers`, and BatchNorm's statistics are estimated anew. A
    student that gives its teacher's logits already, as one of the teacher's
    own architecture does, stays as it is.

    Relatives: weight subcloning (arXiv:2312.09299), weight selection
    (arXiv:2311.18823), channel pruning (arXiv:1707.06168).

    Args:
        teacher (str, optional): Which of several ``teachers``. Defaults to
            None: the first.
        fit (bool | str): Whether the student is refitted: 'layers' leaves
            the norms' weights as they were copied. Defaults to True.
        num_images (int, optional): Views of replayed images that the student
            is settled on, 0 or >= 2; with 0 it stays as it was copied.
            Defaults to None: 1,024, or fewer if they are large (83 of
            224x224).

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.

    Example:
        >>> student_init = dict(type='mmrazor_ssdkd.TeacherWeights')
    """

    def __init__(
        self,
        teacher: Optional[str] = None,
        fit: Union[bool, str] = True,
        num_images: Optional[int] = None,
    ) -> None:
        self._name = check_teacher_name(teacher)
        self._fit = _check_fit(fit)
        if num_images is not None:
            check_num_images(num_images)
        self._wanted = num_images
        self._heritage: Optional[Heritage] = None
        self._pixels = 1
        self._key = ''

    @property
    def num_images(self) -> int:
        """How many images :meth:`settle` wants."""
        if self._wanted is not None:
            return self._wanted
        return max(2, min(1024, _MOST_PIXELS // self._pixels))

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Works out what is inherited; changes nothing.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: There is no such teacher, or nothing to inherit.
        """
        teacher = self.pick(teachers, images)
        self._heritage = Heritage(student, teacher, images)
        if not self._heritage.counts():
            raise ValueError(
                "`student_init` must be 'random' for a student that has no "
                "layer in common with its teacher, but got 'teacher' for "
                f'{type(student).__name__} and {type(teacher).__name__}'
            )

    def pick(
        self, teachers: Mapping[str, nn.Module], images: torch.Tensor
    ) -> nn.Module:
        """Returns the teacher, and keeps the size of images in mind.

        Args:
            teachers (Mapping[str, nn.Module]): By name.
            images (torch.Tensor): (2, channels, H, W).

        Raises:
            ValueError: There is no such teacher.
        """
        self._pixels = images.shape[2] * images.shape[3]
        teacher = pick_teacher(teachers, self._name)
        self._key = next(k for k, one in teachers.items() if one is teacher)
        return teacher

    @property
    def origin(self) -> str:
        """The type, and which teacher."""
        return f'{super().origin} of {self._key}'

    @property
    def num_inherited(self) -> int:
        """How many of the student's weights are to be copied."""
        heritage = self._heritage
        return sum(heritage.counts().values()) if heritage else 0

    @property
    def features(self) -> Optional[FeaturePair]:
        """The last map before the last layer, with the channels kept."""
        return self._heritage.last_features if self._heritage else None

    def initialize(self) -> None:
        """Copies the weights and says how many."""
        if self._heritage is not None:
            self._heritage.copy_weights()
            print_log(str(self._heritage), logger='current')

    def settle(self, images: torch.Tensor) -> None:
        """Refits layers and norms; estimates BatchNorm's statistics anew.

        As far as ``fit`` says.

        Args:
            images (torch.Tensor): This process's, in 0 to 255,
                (N, channels, H, W); both are of all processes' images.
        """
        heritage = self._heritage
        if heritage is None:
            return
        student = heritage.student
        if gives_the_same(student, heritage.teacher, images):
            print_log(
                'The student gives what its teacher gives: not refitted',
                logger='current',
            )
            return
        if self._fit:
            # Keeps the statistics, too.
            pairs = heritage.layer_pairs()
            norms = heritage.norm_pairs() if self._fit is True else []
            fit_layers(student, heritage.teacher, pairs, norms, images)
        else:
            estimate_statistics(student, images)


def _check_fit(fit: Union[bool, str]) -> Union[bool, str]:
    """Returns what to fit.

    Raises:
        TypeError: It is neither a bool nor a str.
        ValueError: It is another str than 'layers'.
    """
    is_text = isinstance(fit, str)
    if not (fit == 'layers' if is_text else isinstance(fit, bool)):
        raise (ValueError if is_text else TypeError)(
            "`student_init.fit` must be True, False or 'layers', but got "
            f'{shown(fit)}'
        )
    return fit
