"""What copied weights are multiplied by."""

from collections.abc import Mapping

import torch

from .channel_trace import ChannelTrace

__all__ = ['find_scale']


def find_scale(
    name: str,
    dims: int,
    student: ChannelTrace,
    kept: Mapping[int, float],
) -> torch.Tensor:
    """Returns what a tensor is multiplied by, to be broadcast.

    Where fewer channels are summed up and no norm follows, those that are
    left stand for all.

    Args:
        name (str): The student's tensor.
        dims (int): How many dimensions it has.
        student (ChannelTrace): The student's channels.
        kept (Mapping[int, float]): Which share of its family a channel is one
            of, in (0, 1].

    Returns:
        torch.Tensor: Of as many dimensions, or a scalar.
    """
    if name not in student.inputs or name not in student.bare:
        return torch.ones(())
    shares = torch.tensor(
        [kept.get(i, 1.0) for i in student.inputs[name].tolist()]
    )
    groups, taken = student.groups[name], student.taken[name]
    if groups == 1:
        shape = [1] * dims
        shape[taken] = -1
        return (1 / shares).view(shape)
    if groups == len(shares) or taken == 0:
        # A depthwise layer sums up nothing.
        return torch.ones(())
    shares = shares.view(groups, -1).mean(dim=1)
    rows = len(student.outputs[name]) // groups
    shares = shares.repeat_interleave(rows)
    return 1 / shares.view(-1, *[1] * (dims - 1))
