"""Calls of PyTorch's functions, and which of them are layers."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, Optional

import torch
from torch.overrides import TorchFunctionMode

__all__ = [
    'NORMS',
    'WEIGHTED',
    'Call',
    'CallMode',
    'WeightDims',
    'tensors_in',
    'tensors_of',
    'weight_dims',
]

NORMS = ('batch_norm', 'group_norm', 'instance_norm', 'layer_norm')
WEIGHTED = (
    'linear',
    *(f'conv{n}d' for n in (1, 2, 3)),
    *(f'conv_transpose{n}d' for n in (1, 2, 3)),
)
# They move nothing.
_PROPERTIES = ('__get__', '__set__', 'size', 'dim', 'stride', 'numel')
_VIEWS = ('T', 'mT', 'H', 'mH', 'data')


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


class CallMode(TorchFunctionMode):
    """Looks at each call of PyTorch's functions that moves or makes values."""

    def follow(self, call: Call) -> None:
        """Follows a call.

        Args:
            call (Call): It, once it was made.
        """
        raise NotImplementedError

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Optional[dict] = None,
    ) -> Any:
        """Runs a function and follows it."""
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        name = _name_of(func)
        if name not in _PROPERTIES:
            self.follow(Call(name, func, tuple(args), kwargs, out))
        return out


def _name_of(func: Callable[..., Any]) -> str:
    """Returns a function's name, or that of the view that it reads."""
    name = getattr(func, '__name__', '')
    view = getattr(getattr(func, '__self__', None), '__name__', '')
    return view if name == '__get__' and view in _VIEWS else name


class WeightDims(NamedTuple):
    """Where a layer has its channels."""

    # Of its input and its output.
    read: int
    # Of its weight: what it makes and what it takes.
    made: int
    taken: int


def weight_dims(call: Call) -> WeightDims:
    """Returns where a convolution or linear layer has its channels."""
    transposed = 'transpose' in call.name
    read = -1 if call.name == 'linear' else 1 - call.get(1, 'weight').dim()
    read += call.get(0, 'input').dim()
    return WeightDims(read, int(transposed), int(not transposed))


def tensors_in(call: Call) -> Iterator[torch.Tensor]:
    """Yields the tensors among a call's arguments."""
    for value in chain(call.args, call.kwargs.values()):
        yield from tensors_of(value)


def tensors_of(value: Any) -> list[torch.Tensor]:
    """Returns a tensor, or those in a list of them."""
    items = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in items if isinstance(item, torch.Tensor)]
