"""Channels that go where their values are moved."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Optional

import torch

from .channel_calls import Call, tensors_in, tensors_of
from .channel_ids import NOBODY
from .channel_labels import Labels, nobody, passes

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['JOINS', 'MOVES', 'look_up', 'move', 'moved_ids', 'pad', 'write']

# They only move values, so that they move ids in the same way.
_NAMES = """
view reshape view_as reshape_as flatten unflatten permute transpose swapaxes
swapdims movedim moveaxis t adjoint squeeze unsqueeze expand expand_as
broadcast_to contiguous clone detach to type_as float chunk split
tensor_split hsplit vsplit dsplit unbind narrow select index_select
__getitem__ roll flip repeat tile repeat_interleave stack cat concat
concatenate hstack channel_shuffle pixel_shuffle pixel_unshuffle unfold
embedding T mT H mH data
"""
MOVES = frozenset(_NAMES.split())
# Of these, those that take some of the channels.
_NAMES = """
chunk split tensor_split hsplit vsplit dsplit unbind narrow select
index_select __getitem__
"""
_TAKES = frozenset(_NAMES.split())
# Those that put tensors beside each other.
JOINS = ('stack', 'cat', 'concat', 'concatenate', 'hstack')
_STAYS = ('to', 'type_as', 'float', 'contiguous', 'clone', 'detach', 'data')


def move(tracer: 'Tracer', call: Call) -> None:
    """Moves ids as the values were moved."""
    outs = tensors_of(call.out)
    moved = moved_ids(call, tracer.get)
    crossing: list[Labels] = [None] * len(outs)
    if any(tracer.crossing(t) is not None for t in tensors_in(call)):
        crossing = moved_ids(call, tracer.crossing)
    whole = tracer.get(call.args[0]) if call.name in _TAKES else None
    for labels in moved:
        if whole is not None and labels is not None:
            tracer.take_part(whole, labels)
    for out, labels, others in zip(outs, moved, crossing):
        tracer.put(out, labels)
        tracer.cross(out, others)


def look_up(tracer: 'Tracer', call: Call) -> None:
    """Gives a table ids along the dimension that is not looked up.

    Heads have biases of relative positions in one.
    """
    table, dim = call.get(0, 'input'), _looked_up(call)
    if call.name == 'embedding':
        table, dim = call.get(1, 'weight'), 0
    if (
        dim is not None
        and tracer.name(table) is not None
        and tracer.get(table) is None
        and table.dim() == 2
    ):
        ids = tracer.ids.fresh(table.shape[1 - dim], alone=True)
        tracer.label(table, tracer.tie(table, 1 - dim, ids), 1 - dim)


def _looked_up(call: Call) -> Optional[int]:
    """Returns the dimension of two that places are looked up along."""
    if call.name == 'index_select':
        return int(call.get(1, 'dim')) % 2
    index = call.args[1] if call.name == '__getitem__' else None
    index = index if isinstance(index, tuple) else (index,)
    by_tensor = [isinstance(item, torch.Tensor) for item in index]
    if by_tensor == [True]:
        return 0
    is_last = by_tensor == [False, True] and index[0] == slice(None)
    return 1 if is_last else None


def moved_ids(
    call: Call, labels_of: Callable[[torch.Tensor], Labels]
) -> list[Labels]:
    """Returns ids of a call's outputs, given those of its arguments."""
    unfolds = call.name == 'unfold'

    def ids(value: Any) -> Any:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            labels = labels_of(value)
            labels = nobody(value) if labels is None else labels
            # Unfolding takes no integers, and pads with 0: `NOBODY` here.
            return (labels - NOBODY).double() if unfolds else labels
        if isinstance(value, (list, tuple)) and tensors_of(value):
            return type(value)(ids(item) for item in value)
        return value

    if call.name in _STAYS:
        return [labels_of(call.args[0])]
    if call.name == 'embedding':
        # With a largest norm it would scale the ids.
        return [ids(call.get(1, 'weight'))[call.get(0, 'input')]]
    kwargs = {key: ids(value) for key, value in call.kwargs.items()}
    # Ids that repeat lie in memory otherwise than their tensor.
    func = torch.Tensor.reshape if call.name == 'view' else call.func
    moved = tensors_of(func(*map(ids, call.args), **kwargs))
    return [x.long() + NOBODY if unfolds else x for x in moved]


def write(tracer: 'Tracer', call: Call) -> None:
    """Writes ids where values were written."""
    target, index, value = call.args
    labels = _labels(tracer, target).clone()
    if isinstance(value, torch.Tensor):
        labels[index] = _labels(tracer, value)
    else:
        labels[index] = NOBODY
    tracer.put(target, labels)


def pad(tracer: 'Tracer', call: Call) -> None:
    """Follows padding, which may add channels that are nobody's."""
    labels, padding = _labels(tracer, call.args[0]), call.get(1, 'pad')
    before = [slice(None)] * labels.dim()
    filled = torch.full(call.out.shape, NOBODY)
    for number in range(labels.dim()):
        dim = labels.dim() - 1 - number
        low, high = (*padding[2 * number : 2 * number + 2], 0, 0)[:2]
        same = passes(labels, dim)
        if same is not None:
            labels = same
        elif min(low, high) >= 0:
            before[dim] = slice(low, low + labels.shape[dim])
        else:
            tracer.put(call.out, None)
            return
    filled[tuple(before)] = labels.expand(filled[tuple(before)].shape)
    tracer.put(call.out, filled)


def _labels(tracer: 'Tracer', tensor: torch.Tensor) -> torch.Tensor:
    """Returns a tensor's ids, ``NOBODY`` where it has none."""
    labels = tracer.get(tensor)
    return nobody(tensor) if labels is None else labels
