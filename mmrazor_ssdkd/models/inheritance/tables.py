"""Elements of a model's tables, wherever a forward pass moves them."""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple, Optional

import torch

from .channel_ids import NOBODY
from .channel_labels import narrowed

__all__ = ['Side', 'Tables', 'wide_dims']


class Side(NamedTuple):
    """A dimension of a table that lies along one of a tensor.

    Attributes:
        name (str): The table's.
        dim (int): Its dimension.
        size (int): Of that dimension.
        places (torch.Tensor): Where along it each of the tensor's positions
            is, (size of the tensor's dimension,), ``NOBODY`` for others.
    """

    name: str
    dim: int
    size: int
    places: torch.Tensor


class Tables:
    """Gives each element of each table a number, its place.

    A table is a parameter or buffer with several wide dimensions, such as an
    embedding of positions. Which of them holds channels shows where it meets
    features. Its places are moved as its values are until then.
    """

    def __init__(self) -> None:
        self._shapes: dict[str, torch.Size] = {}
        self._first: dict[str, int] = {}
        self._count = 0

    def places(self, name: str, shape: torch.Size) -> torch.Tensor:
        """Returns the places of a table's elements, of its shape."""
        if name not in self._first:
            self._shapes[name], self._first[name] = shape, self._count
            self._count += prod(shape)
        first = self._first[name]
        return torch.arange(first, first + prod(shape)).view(shape)

    def sides(self, places: torch.Tensor, dim: int) -> Iterator[Side]:
        """Yields what lies along a dimension of places.

        Args:
            places (torch.Tensor): Of any tables, ``NOBODY`` elsewhere.
            dim (int): The dimension.
        """
        rows = narrowed(places, but=dim % places.dim()).movedim(dim, -1)
        rows = rows.reshape(-1, rows.shape[-1])
        for name, shape in self._shapes.items():
            own = rows - self._first[name]
            here = (own >= 0) & (own < prod(shape))
            if here.any():
                side = _side(name, shape, own, here)
                if side is not None:
                    yield side


def wide_dims(places: torch.Tensor) -> list[int]:
    """Returns the dimensions along which places are not all the same."""
    sizes = enumerate(places.shape)
    return [dim for dim, size in sizes if size > 1 and places.stride(dim)]


def _side(
    name: str, shape: torch.Size, rows: torch.Tensor, here: torch.Tensor
) -> Optional[Side]:
    """Returns the only dimension of a table that rows of places go along.

    Args:
        name (str): The table's.
        shape (torch.Size): The table's.
        rows (torch.Tensor): Places in it, (rows, positions).
        here (torch.Tensor): Which of them are, of the same shape.
    """
    found, stride = [], 1
    for dim, size in reversed(list(enumerate(shape))):
        index = rows.div(stride, rounding_mode='floor') % size
        stride *= size
        low = torch.where(here, index, size).amin(dim=0)
        high = torch.where(here, index, NOBODY).amax(dim=0)
        some = high != NOBODY
        # The same in each row, and not the same all along.
        if low[some].equal(high[some]) and len(high[some].unique()) > 1:
            found.append(Side(name, dim, size, high))
    return found[0] if len(found) == 1 else None
