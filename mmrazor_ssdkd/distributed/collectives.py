"""The few collectives that the method needs.

Every process must call them, in the same order; one process alone gets back
what it gave.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.distributed as dist
from mmengine.dist import get_rank, get_world_size
from torch import nn
from torch.autograd.function import once_differentiable

__all__ = [
    'average_buffers',
    'average_tensors',
    'broadcast_weights',
    'gather_objects',
    'num_processes',
    'pooled_mean',
    'process_number',
    'shared_draw',
    'sum_over_processes',
    'sum_tensors',
]


def num_processes() -> int:
    """Returns how many processes train together."""
    return get_world_size()


def process_number() -> int:
    """Returns which of them this is, from 0 on."""
    return get_rank()


def sum_over_processes(tensor: torch.Tensor) -> torch.Tensor:
    """Returns the sum of all processes' tensors, without a gradient."""
    if num_processes() > 1:
        tensor = tensor.detach().clone()
        dist.all_reduce(tensor)
    return tensor


def pooled_mean(tensor: torch.Tensor) -> torch.Tensor:
    """Returns the mean of all processes' tensors; autograd goes through.

    What each process computes from it counts once in the mean of the
    processes' losses, as it would in one process.
    """
    number = num_processes()
    return _Sum.apply(tensor) / number if number > 1 else tensor


class _Sum(torch.autograd.Function):
    """The sum of all processes' tensors, and of their gradients."""

    @staticmethod
    def forward(_ctx: Any, tensor: torch.Tensor) -> torch.Tensor:
        """Adds up what every process has."""
        return sum_over_processes(tensor)

    @staticmethod
    @once_differentiable
    def backward(_ctx: Any, grad: torch.Tensor) -> torch.Tensor:
        """Adds up what every process makes of the sum."""
        return sum_over_processes(grad.contiguous())


def average_tensors(tensors: Iterable[torch.Tensor]) -> None:
    """Replaces tensors of floats by their means over the processes."""

    def average(flat: torch.Tensor) -> None:
        dist.all_reduce(flat)
        flat /= num_processes()

    _exchange(tensors, average)


def sum_tensors(tensors: Iterable[torch.Tensor]) -> None:
    """Replaces tensors by their sums over the processes."""
    _exchange(tensors, dist.all_reduce)


@torch.no_grad()
def _exchange(
    tensors: Iterable[torch.Tensor], message: Callable[[torch.Tensor], Any]
) -> None:
    """Replaces tensors by what one message makes of all of a kind."""
    if num_processes() == 1:
        return
    by_kind: dict[Any, list[torch.Tensor]] = {}
    for tensor in tensors:
        kind = tensor.device, tensor.dtype
        by_kind.setdefault(kind, []).append(tensor)
    for group in by_kind.values():
        flat = torch.cat([tensor.reshape(-1) for tensor in group])
        message(flat)
        sizes = [tensor.numel() for tensor in group]
        for tensor, found in zip(group, flat.split(sizes)):
            tensor.copy_(found.view(tensor.shape))


def average_buffers(*modules: nn.Module) -> None:
    """Replaces modules' running statistics by their means.

    Args:
        *modules (nn.Module): Networks that every process has.
    """
    buffers = [b for module in modules for b in module.buffers()]
    average_tensors(b for b in buffers if b.is_floating_point())


def broadcast_weights(module: nn.Module) -> None:
    """Gives every process the parameters and buffers of the first one."""
    tensors = [*module.parameters(), *module.buffers()]
    _exchange(tensors, lambda flat: dist.broadcast(flat, 0))


def shared_draw(drawn: torch.Tensor) -> torch.Tensor:
    """Returns this process's part of what the first one has drawn for all.

    Args:
        drawn (torch.Tensor): Draws for all processes, (N * processes, ...).

    Returns:
        torch.Tensor: Rows of it, (N, ...).
    """
    number = num_processes()
    if number == 1:
        return drawn
    dist.broadcast(drawn, 0)
    return drawn.chunk(number)[process_number()]


def gather_objects(value: Any) -> list[Any]:
    """Collects something of every process.

    Args:
        value (Any): What can be pickled.

    Returns:
        list: All processes' values, in order; on all but the first process
        an empty list.
    """
    if num_processes() == 1:
        return [value]
    first = process_number() == 0
    found: list[Any] = [None] * num_processes()
    dist.gather_object(value, found if first else None)
    return found if first else []
