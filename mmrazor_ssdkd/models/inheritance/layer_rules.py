"""Channels that layers with weights read and make."""

from typing import TYPE_CHECKING

import torch

from .channel_calls import Call, WeightDims, weight_dims
from .channel_labels import narrowed, spread
from .token_rules import pass_tokens

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['pass_layer', 'pass_norm', 'pass_slopes']


def pass_layer(tracer: 'Tracer', call: Call) -> None:
    """Follows a convolution or a linear layer."""
    features, weight = call.get(0, 'input'), call.get(1, 'weight')
    dims, labels = weight_dims(call), tracer.get(features)
    if tracer.name(weight) is None:
        if _is_depthwise(call, dims):
            _pass_filters(tracer, call, dims)
            return
        ids = None
    elif labels is None:
        # Nobody knows where they come from, but those that it makes go on.
        ids = tracer.unknown(features.shape[dims.read])
    elif _is_depthwise(call, dims) and tracer.is_shared_by_heads(
        features, dims.read
    ):
        tracer.put(call.out, spread(narrowed(labels), call.out))
        return
    else:
        ids = tracer.read(features, dims.read)
    if ids is None:
        pass_tokens(tracer, call, labels)
        return
    made = _tie_weights(tracer, call, dims, ids)
    tracer.label(call.out, made, dims.read)
    tracer.note_maker(call.out, weight)


def _is_depthwise(call: Call, dims: WeightDims) -> bool:
    """Returns whether each channel has a filter of its own."""
    size = call.get(0, 'input').shape[dims.read]
    groups = call.get(6, 'groups', 1)
    return groups == size == call.out.shape[dims.read]


def _pass_filters(tracer: 'Tracer', call: Call, dims: WeightDims) -> None:
    """Follows depthwise filters that a network makes of its features."""
    features, weight = call.get(0, 'input'), call.get(1, 'weight')
    # A transposed one has them in the same dimension.
    ends = tracer.read(features, dims.read), tracer.read(weight, 0)
    found = [ids for ids in ends if ids is not None]
    for ids in found[1:]:
        tracer.ids.unify(found[0], ids)
    for ids in found[:1]:
        tracer.label(call.out, ids, dims.read)


def _tie_weights(
    tracer: 'Tracer', call: Call, dims: WeightDims, ids: torch.Tensor
) -> torch.Tensor:
    """Notes what a layer reads; returns the ids of what it makes."""
    weight, bias = call.get(1, 'weight'), call.get(2, 'bias')
    groups = call.get(6, 'groups', 1)
    size = call.out.shape[dims.read]
    depthwise = _is_depthwise(call, dims)
    made = ids if depthwise else tracer.ids.fresh(size)
    if groups > 1 and not depthwise:
        tracer.go_together(ids.view(groups, -1), made.view(groups, -1))
    made = tracer.read_by(weight, bias, ids, made, groups, dims.taken)
    # A weight that is made of several tensors, such as its size and its
    # direction, brings ids of its own; a bias, such as those of queries and
    # of values in one, too.
    own = tracer.read(weight, dims.made)
    for given in (own, tracer.get(bias)):
        if given is not None and given.shape == made.shape:
            tracer.ids.unify(given, made)
    return made


def pass_norm(tracer: 'Tracer', call: Call) -> None:
    """Follows a norm, which ties its tensors to its input's channels."""
    features = call.get(0, 'input')
    dims = [1]
    if call.name == 'layer_norm':
        shape = call.get(1, 'normalized_shape')
        dims = list(range(features.dim() - len(shape), features.dim()))
    tracer.note_norm(features, call.name in ('batch_norm', 'instance_norm'))
    for place, dim in enumerate(dims):
        ids = tracer.read_alike(features, dim)
        if ids is None:
            continue
        for tensor in (*call.args[1:], *call.kwargs.values()):
            if isinstance(tensor, torch.Tensor):
                tracer.tie(tensor, place, ids)
        groups = call.get(1, 'num_groups')
        if call.name == 'group_norm' and 1 < groups < len(ids):
            # Each is divided by what is common to its group.
            tracer.go_together(ids.view(groups, -1))
    # Those of several places may have become one.
    tracer.put(call.out, tracer.settled(features))


def pass_slopes(tracer: 'Tracer', call: Call) -> None:
    """Follows a PReLU, which may have a slope for each channel."""
    features, weight = call.get(0, 'input'), call.get(1, 'weight')
    ids = tracer.read(features, 1) if features.dim() > 1 else None
    if ids is not None and weight.numel() == len(ids):
        tracer.tie(weight, 0, ids)
    # Those of several places may have become one.
    tracer.put(call.out, tracer.settled(features))
