"""What is known of the tensors of a forward pass."""

from collections.abc import Sequence
from typing import Any, Optional

import torch
from torch import nn

from .channel_calls import Call
from .channel_ids import ChannelIds
from .channel_labels import Labels, laid_along, narrowed, shrink
from .tables import Tables

__all__ = ['TensorNotes']


class TensorNotes:
    """Notes names and ids beside tensors.

    Args:
        model (nn.Module): Whose parameters and buffers have names.

    Attributes:
        ids (ChannelIds): The channels.
        tables (Tables): The tables among the model's tensors.
    """

    def __init__(self, model: nn.Module) -> None:
        self.ids = ChannelIds()
        self._made: set[int] = set()
        self._dims: dict[int, tuple[int, ...]] = {}
        self._unknown: list[torch.Tensor] = []
        state = dict(model.named_parameters()) | dict(model.named_buffers())
        # The tensors stay alive, or another could get the same id().
        self._names = {id(t): (t, name) for name, t in state.items()}
        self._labels: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._crossing: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._passed: dict[int, tuple[torch.Tensor, Call]] = {}
        self._places: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self.tables = Tables()

    def label(self, tensor: torch.Tensor, ids: torch.Tensor, dim: int) -> None:
        """Gives a tensor ids along a dimension."""
        labels = laid_along(ids, dim, tensor.dim())
        self.put(tensor, labels.expand(tensor.shape))

    def put(self, tensor: Any, labels: Optional[torch.Tensor]) -> None:
        """Notes a tensor's ids, or forgets them."""
        self._crossing.pop(id(tensor), None)
        self._passed.pop(id(tensor), None)
        self._places.pop(id(tensor), None)
        if labels is None:
            self._labels.pop(id(tensor), None)
        else:
            self._labels[id(tensor)] = (tensor, shrink(labels))

    def get(self, tensor: Any) -> Optional[torch.Tensor]:
        """Returns a tensor's ids, of its shape; None if it has none."""
        return self._labels.get(id(tensor), (None, None))[1]

    def settled(self, tensor: Any) -> Optional[torch.Tensor]:
        """Returns a tensor's ids under those that they are by now."""
        labels = self.get(tensor)
        return None if labels is None else self._settled(labels)

    def merge_along(self, labels: torch.Tensor, dim: int) -> torch.Tensor:
        """Makes ids along a dimension one.

        Args:
            labels (torch.Tensor): From :meth:`settled`.
            dim (int): The dimension.

        Returns:
            torch.Tensor: Those that they are now, size 1 along it.
        """
        dim %= labels.dim()
        first = labels.narrow(dim, 0, 1)
        if not labels.stride(dim):
            return first
        small = narrowed(labels, but=dim)
        self.ids.unify(small.amax(dim, keepdim=True).expand_as(small), small)
        found = self.ids.find(small).amax(dim, keepdim=True)
        return found.expand(first.shape)

    def cross(self, tensor: torch.Tensor, labels: Optional[Any]) -> None:
        """Notes ids along another dimension than :meth:`put` did.

        Args:
            tensor (torch.Tensor): A product of channels with channels.
            labels (torch.Tensor, optional): Its other ids.
        """
        if labels is not None:
            self._crossing[id(tensor)] = (tensor, shrink(labels))

    def crossing(self, tensor: Any) -> Optional[torch.Tensor]:
        """Returns a tensor's ids along another dimension, if there are."""
        labels = self._crossing.get(id(tensor), (None, None))[1]
        return None if labels is None else self._settled(labels)

    def note_passed(self, tensor: torch.Tensor, call: Optional[Call]) -> None:
        """Notes the layer that a tensor's channels have just passed.

        Until :meth:`put` gives the tensor other ids.

        Args:
            tensor (torch.Tensor): What it made, value by value.
            call (Call, optional): The layer's call.
        """
        if call is not None:
            self._passed[id(tensor)] = (tensor, call)

    def passed(self, tensor: Any) -> Optional[Call]:
        """Returns the layer that a tensor's channels have just passed."""
        return self._passed.get(id(tensor), (None, None))[1]

    def _settled(self, labels: torch.Tensor) -> torch.Tensor:
        """Returns ids under those that they are by now."""
        return shrink(self.ids.find(narrowed(labels)).expand(labels.shape))

    def is_table(self, tensor: Any) -> bool:
        """Returns whether a tensor holds a table's values, and has no ids."""
        if self.get(tensor) is not None:
            return False
        return id(tensor) in self._places or (
            self.name(tensor) is not None
            and not self.is_made(tensor)
            and tensor.is_floating_point()
            and tensor.numel() > 0
            and sum(size > 1 for size in tensor.shape) > 1
        )

    def places(self, tensor: Any) -> Labels:
        """Returns which elements of tables a tensor's values are.

        Returns:
            torch.Tensor | None: From :class:`Tables`, of its shape; None if
            it is no table.
        """
        if not self.is_table(tensor):
            return None
        if id(tensor) not in self._places:
            return self.tables.places(str(self.name(tensor)), tensor.shape)
        return self._places[id(tensor)][1]

    def put_places(self, tensor: torch.Tensor, places: torch.Tensor) -> None:
        """Notes which elements of tables a tensor's values are."""
        self.put(tensor, None)
        self._places[id(tensor)] = (tensor, shrink(places))

    def name(self, tensor: Any) -> Optional[str]:
        """Returns a tensor's name in the state dict."""
        return self._names.get(id(tensor), (None, None))[1]

    def rename(
        self,
        tensor: torch.Tensor,
        source: torch.Tensor,
        dims: Optional[Sequence[int]] = None,
    ) -> None:
        """Gives a tensor the name of the one that it is made of.

        Args:
            tensor (torch.Tensor): Without a name.
            source (torch.Tensor): With one.
            dims (Sequence[int], optional): Which of the source's dimensions
                each of the tensor's is. Defaults to the same.
        """
        if id(tensor) not in self._names:
            self._names[id(tensor)] = (tensor, str(self.name(source)))
            self._made.add(id(tensor))
            dims = range(source.dim()) if dims is None else dims
            self._dims[id(tensor)] = tuple(
                self.named_dim(source, dim) for dim in dims
            )

    def named_dim(self, tensor: torch.Tensor, dim: int) -> int:
        """Returns which dimension it is of the tensor of that name."""
        return self._dims.get(id(tensor), range(tensor.dim()))[dim]

    def is_made(self, tensor: torch.Tensor) -> bool:
        """Returns whether a tensor has its name from another."""
        return id(tensor) in self._made

    def unknown(self, count: int) -> torch.Tensor:
        """Returns new ids of channels that could not be followed so far."""
        ids = self.ids.fresh(count)
        self._unknown.append(ids)
        return ids
