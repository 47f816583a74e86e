"""Layers over another dimension than the channels', such as tokens."""

from typing import TYPE_CHECKING

from .channel_calls import Call, weight_dims
from .channel_labels import Labels, passes, spread

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['pass_tokens']


def pass_tokens(tracer: 'Tracer', call: Call, labels: Labels) -> None:
    """Lets channels pass through a layer that mixes tokens.

    Its hidden units, such as those of an MLP-Mixer's two layers, are followed
    to the next such layer, if there is no more than an activation in between.

    Args:
        tracer (Tracer): Knows the ids of the arguments.
        call (Call): Of a convolution or a linear layer.
        labels (torch.Tensor, optional): The ids that it is given.
    """
    features, weight = call.get(0, 'input'), call.get(1, 'weight')
    read, first = weight_dims(call).read, tracer.passed(features)
    labels = passes(labels, read)
    tracer.put(call.out, spread(labels, call.out))
    is_whole = call.get(6, 'groups', 1) == 1
    if labels is None or tracer.name(weight) is None or not is_whole:
        return
    if first is not None and weight_dims(first).read == read:
        _tie_units(tracer, first, call)
    tracer.note_passed(call.out, call)
    tracer.note_maker(call.out, weight)


def _tie_units(tracer: 'Tracer', first: Call, then: Call) -> None:
    """Ties what a layer makes to what the next one reads.

    Tokens themselves are not chosen: nobody knows where they come from.
    """
    read = weight_dims(then).read
    before, within, after = (
        tensor.shape[read]
        for tensor in (first.get(0, 'input'), first.out, then.out)
    )
    units = tracer.ids.fresh(within)
    for call, ids, made in (
        (first, tracer.unknown(before), units),
        (then, units, tracer.unknown(after)),
    ):
        taken = weight_dims(call).taken
        weight, bias = call.get(1, 'weight'), call.get(2, 'bias')
        tracer.read_by(weight, bias, ids, made, taken=taken)
