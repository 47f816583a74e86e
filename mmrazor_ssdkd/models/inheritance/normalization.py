"""What a student that normalises images otherwise than its teacher needs."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, normalize, swaps_channels

from .copying import Copy
from .image_reads import ImageReads, Read

__all__ = ['Change', 'plan_changes', 'sees_the_same']


@dataclass(frozen=True)
class LayerChange:
    """What makes up for other images in a layer that reads them.

    Attributes:
        weight (str): Its weight in the student's state dict.
        mask (torch.Tensor): Which of its values are the teacher's.
        read (Read): How its inputs differ from the teacher's.
    """

    weight: str
    mask: torch.Tensor
    read: Read

    @torch.no_grad()
    def write(self, state: Mapping[str, torch.Tensor]) -> None:
        """Changes the student, after its weights were copied."""
        read, weight = self.read, state[self.weight]
        mask = self.mask.to(weight.device)
        gains = self._spread(read.gains).to(weight)
        weight.copy_(torch.where(mask, weight * gains, weight))
        if not read.offsets.any():
            return
        steps = self._spread(read.offsets / read.gains).double()
        step = (weight * mask).cpu().double() * steps
        step = step.flatten(1).sum(dim=1)
        for name in read.targets & state.keys():
            is_mean = name.endswith('running_mean')
            state[name].add_((-step if is_mean else step).to(state[name]))

    def _spread(self, values: torch.Tensor) -> torch.Tensor:
        """Returns what belongs to inputs, of as many dimensions as a weight.

        A row of a weight with groups has room for its group's inputs alone.
        """
        rest = [1] * (self.mask.dim() - 2)
        if self.read.taken == 0:
            return values.view(-1, 1, *rest)
        groups = values.view(self.read.groups, -1)
        rows = groups.repeat_interleave(len(self.mask) // len(groups), dim=0)
        return rows.view(*rows.shape, *rest)


@dataclass(frozen=True)
class NormChange:
    """What makes up for other images in a norm that reads them.

    Attributes:
        mean (str): Its running mean in the student's state dict.
        mask (torch.Tensor): Of which channels it is the teacher's.
        read (Read): How they differ from the teacher's.
        eps (float): The teacher's.
    """

    mean: str
    mask: torch.Tensor
    read: Read
    eps: float

    @torch.no_grad()
    def write(self, state: Mapping[str, torch.Tensor]) -> None:
        """Changes the student, after its statistics were copied."""
        read, mean = self.read, state[self.mean]
        mask = self.mask.to(mean.device)
        gains, offsets = (x.to(mean) for x in (read.gains, read.offsets))
        mean.copy_(torch.where(mask, (mean - offsets) / gains, mean))
        var = state[read.variance]
        wanted = (var + self.eps) / gains.square()
        var.copy_(torch.where(mask, (wanted - read.eps).clamp(min=0), var))
        weight = state.get(self.mean.rpartition('.')[0] + '.weight')
        if weight is not None:
            # Of a variance that would have to be below 0.
            rate = ((var + read.eps) / wanted).sqrt()
            weight.mul_(torch.where(mask, rate, 1.0).to(weight))


Change = Union[LayerChange, NormChange]


def sees_the_same(student: Any, teacher: Any, channels: int) -> bool:
    """Returns whether two models prepare images alike.

    Args:
        student (nn.Module): With its data preprocessor, if any.
        teacher (nn.Module): With its own.
        channels (int): Of an image.
    """
    orders = {
        swaps_channels(getattr(model, 'data_preprocessor', None))
        for model in (student, teacher)
    }
    alike = channels != 3 or len(orders) == 1
    return alike and _describe(student, teacher, channels) is None


def _describe(student: Any, teacher: Any, channels: int) -> Optional[str]:
    """Says how two models normalise images, None where they do it alike."""
    ours, theirs = (_constants(m, channels) for m in (student, teacher))
    if all(mine.equal(its) for mine, its in zip(ours, theirs)):
        return None
    texts = [
        ' and '.join(
            f'{name} {[round(x, 4) for x in values.tolist()]}'
            for name, values in zip(('mean', 'std'), constants)
        )
        for constants in (ours, theirs)
    ]
    return f"{texts[0]}, the teacher's {texts[1]}"


def plan_changes(
    student: Any,
    teacher: Any,
    images: torch.Tensor,
    copies: Iterable[Copy],
) -> list[Change]:
    """Finds what has to change where a student sees other images.

    Says so where something else becomes of images before the first layers,
    or what is added to a layer's output has no place.

    Args:
        student (nn.Module): With its data preprocessor, if any.
        teacher (nn.Module): With its own.
        images (torch.Tensor): In 0 to 255, (2, channels, H, W).
        copies (Iterable[Copy]): What it inherits.

    Returns:
        list[Change]: Nothing where both normalise images alike.
    """
    numbers = _describe(student, teacher, images.shape[1])
    if numbers is None:
        return []
    reads = _find_reads(student, teacher, images)
    known = {name: read for read in reads.found for name in read.names}
    changes: dict[tuple[str, ...], Change] = {}
    names = set()
    for copy in copies:
        names.add(copy.name)
        read = known.get(copy.name)
        # A weight of several names is changed once.
        if read is not None and read.names not in changes:
            changes[read.names] = _plan_change(teacher, copy, read)
    own = student.state_dict().keys() - names
    problems = [name for name in reads.problems if name not in own]
    if problems:
        print_log(
            'The student normalises images otherwise than its teacher '
            f'({numbers}), which what it inherits cannot make up for here: '
            f'{", ".join(dict.fromkeys(problems))}',
            logger='current',
            level=logging.WARNING,
        )
    return list(changes.values())


def _plan_change(teacher: nn.Module, copy: Copy, read: Read) -> Change:
    """Returns what changes in what reads images."""
    if not read.variance:
        return LayerChange(copy.name, copy.mask, read)
    norm = teacher.get_submodule(copy.source.rpartition('.')[0])
    eps = float(getattr(norm, 'eps', read.eps))
    return NormChange(copy.name, copy.mask, read, eps)


def _find_reads(
    student: Any, teacher: Any, images: torch.Tensor
) -> ImageReads:
    """Finds what reads images, and how those differ from the teacher's."""
    channels = images.shape[1]
    ours, theirs = (_constants(m, channels) for m in (student, teacher))
    gains, offsets = ours[1] / theirs[1], (ours[0] - theirs[0]) / theirs[1]
    preprocessor = getattr(student, 'data_preprocessor', None)
    if swaps_channels(preprocessor) and channels == 3:
        gains, offsets = gains.flip(0), offsets.flip(0)
    reads = ImageReads(student)
    with torch.no_grad(), frozen(student):
        inputs = normalize(images, preprocessor)
        reads.start(inputs, gains, offsets)
        with reads:
            student(inputs, mode='tensor')
    reads.finish()
    return reads


def _constants(model: Any, channels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns mean and standard deviation of each of an image's channels."""
    preprocessor: Any = getattr(model, 'data_preprocessor', None)
    mean, std = torch.zeros(channels), torch.ones(channels)
    if getattr(preprocessor, '_enable_normalize', False):
        mean, std = (
            value.detach().cpu().float().view(-1).expand(channels)
            for value in (preprocessor.mean, preprocessor.std)
        )
    if swaps_channels(preprocessor) and channels == 3:
        mean, std = mean.flip(0), std.flip(0)
    return mean, std
