"""Channels that meet in products of matrices, as attention has them."""

from typing import TYPE_CHECKING

import torch

from .channel_calls import Call
from .channel_labels import Labels, passes, spread

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['PRODUCTS', 'attend', 'attend_with_weights', 'multiply']

PRODUCTS = ('matmul', '__matmul__', '__rmatmul__', 'bmm')


def multiply(tracer: 'Tracer', call: Call) -> None:
    """Follows a product of matrices.

    Channels that are summed over meet in pairs and end there; channels of one
    factor alone go on.
    """
    left, right = call.args[0], call.get(1, 'other', call.kwargs.get('mat2'))
    if call.name == '__rmatmul__':
        left, right = right, left
    one, other = tracer.get(left), tracer.get(right)
    if other is None:
        tracer.put(call.out, spread(passes(one, -1), call.out))
    elif one is None or passes(other, -2) is not None:
        tracer.put(call.out, _weigh(tracer, one, other, call.out))
    elif left.dim() == right.dim() > 2:
        tracer.put(call.out, _meet(tracer, one, other.mT, call.out))


def attend(tracer: 'Tracer', call: Call) -> None:
    """Follows attention: queries meet keys, values go on."""
    names = ('query', 'key', 'value')
    tensors = [call.get(i, name) for i, name in enumerate(names)]
    query, key, value = map(tracer.get, tensors)
    heads: Labels = None
    if query is not None and key is not None:
        size = (*tensors[0].shape[:-1], tensors[1].shape[-2])
        heads = _meet(tracer, query, key, torch.empty(size, device='meta'))
    if value is not None:
        tracer.put(call.out, _weigh(tracer, heads, value, call.out))


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


def _meet(
    tracer: 'Tracer',
    query: torch.Tensor,
    key: torch.Tensor,
    out: torch.Tensor,
) -> Labels:
    """Follows channels, the last dimension, that meet in pairs.

    Returns:
        torch.Tensor | None: Ids of the heads that they meet in, if there are
        several; their channels only go together.
    """
    one, other = (passes(t, -2) for t in (query, key))
    if one is None or other is None or one.shape != other.shape:
        return None
    tracer.ids.unify(one, other)
    rows = one.reshape(-1, one.shape[-1])
    channels, which = rows.unique(dim=0, return_inverse=True)
    if len(channels) == 1:
        return None
    heads = tracer.ids.fresh(len(channels))
    tracer.go_together(channels, heads[:, None])
    return spread(heads[which].view(*one.shape[:-1], 1), out)


def _weigh(
    tracer: 'Tracer', heads: Labels, value: torch.Tensor, out: torch.Tensor
) -> Labels:
    """Follows values that are summed up over tokens, head by head."""
    rows = passes(value, -2)
    if rows is None:
        return None
    weights = None
    if heads is not None:
        inner = passes(heads, -1)
        weights = None if inner is None else passes(inner, -2)
    if weights is not None and weights.shape[:-2] == rows.shape[:-2]:
        pairs = torch.cat([weights, rows], dim=-1)
        pairs = pairs.reshape(-1, pairs.shape[-1]).unique(dim=0)
        tracer.go_together(pairs[:, 1:], pairs[:, :1])
    return spread(rows, out)
