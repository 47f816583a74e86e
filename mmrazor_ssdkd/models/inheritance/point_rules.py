"""Channels that go through arithmetic and sums over other dimensions."""

from functools import partial
from typing import TYPE_CHECKING, Optional

import torch

from .channel_calls import Call, tensors_in, tensors_of
from .channel_ids import NOBODY
from .channel_labels import Labels, channel_dim, narrowed, variety
from .tables import wide_dims

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = [
    'REDUCTIONS',
    'gate',
    'inherit_name',
    'is_broadcast',
    'is_resized',
    'point_by_point',
    'reduce',
    'reduced_dims',
    'richness',
    'without',
]

_NAMES = """
mean sum amax amin max min std var norm logsumexp argmax argmin prod
"""
REDUCTIONS = frozenset(_NAMES.split())


def reduce(tracer: 'Tracer', call: Call) -> None:
    """Follows a mean or the like over dimensions without channels."""
    labels = tracer.settled(call.args[0])
    if isinstance(call.get(1, 'other'), torch.Tensor):
        point_by_point(tracer, call, call.out)
        return
    dims = reduced_dims(call)
    if labels is None or dims is None:
        return
    for dim in dims:
        labels = _reduced(tracer, labels, dim % labels.dim())
        if labels is None:
            return
    for out in tensors_of(call.out):
        if out.is_floating_point():
            tracer.put(out, labels.reshape(without(labels, dims, out)))


def reduced_dims(call: Call) -> Optional[list[int]]:
    """Returns the dimensions of a mean or the like; None for all."""
    # A norm has its order first.
    place = 2 if call.name == 'norm' else 1
    dims = call.get(place, 'dim', call.kwargs.get('axis'))
    if isinstance(dims, int) and not isinstance(dims, bool):
        return [dims]
    return list(dims) if isinstance(dims, (list, tuple)) else None


def _reduced(tracer: 'Tracer', labels: torch.Tensor, dim: int) -> Labels:
    """Returns ids of what is summed up along a dimension, size 1 there.

    Branches become one, as in a residual stream; channels end.
    """
    if dim == channel_dim(labels):
        return None
    return tracer.merge_along(labels, dim)


def gate(tracer: 'Tracer', call: Call) -> None:
    """Follows a gated linear unit: the first half times the second's."""
    labels = tracer.settled(call.args[0])
    if labels is not None:
        one, other = labels.chunk(2, call.get(1, 'dim', -1))
        tracer.ids.unify(one, other)
        tracer.put(call.out, torch.where(one == NOBODY, other, one))


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
    if is_broadcast(tensors, out):
        crossing = [tracer.crossing(t) for t in known if t.shape == out.shape]
        passed = tracer.passed(known[0]) if len(tensors) == 1 else None
        tables = [tracer.places(tensor) for tensor in tensors]
        _join(tracer, known, out)
        for labels in crossing:
            tracer.cross(out, labels)
        tracer.note_passed(out, passed)
        for places in tables:
            if places is not None:
                _tie_table(tracer, places, out)
        return
    resized = _known(tracer, known[0])
    # Pooling, interpolation: as many samples and channels.
    if len(known) == 1 and is_resized(resized, out):
        for dim in range(2, out.dim()):
            same = _reduced(tracer, resized, dim)
            if same is None:
                return
            resized = same
        tracer.put(out, resized.expand(out.shape))


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
    labels = tracer.settled(tensor)
    assert labels is not None
    return labels


def _join(
    tracer: 'Tracer', known: list[torch.Tensor], out: torch.Tensor
) -> None:
    """Makes the channels that meet in an output one.

    But for those of what has none along the channels' dimension, such as a
    mask of places or a learnt weight of a branch. Theirs are no channels
    here.
    """
    if len(known) == 1:
        tracer.put(out, _known(tracer, known[0]).expand(out.shape))
        return
    found = [tracer.settled(tensor) for tensor in known]
    whole = [ids.expand(out.shape) for ids in found if ids is not None]
    main = max(whole, key=partial(richness, tracer))
    labels: Labels = main
    for ids in whole:
        if _lies_across(tracer, ids, main):
            tracer.go_along(main, ids)
            if _has_own_channels(tracer, ids, main):
                labels = None
        elif labels is not None:
            tracer.ids.unify(labels, ids)
            labels = torch.where(labels == NOBODY, ids, labels)
    tracer.put(out, labels)


def _lies_across(
    tracer: 'Tracer', ids: torch.Tensor, main: torch.Tensor
) -> bool:
    """Returns whether ids are the same where features have channels.

    Where a parameter is one for a whole row of features, such as a head's
    temperature for its channels, they need not be most.
    """
    last = channel_dim(main)
    if last is None:
        return False
    dims = [last]
    if not richness(tracer, ids)[0]:
        sizes = enumerate(main.shape)
        dims += [d for d, size in sizes if variety(main, d) == size > 1]
    return any(not ids.stride(dim) for dim in dims)


def richness(tracer: 'Tracer', ids: torch.Tensor) -> tuple[bool, int]:
    """Returns whether ids are of features, and how many they are."""
    few = set(narrowed(ids).unique().tolist())
    return not few <= tracer.ids.alone(), len(few)


def _has_own_channels(
    tracer: 'Tracer', ids: torch.Tensor, main: torch.Tensor
) -> bool:
    """Returns whether features have channels along another dimension."""
    dim = channel_dim(ids)
    return (
        dim is not None and not main.stride(dim) and richness(tracer, ids)[0]
    )


def without(
    labels: torch.Tensor, dims: list[int], out: torch.Tensor
) -> list[int]:
    """Returns the shape of ids whose dimensions of size 1 may be gone."""
    if out.dim() == labels.dim():
        return list(labels.shape)
    gone = {dim % labels.dim() for dim in dims}
    return [s for d, s in enumerate(labels.shape) if d not in gone]


def is_broadcast(tensors: list[torch.Tensor], out: torch.Tensor) -> bool:
    """Returns whether an output has the shape of its inputs together."""
    try:
        shape = torch.broadcast_shapes(*(t.shape for t in tensors))
    except RuntimeError:
        return False
    return shape == out.shape


def is_resized(labels: torch.Tensor, out: torch.Tensor) -> bool:
    """Returns whether only height, width and the like have changed."""
    same = labels.shape[:2] == out.shape[:2]
    return labels.dim() == out.dim() and labels.dim() > 2 and same


def _tie_table(
    tracer: 'Tracer', places: torch.Tensor, out: torch.Tensor
) -> None:
    """Ties a table, such as a layer's scale, to the channels it meets."""
    places = places.expand(out.shape)
    # Of an embedding of positions, channels first: where a class token meets
    # an image's, positions differ, too, until theirs are known to be one.
    for dim in sorted(
        wide_dims(places), key=lambda d: -_variety(tracer, out, d)
    ):
        ids = tracer.read_alike(out, dim)
        if ids is not None:
            tracer.tie_table(places, dim, ids)
            return


def _variety(tracer: 'Tracer', out: torch.Tensor, dim: int) -> int:
    """Returns how many ids stand along a dimension, at one place."""
    labels = tracer.get(out)
    return 0 if labels is None else variety(labels, dim)
