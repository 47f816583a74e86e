"""What each of PyTorch's functions does to the channels that go through it."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

import torch

from .channel_ids import NOBODY

if TYPE_CHECKING:
    from .channel_trace import _Tracer

__all__ = [
    'NORMS',
    'PROPERTIES',
    'WEIGHTED',
    'Call',
    'WeightDims',
    'follow',
    'passes',
    'shrink',
    'spread',
    'weight_dims',
]

Labels = Optional[torch.Tensor]

NORMS = ('batch_norm', 'group_norm', 'instance_norm', 'layer_norm')
WEIGHTED = (
    'linear',
    *(f'conv{n}d' for n in (1, 2, 3)),
    *(f'conv_transpose{n}d' for n in (1, 2, 3)),
)
# Reading an attribute moves nothing.
PROPERTIES = ('__get__', '__set__', 'size', 'dim', 'stride', 'numel')
# They only move values, so that they move ids in the same way.
_MOVE_NAMES = """
view reshape view_as reshape_as flatten unflatten permute transpose swapaxes
swapdims movedim moveaxis t adjoint squeeze unsqueeze expand expand_as
broadcast_to contiguous clone detach to float chunk split tensor_split unbind
narrow select index_select __getitem__ roll flip repeat tile repeat_interleave
stack cat concat concatenate hstack channel_shuffle pixel_shuffle
pixel_unshuffle unfold
"""
_MOVES = frozenset(_MOVE_NAMES.split())
_PRODUCTS = ('matmul', '__matmul__', '__rmatmul__', 'bmm')
_REDUCTION_NAMES = """
mean sum amax amin max min std var norm logsumexp argmax argmin prod
"""
_REDUCTIONS = frozenset(_REDUCTION_NAMES.split())


class Call(NamedTuple):
    """A call of one of PyTorch's functions, and what came out."""

    name: str
    func: Callable[..., Any]
    args: tuple
    kwargs: dict[str, Any]
    out: Any

    def get(self, position: int, name: str, default: Any = None) -> Any:
        """Returns an argument, by position or name."""
        if len(self.args) > position:
            return self.args[position]
        return self.kwargs.get(name, default)


class WeightDims(NamedTuple):
    """Where a layer has its channels."""

    # Of its input and its output.
    read: int
    # Of its weight: what it makes and what it takes.
    made: int
    taken: int
    transposed: bool


def weight_dims(call: Call) -> WeightDims:
    """Returns where a convolution or linear layer has its channels."""
    transposed = 'transpose' in call.name
    spatial = call.args[1] if len(call.args) > 1 else call.kwargs['weight']
    read = -1 if call.name == 'linear' else 1 - spatial.dim()
    read += call.args[0].dim()
    return WeightDims(read, int(transposed), int(not transposed), transposed)


def passes(labels: Labels, dim: int) -> Labels:
    """Returns ids that are the same all along a dimension, size 1 there."""
    if labels is None:
        return None
    first = labels.narrow(dim, 0, 1)
    return first if bool((labels == first).all()) else None


def spread(labels: Labels, out: torch.Tensor, dim: int) -> Labels:
    """Returns ids of size 1 in a dimension for all of an output."""
    if labels is None or labels.dim() != out.dim():
        return None
    fits = [
        size in (1, wanted) for size, wanted in zip(labels.shape, out.shape)
    ]
    return labels.expand(out.shape) if all(fits) else None


def shrink(labels: torch.Tensor) -> torch.Tensor:
    """Returns equal ids that take no memory where they repeat."""
    small = labels
    for dim in reversed(range(labels.dim())):
        if small.shape[dim] > 1:
            first = small.narrow(dim, 0, 1)
            if small.stride(dim) == 0 or bool((small == first).all()):
                small = first
    return small.expand(labels.shape)


def follow(tracer: '_Tracer', call: Call) -> None:
    """Gives what came out of a call its ids.

    Args:
        tracer (_Tracer): Knows the ids of the arguments.
        call (Call): Of no layer with weights.
    """
    if call.name == '__setitem__':
        _write(tracer, call)
        return
    for tensor in _tensors(call):
        tracer.adopt(tensor)
    if not any(tracer.get(tensor) is not None for tensor in _tensors(call)):
        return
    if call.name in _MOVES:
        _move(tracer, call)
    elif call.name in _PRODUCTS:
        _multiply(tracer, call)
    elif call.name == 'scaled_dot_product_attention':
        _attend(tracer, call)
    elif call.name == 'pad':
        _pad(tracer, call)
    elif call.name in _REDUCTIONS and call.out is not call.args[0]:
        _reduce(tracer, call)
    else:
        for out in _outputs(call.out):
            _point_by_point(tracer, call, out)


def _tensors(call: Call) -> Iterator[torch.Tensor]:
    """Yields the tensors among a call's arguments."""
    for value in chain(call.args, call.kwargs.values()):
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(item, torch.Tensor):
                yield item


def _outputs(out: Any) -> list[torch.Tensor]:
    """Returns the tensors that came out."""
    several = isinstance(out, (list, tuple))
    items = list(out) if several else [out]
    return [item for item in items if isinstance(item, torch.Tensor)]


def _labels(tracer: '_Tracer', tensor: torch.Tensor) -> torch.Tensor:
    """Returns a tensor's ids, ``NOBODY`` where it has none."""
    labels = tracer.get(tensor)
    if labels is None:
        nobody = torch.tensor(NOBODY).view([1] * tensor.dim())
        labels = nobody.expand(tensor.shape)
    return labels


def _move(tracer: '_Tracer', call: Call) -> None:
    """Moves ids as the values were moved."""

    unfolds = call.name == 'unfold'

    def ids(value: Any) -> Any:
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            labels = _labels(tracer, value)
            # Unfolding takes no integers, and pads with 0: `NOBODY` here.
            return (labels - NOBODY).double() if unfolds else labels
        if isinstance(value, (list, tuple)) and any(
            isinstance(item, torch.Tensor) for item in value
        ):
            return type(value)(ids(item) for item in value)
        return value

    if call.name in ('to', 'float', 'contiguous', 'clone', 'detach'):
        tracer.put(call.out, tracer.get(call.args[0]))
        return
    kwargs = {key: ids(value) for key, value in call.kwargs.items()}
    # Ids that repeat lie in memory otherwise than their tensor.
    func = torch.Tensor.reshape if call.name == 'view' else call.func
    moved = func(*map(ids, call.args), **kwargs)
    for out, labels in zip(_outputs(call.out), _outputs(moved)):
        tracer.put(out, labels.long() + NOBODY if unfolds else labels)


def _write(tracer: '_Tracer', call: Call) -> None:
    """Writes ids where values were written."""
    target, index, value = call.args
    labels = _labels(tracer, target).clone()
    if isinstance(value, torch.Tensor):
        labels[index] = _labels(tracer, value)
    else:
        labels[index] = NOBODY
    tracer.put(target, labels)


def _multiply(tracer: '_Tracer', call: Call) -> None:
    """Follows a product of matrices, as in attention.

    Channels that are summed over meet in pairs and end there; channels of one
    factor alone go on.
    """
    left, right = (tracer.get(tensor) for tensor in call.args[:2])
    if call.name == '__rmatmul__':
        left, right = right, left
    if left is not None and right is not None:
        if left.dim() == right.dim() > 2:
            _meet(tracer, left, right.transpose(-1, -2))
    elif right is not None:
        rows = passes(right, right.dim() - 2)
        tracer.put(call.out, spread(rows, call.out, -2))
    else:
        rest = passes(left, call.args[0].dim() - 1)
        tracer.put(call.out, spread(rest, call.out, -1))


def _attend(tracer: '_Tracer', call: Call) -> None:
    """Follows attention: queries meet keys, values go on."""
    query, key, value = (tracer.get(tensor) for tensor in call.args[:3])
    if query is not None and key is not None:
        _meet(tracer, query, key)
    if value is not None:
        rows = passes(value, value.dim() - 2)
        tracer.put(call.out, spread(rows, call.out, -2))


def _meet(tracer: '_Tracer', query: torch.Tensor, key: torch.Tensor) -> None:
    """Follows channels, the last dimension, that meet in pairs.

    In each head, the dimension before the tokens', by themselves.
    """
    one, other = (passes(t, t.dim() - 2) for t in (query, key))
    if one is None or other is None or one.shape != other.shape:
        return
    tracer.ids.unify(one, other)
    if one.dim() == 4 and one.shape[1] > 1:
        tracer.go_together(one[0, :, 0])


def _pad(tracer: '_Tracer', call: Call) -> None:
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


def _reduce(tracer: '_Tracer', call: Call) -> None:
    """Follows a mean or the like over dimensions without channels."""
    labels = tracer.get(call.args[0])
    dims = call.get(1, 'dim', call.kwargs.get('axis'))
    if labels is None or dims is None or isinstance(dims, torch.Tensor):
        if dims is not None:
            _point_by_point(tracer, call, call.out)
        return
    dims = [dims] if isinstance(dims, int) else list(dims)
    for dim in dims:
        reduced = passes(labels, dim % labels.dim())
        if reduced is None:
            return
        labels = reduced
    for out in _outputs(call.out):
        if out.is_floating_point():
            tracer.put(out, labels.reshape(_without(labels, dims, out)))


def _without(
    labels: torch.Tensor, dims: list[int], out: torch.Tensor
) -> list[int]:
    """Returns the shape of ids whose dimensions of size 1 may be gone."""
    if out.dim() == labels.dim():
        return list(labels.shape)
    gone = {dim % labels.dim() for dim in dims}
    return [s for d, s in enumerate(labels.shape) if d not in gone]


def _point_by_point(tracer: '_Tracer', call: Call, out: torch.Tensor) -> None:
    """Follows what treats each value, or each channel, by itself.

    Whatever else there is ends here: its output has no channels to follow.
    """
    if not out.is_floating_point():
        return
    tensors = [t for t in _tensors(call) if t.is_floating_point()]
    known = [t for t in tensors if tracer.get(t) is not None]
    if _is_broadcast(tensors, out):
        labels = _labels(tracer, known[0]).expand(out.shape)
        for tensor in known[1:]:
            other = _labels(tracer, tensor).expand(out.shape)
            tracer.ids.unify(labels, other)
            labels = torch.where(labels == NOBODY, other, labels)
        tracer.put(out, labels)
        for tensor in tensors:
            _tie_parameter(tracer, tensor, out)
        return
    labels = _labels(tracer, known[0])
    # Pooling, interpolation: as many samples and channels.
    if len(known) == 1 and _is_resized(labels, out):
        for dim in range(2, out.dim()):
            same = passes(labels, dim)
            if same is None:
                return
            labels = same
        tracer.put(out, labels.expand(out.shape))


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
    tracer: '_Tracer', tensor: torch.Tensor, out: torch.Tensor
) -> None:
    """Ties a parameter, such as a layer's scale, to the channels it meets."""
    if tracer.name(tensor) is None:
        return
    offset = out.dim() - tensor.dim()
    for dim, size in enumerate(tensor.shape):
        if size == out.shape[offset + dim] > 1:
            ids = tracer.read(out, offset + dim)
            if ids is not None:
                tracer.tie(tensor, dim, ids)
