"""Tables, such as embeddings of positions, on their way to features."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import torch

from .channel_calls import WEIGHTED, Call, tensors_in, tensors_of, weight_dims
from .channel_labels import Labels, variety
from .move_rules import MOVES, moved_ids
from .point_rules import (
    REDUCTIONS,
    is_broadcast,
    is_resized,
    reduced_dims,
    richness,
    without,
)
from .tables import wide_dims

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['adopt_beside', 'adopt_read', 'carry']


def adopt_read(tracer: 'Tracer', call: Call) -> None:
    """Gives a table that a layer or a norm reads ids."""
    table = call.get(0, 'input')
    if tracer.is_table(table):
        dim = -1 if call.name == 'layer_norm' else 1
        if call.name in WEIGHTED:
            dim = weight_dims(call).read
        tracer.adopt_table(table, dim)


def adopt_beside(tracer: 'Tracer', call: Call) -> None:
    """Gives a table ids where it is put beside features.

    So a class token that was expanded has some, or a part of a table.
    """
    tensors = list(tensors_in(call))
    tables = [(tensor, tracer.places(tensor)) for tensor in tensors]
    if all(places is None for _, places in tables):
        return
    found = [tracer.settled(tensor) for tensor in tensors]
    known = [labels for labels in found if labels is not None]
    if not known:
        return
    main = max(known, key=partial(richness, tracer))
    for table, places in tables:
        if places is None:
            continue
        # The channels' dimension is that of the most ids.
        dims = wide_dims(places)
        counts = {variety(main, dim): dim for dim in dims}
        if max(counts, default=0) > 1:
            tracer.adopt_table(table, counts[max(counts)])


def carry(tracer: 'Tracer', call: Call) -> None:
    """Moves places as a table's values were moved.

    Where it is changed, value by value, what comes out stands for it.
    """
    given = tensors_of(call.get(0, 'input'))
    if call.name not in MOVES or not given:
        given = list(tensors_in(call))
    tables = [tensor for tensor in given if tracer.is_table(tensor)]
    if not tables or any(tracer.get(tensor) is not None for tensor in given):
        # Ids go on in place of places.
        return
    outs = tensors_of(call.out)
    if call.name in MOVES:
        found = moved_ids(call, tracer.places)
    else:
        places = tracer.places(tables[0])
        found = [_changed(call, places, out) for out in outs]
    for out, moved in zip(outs, found):
        if moved is not None and out.is_floating_point() and out.numel():
            tracer.put_places(out, moved)


def _changed(call: Call, places: Labels, out: torch.Tensor) -> Labels:
    """Returns the places of what is made of a table, value by value.

    Of what becomes one value, or is resized, the first stands for all.
    """
    if places is None:
        return None
    if call.name in REDUCTIONS:
        dims = reduced_dims(call)
        if not dims:
            return None
        first = _first(places, dims)
        return first.reshape(without(first, dims, out))
    if is_broadcast(list(tensors_in(call)), out):
        return places.expand(out.shape)
    if is_resized(places, out):
        return _first(places, range(2, out.dim())).expand(out.shape)
    return None


def _first(places: torch.Tensor, dims: Sequence[int]) -> torch.Tensor:
    """Returns what stands first along some dimensions, size 1 there."""
    for dim in dims:
        places = places.narrow(dim, 0, 1)
    return places
