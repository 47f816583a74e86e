"""Channels that go through arithmetic and sums over other dimensions."""

from typing import TYPE_CHECKING

import torch

from .channel_calls import Call, tensors_in, tensors_of
from .channel_ids import NOBODY
from .channel_labels import nobody, passes

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['REDUCTIONS', 'inherit_name', 'point_by_point', 'reduce']

_NAMES = """
mean sum amax amin max min std var norm logsumexp argmax argmin prod
"""
REDUCTIONS = frozenset(_NAMES.split())


def reduce(tracer: 'Tracer', call: Call) -> None:
    """Follows a mean or the like over dimensions without channels."""
    labels = tracer.get(call.args[0])
    dims = call.get(1, 'dim', call.kwargs.get('axis'))
    if labels is None or dims is None or isinstance(dims, torch.Tensor):
        if isinstance(dims, torch.Tensor):
            point_by_point(tracer, call, call.out)
        return
    dims = [dims] if isinstance(dims, int) else list(dims)
    for dim in dims:
        reduced = passes(labels, dim % labels.dim())
        if reduced is None:
            return
        labels = reduced
    for out in tensors_of(call.out):
        if out.is_floating_point():
            tracer.put(out, labels.reshape(_without(labels, dims, out)))


def point_by_point(tracer: 'Tracer', call: Call, out: torch.Tensor) -> None:
    """Follows what treats each value, or each channel, by itself.

    Whatever else there is ends here: its output has no channels to follow.
    """
    if not out.is_floating_point():
        return
    tensors = [t for t in tensors_in(call) if t.is_floating_point()]
    known = [t for t in tensors if tracer.get(t) is not None]
    if not known:
        return
    if _is_broadcast(tensors, out):
        labels = nobody(out)
        for tensor in known:
            other = _known(tracer, tensor).expand(out.shape)
            tracer.ids.unify(labels, other)
            labels = torch.where(labels == NOBODY, other, labels)
        tracer.put(out, labels)
        for tensor in tensors:
            _tie_parameter(tracer, tensor, out)
        return
    labels = _known(tracer, known[0])
    # Pooling, interpolation: as many samples and channels.
    if len(known) == 1 and _is_resized(labels, out):
        for dim in range(2, out.dim()):
            same = passes(labels, dim)
            if same is None:
                return
            labels = same
        tracer.put(out, labels.expand(out.shape))


def inherit_name(tracer: 'Tracer', call: Call, out: torch.Tensor) -> None:
    """Lets what is made of a parameter, value by value, stand for it.

    So does a weight that is normalised before the layer takes it.
    """
    for tensor in tensors_in(call):
        if tensor.shape == out.shape and tracer.name(tensor) is not None:
            tracer.rename(out, tensor)
            return


def _known(tracer: 'Tracer', tensor: torch.Tensor) -> torch.Tensor:
    """Returns the ids of a tensor that has some."""
    labels = tracer.get(tensor)
    assert labels is not None
    return labels


def _without(
    labels: torch.Tensor, dims: list[int], out: torch.Tensor
) -> list[int]:
    """Returns the shape of ids whose dimensions of size 1 may be gone."""
    if out.dim() == labels.dim():
        return list(labels.shape)
    gone = {dim % labels.dim() for dim in dims}
    return [s for d, s in enumerate(labels.shape) if d not in gone]


def _is_broadcast(tensors: list[torch.Tensor], out: torch.Tensor) -> bool:
    """Returns whether an output has the shape of its inputs together."""
    try:
        shape = torch.broadcast_shapes(*(t.shape for t in tensors))
    except RuntimeError:
        return False
    return shape == out.shape


def _is_resized(labels: torch.Tensor, out: torch.Tensor) -> bool:
    """Returns whether only height, width and the like have changed."""
    same = labels.shape[:2] == out.shape[:2]
    return labels.dim() == out.dim() and labels.dim() > 2 and same


def _tie_parameter(
    tracer: 'Tracer', tensor: torch.Tensor, out: torch.Tensor
) -> None:
    """Ties a parameter, such as a layer's scale, to the channels it meets."""
    if tracer.name(tensor) is None:
        return
    offset = out.dim() - tensor.dim()
    shared = [
        dim
        for dim, size in enumerate(tensor.shape)
        if size == out.shape[offset + dim] > 1
    ]
    # Of an embedding of positions, channels first: where a class token meets
    # an image's, positions differ, too, until theirs are known to be one.
    for dim in sorted(
        shared, key=lambda d: -_variety(tracer, out, offset + d)
    ):
        ids = tracer.read(out, offset + dim)
        if ids is not None:
            tracer.tie(tensor, dim, ids)


def _variety(tracer: 'Tracer', out: torch.Tensor, dim: int) -> int:
    """Returns how many ids stand along a dimension, at one place."""
    labels = tracer.get(out)
    if labels is None:
        return 0
    rows = labels.movedim(dim, 0)
    return len(rows.reshape(len(rows), -1)[:, 0].unique())
