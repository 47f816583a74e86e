"""Views of weights, which layers take in their place."""

from typing import TYPE_CHECKING, Optional

import torch

from .channel_calls import Call
from .move_rules import moved_ids

if TYPE_CHECKING:
    from .channel_tracer import Tracer

__all__ = ['keep_name']


def keep_name(tracer: 'Tracer', call: Call) -> None:
    """Lets a view of a whole weight, such as ``weight.t()``, stand for it.

    Args:
        tracer (Tracer): Knows the weights' names.
        call (Call): Of a function that moves values.
    """
    source, out = call.get(0, 'input'), call.out
    if (
        tracer.name(source) is not None
        and isinstance(out, torch.Tensor)
        and source.is_floating_point()
        and out.numel() == source.numel() > 0
    ):
        dims = _dims(call, source)
        if dims is not None:
            tracer.rename(out, source, dims)


def _dims(call: Call, source: torch.Tensor) -> Optional[list[int]]:
    """Returns which of a tensor's dimensions those of its view are, if so."""
    places = torch.arange(source.numel()).view(source.shape)
    (view,) = moved_ids(call, lambda _: places)
    if view is None or view.data_ptr() != places.data_ptr():
        # In another order.
        return None
    sides = {
        (size, places.stride(dim)): dim
        for dim, size in enumerate(source.shape)
        if size > 1
    }
    # Those of one value are as they come.
    rest = [dim for dim, size in enumerate(source.shape) if size == 1]
    dims = []
    for dim, size in enumerate(view.shape):
        found = sides.get((size, view.stride(dim)))
        if size == 1 and (rest or dim > 1):
            found = rest.pop(0) if rest else 0
        if found is None:
            return None
        dims.append(found)
    return dims
