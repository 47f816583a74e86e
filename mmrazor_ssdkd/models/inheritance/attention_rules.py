"""Channels that meet in products of matrices, as attention has them."""

from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from .channel_calls import Call
from .channel_ids import NOBODY
from .channel_labels import Labels, narrowed, spread, variety

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['PRODUCTS', 'attend', 'attend_with_weights', 'multiply']

PRODUCTS = ('matmul', '__matmul__', '__rmatmul__', 'bmm')


class _Factor(NamedTuple):
    """Where matrices have their channels, size 1 along their other side."""

    # Along the last dimension but one, along the last, and only before them.
    rows: Labels = None
    columns: Labels = None
    heads: Labels = None


def multiply(tracer: 'Tracer', call: Call) -> None:
    """Follows a product of matrices.

    Channels that are summed over meet in pairs and end there; others go on.
    """
    left, right = call.args[0], call.get(1, 'other', call.kwargs.get('mat2'))
    if call.name == '__rmatmul__':
        left, right = right, left
    if right.dim() == 2 and tracer.name(right) is not None:
        ids = tracer.read(left, -1)
        if ids is not None:
            made = tracer.ids.fresh(right.shape[1])
            made = tracer.read_by(right, None, ids, made, taken=0)
            tracer.label(call.out, made, -1)
            tracer.note_maker(call.out, right)
            return
    one, other = _factor(tracer, left), _factor(tracer, right)
    heads = [ids for ids in (one.heads, other.heads) if ids is not None]
    if one.columns is not None and other.rows is not None:
        heads += _meet(tracer, one.columns, other.rows.mT)
    if len(heads) > 1:
        tracer.ids.unify(*torch.broadcast_tensors(*heads[:2]))
    ends = [ids for ids in (other.columns, one.rows) if ids is not None]
    for channels in ends:
        for ids in heads:
            _go_with(tracer, ids, channels)
    found = [spread(ids, call.out) for ids in ends or heads[-1:]]
    tracer.put(call.out, found[0] if found else None)
    # Of channels with channels, such as a cross-covariance.
    for labels in found[1:]:
        tracer.cross(call.out, labels)


def attend(tracer: 'Tracer', call: Call) -> None:
    """Follows attention: queries meet keys, values go on."""
    names = ('query', 'key', 'value', 'attn_mask')
    query, key, value, mask = (
        _factor(tracer, call.get(i, name)) for i, name in enumerate(names)
    )
    heads = [] if mask.heads is None else [mask.heads]
    if query.columns is not None and key.columns is not None:
        heads += _meet(tracer, query.columns, key.columns)
    if len(heads) > 1:
        # A bias may be one for all images.
        tracer.ids.unify(*torch.broadcast_tensors(*heads))
    if value.columns is not None:
        for ids in heads[-1:]:
            _go_with(tracer, ids, value.columns)
        tracer.put(call.out, spread(value.columns, call.out))


def attend_with_weights(tracer: 'Tracer', call: Call) -> None:
    """Follows ``nn.MultiheadAttention``, its layers included."""
    query, key, value, _, heads, weight, bias = call.args[:7]
    size = query.shape[-1]
    read = [tracer.read(tensor, -1) for tensor in (query, key, value)]
    known = [ids for ids in read if ids is not None]
    if weight is None or len(known) < len(read):
        # Inputs of several sizes have weights of their own: not followed.
        return
    for ids in known:
        tracer.ids.unify(known[0], ids)
    made = tracer.ids.fresh(2 * size)
    met, passed = made.chunk(2)
    tracer.go_together(met.view(heads, -1), passed.view(heads, -1))
    tracer.read_by(weight, bias, known[0], torch.cat([met, met, passed]))
    # A key and a value that each image has beside its own.
    tracer.tie(call.get(7, 'bias_k'), 2, met)
    tracer.tie(call.get(8, 'bias_v'), 2, passed)
    end = tracer.ids.fresh(size)
    end = tracer.read_by(call.get(11, ''), call.get(12, ''), passed, end)
    tracer.label(call.out[0], end, -1)


def _factor(tracer: 'Tracer', tensor: Any) -> _Factor:
    """Finds where a factor of a product has its channels."""
    factor = _Factor()
    for labels in (tracer.settled(tensor), tracer.crossing(tensor)):
        if labels is None or labels.dim() < 2:
            continue
        counts = [variety(labels, dim) for dim in (-2, -1)]
        if max(counts) < 2:
            # Those of one head are those of all.
            heads = labels[..., :1, :1]
            found = set(narrowed(heads).unique().tolist())
            # A single one may be a mask's channel.
            if len(found) > 1 or found <= tracer.ids.alone():
                factor = factor._replace(heads=heads)
        elif counts[0] > counts[1]:
            rows = tracer.merge_along(labels, -1)
            factor = factor._replace(rows=rows)
        else:
            columns = tracer.merge_along(labels, -2)
            factor = factor._replace(columns=columns)
    return factor


def _meet(
    tracer: 'Tracer', query: torch.Tensor, key: torch.Tensor
) -> list[torch.Tensor]:
    """Follows channels, the last dimension, that meet in pairs.

    A single head is one of those that another network may have.

    Returns:
        list[torch.Tensor]: Ids of the heads that they meet in; their channels
        only go together.
    """
    if query.shape != key.shape:
        return []
    tracer.ids.unify(query, key)
    rows = query.reshape(-1, query.shape[-1])
    channels, which = rows.unique(dim=0, return_inverse=True)
    heads = tracer.ids.fresh(len(channels), alone=True)
    tracer.go_together(channels, heads[:, None])
    return [heads[which].view(*query.shape[:-1], 1)]


def _go_with(
    tracer: 'Tracer', heads: torch.Tensor, channels: torch.Tensor
) -> None:
    """Notes that channels, along either side, go with their heads."""
    if heads.shape[:-2] != channels.shape[:-2]:
        return
    pairs = torch.cat([heads.flatten(-2), channels.flatten(-2)], dim=-1)
    pairs = pairs.reshape(-1, pairs.shape[-1]).unique(dim=0)
    # What fills up is nobody's.
    pairs = pairs[:, (pairs != NOBODY).all(dim=0)]
    tracer.go_together(pairs[:, 1:], pairs[:, :1])
