"""A student that is born from its teacher."""

from collections.abc import Mapping
from typing import Any, Optional

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, normalize
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_int

from .batch_norm_statistics import estimate_statistics
from .channel_map import ChannelMap
from .channel_scores import score_channels
from .channel_trace import ChannelTrace
from .channel_tracer import trace_channels
from .copying import Copy, plan_copies
from .layer_pairs import pair_tensors
from .normalization import Shift, image_gains, plan_shifts
from .student_init import StudentInit

__all__ = ['TeacherWeights']


@MODELS.register_module()
class TeacherWeights(StudentInit):
    """Copies the teacher's weights into a smaller student.

    Blocks of a stage are spread evenly over the teacher's, the first and the
    last among them. Channels are chosen once for each residual stream and
    each inner layer, those whose norms weigh most, see
    :func:`score_channels`; where no norm follows, the layer that reads fewer
    of them is scaled up. What has no counterpart keeps its own
    initialisation. Where a student normalises images otherwise than its
    teacher, the layers that read them are adapted. After the warm-up the
    student's BatchNorm statistics are estimated anew on the buffer's images.

    Relatives: weight subcloning (arXiv:2312.09299), weight selection
    (arXiv:2311.18823).

    Args:
        teacher (str, optional): Which of several ``teachers``. Defaults to
            None: the first.
        statistics_batches (int): Batches of replayed images that BatchNorm's
            statistics are estimated on, >= 0; with 0 they stay the teacher's.
            Defaults to 10.

    Raises:
        TypeError: An argument has the wrong type.
        ValueError: An argument is out of range.
    """

    def __init__(
        self, teacher: Optional[str] = None, statistics_batches: int = 10
    ) -> None:
        if teacher is not None and not isinstance(teacher, str):
            raise TypeError(
                '`student_init.teacher` must be a name or None, but got '
                f'{teacher!r}'
            )
        self._name = teacher
        self._num_batches = check_int(
            'student_init.statistics_batches', statistics_batches, 0
        )
        self._student: Optional[nn.Module] = None
        self._teacher: Optional[nn.Module] = None
        self._copies: list[Copy] = []
        self._shifts: list[Shift] = []

    @property
    def num_batches(self) -> int:
        """How many batches :meth:`settle` wants."""
        return self._num_batches

    def prepare(
        self,
        student: nn.Module,
        teachers: Mapping[str, nn.Module],
        images: torch.Tensor,
    ) -> None:
        """Plans what is copied; changes nothing.

        Args:
            student (nn.Module): The student.
            teachers (Mapping[str, nn.Module]): The teachers by name.
            images (torch.Tensor): In 0 to 255, (2, channels, H, W).

        Raises:
            ValueError: There is no such teacher, or nothing to inherit.
        """
        teacher = self._pick(teachers)
        traces = _trace(student, images), _trace(teacher, images)
        pairs = pair_tensors(student, teacher)
        scores = score_channels(traces[1], teacher.state_dict())
        channels = ChannelMap(*traces, pairs, scores)
        self._student, self._teacher = student, teacher
        gains = image_gains(student, teacher, traces[0].image)
        self._copies = plan_copies(
            student, teacher, traces, pairs, channels, gains
        )
        self._shifts = plan_shifts(student, teacher, traces[0], self._copies)
        weights = dict(student.named_parameters())
        if not any(copy.name in weights for copy in self._copies):
            raise ValueError(
                "`student_init` must be 'random' for a student that has no "
                f"layer in common with its teacher, but got 'teacher' for "
                f'{type(student).__name__} and {type(teacher).__name__}'
            )

    def initialize(self) -> None:
        """Copies the weights and says how many."""
        if self._student is None or self._teacher is None:
            raise RuntimeError('`prepare` must come before `initialize`')
        source = self._teacher.state_dict()
        tensors = self._student.state_dict()
        for copy in self._copies:
            copy.write(tensors[copy.name], source)
        for shift in self._shifts:
            shift.write(tensors)
        print_log(self.report(), logger='current')

    def settle(self, batches: list[torch.Tensor]) -> None:
        """Estimates BatchNorm's statistics anew.

        Args:
            batches (list[torch.Tensor]): In 0 to 255, (N, channels, H, W).
        """
        if self._student is not None and batches:
            estimate_statistics(self._student, batches)

    def report(self) -> str:
        """Returns which of the student's weights are the teacher's."""
        if self._student is None:
            return 'Inherits nothing yet'
        weights = dict(self._student.named_parameters())
        count = {
            copy.name: int(copy.mask.sum())
            for copy in self._copies
            if copy.name in weights
        }
        total = sum(weight.numel() for weight in weights.values())
        lines = [
            f'Inherited from the teacher: {len(count)} of {len(weights)} '
            f'weight tensors, {sum(count.values())} of {total} parameters'
        ]
        rest = [
            name
            for name, weight in weights.items()
            if count.get(name, 0) < weight.numel()
        ]
        if rest:
            lines.append(f'Wholly or partly random: {", ".join(rest)}')
        return '\n'.join(lines)

    def _pick(self, teachers: Mapping[str, nn.Module]) -> nn.Module:
        """Returns the teacher that is named, or the first."""
        named = {
            key.removeprefix('teachers.'): teacher
            for key, teacher in teachers.items()
        }
        name = next(iter(named)) if self._name is None else self._name
        if name not in named:
            raise ValueError(
                f'`student_init.teacher` must be one of {list(named)}, but '
                f'got {name!r}'
            )
        return named[name]


def _trace(model: Any, images: torch.Tensor) -> ChannelTrace:
    """Follows the channels of a model that takes images in 0 to 255."""
    preprocessor = getattr(model, 'data_preprocessor', None)
    with frozen(model):
        # From the images on: a preprocessor may swap their channels.
        return trace_channels(
            model,
            lambda: model(normalize(images, preprocessor), mode='tensor'),
            images,
        )
