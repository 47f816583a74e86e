"""What a student that normalises images otherwise than its teacher needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import swaps_channels

from .channel_trace import ChannelTrace
from .copying import Copy

__all__ = ['Shift', 'image_gains', 'plan_shifts']


@dataclass(frozen=True)
class Shift:
    """What makes up for another mean in a layer that reads images.

    Attributes:
        weight (str): The layer's weight in the student's state dict.
        target (str): Its bias, or the running mean of the norm behind it.
        rows (torch.Tensor): Which outputs are the teacher's, (out,).
        steps (torch.Tensor): How much larger each input is in the teacher,
            in units of the student's, (in,).
    """

    weight: str
    target: str
    rows: torch.Tensor
    steps: torch.Tensor

    @torch.no_grad()
    def write(self, state: Mapping[str, torch.Tensor]) -> None:
        """Changes the student's tensor, after its weight was copied."""
        weight, target = state[self.weight], state[self.target]
        total = weight.flatten(2).sum(dim=2) if weight.dim() > 2 else weight
        step = (total.cpu().double() @ self.steps.double()) * self.rows
        is_mean = self.target.endswith('running_mean')
        target += (-step if is_mean else step).to(target)


def image_gains(
    student: Any, teacher: Any, image: torch.Tensor
) -> dict[int, float]:
    """Compares by how much two models divide an image's channels.

    Args:
        student (nn.Module): With its data preprocessor, if any.
        teacher (nn.Module): With its own.
        image (torch.Tensor): The ids of the channels, (channels,).

    Returns:
        dict[int, float]: What the weights of each channel are multiplied by.
    """
    ours, theirs = (
        _constants(model, len(image)) for model in (student, teacher)
    )
    return dict(zip(image.tolist(), (ours[1] / theirs[1]).tolist()))


def plan_shifts(
    student: nn.Module,
    teacher: nn.Module,
    trace: ChannelTrace,
    copies: Iterable[Copy],
) -> list[Shift]:
    """Finds the layers that see images less another mean.

    Args:
        student (nn.Module): With its data preprocessor, if any.
        teacher (nn.Module): With its own.
        trace (ChannelTrace): The student's channels.
        copies (Iterable[Copy]): What it inherits.

    Returns:
        list[Shift]: What to change, nothing where the means are equal.
    """
    image = trace.image
    ours, theirs = (
        _constants(model, len(image)) for model in (student, teacher)
    )
    steps = dict(
        zip(image.tolist(), ((ours[0] - theirs[0]) / ours[1]).tolist())
    )
    state = student.state_dict()
    shifts = []
    for copy in copies:
        reads = trace.slots.get((copy.name, 1))
        if copy.name not in trace.inputs or reads is None:
            continue
        step = torch.tensor([steps.get(i, 0.0) for i in reads.tolist()])
        target = _find_target(trace, copy.name)
        if step.any() and trace.taken[copy.name] == 1 and target in state:
            rows = copy.mask.flatten(1).any(dim=1)
            shifts.append(Shift(copy.name, target, rows, step))
    return shifts


def _find_target(trace: ChannelTrace, weight: str) -> str:
    """Returns what takes up a constant that is added to a layer's output."""
    if weight in trace.biases:
        return trace.biases[weight]
    norm = trace.normed.get(weight, '')
    return norm.rpartition('.')[0] + '.running_mean'


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
