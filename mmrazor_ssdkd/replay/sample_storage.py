"""Tensors of a fixed number of places, and which of them are filled."""

from typing import Optional

import torch

from mmrazor_ssdkd.validation import check_int


class SampleStorage:
    """Named fields of samples, one row each, in preallocated tensors.

    A field is allocated, for all ``max_size`` rows, when it is first written,
    on the device of what is written. Rows fill from the front.

    Args:
        max_size (int): How many rows there are, >= 1.

    Raises:
        TypeError: ``max_size`` is no integer.
        ValueError: ``max_size`` is smaller than 1.
    """

    def __init__(self, max_size: int) -> None:
        self.max_size = check_int('max_size', max_size, maximum=2**63 - 1)
        self._size = 0
        self._fields: dict[str, torch.Tensor] = {}

    def __len__(self) -> int:
        """Returns how many rows are filled."""
        return self._size

    def __contains__(self, field: str) -> bool:
        """Returns whether a field was ever written."""
        return field in self._fields

    @property
    def nbytes(self) -> int:
        """Bytes that are allocated, those of empty rows included."""
        return sum(field.nbytes for field in self._fields.values())

    def read(
        self, field: str, index: Optional[torch.Tensor] = None
    ) -> torch.Tensor:
        """Returns a copy of some rows, or a view of all that are filled."""
        if index is not None:
            return self._fields[field][index]
        return self._fields[field][: self._size]

    def overwrite(
        self, field: str, index: torch.Tensor, values: torch.Tensor
    ) -> None:
        """Replaces one field of filled rows."""
        self._fields[field][index] = values.to(self._fields[field].dtype)

    def append(
        self, sample: dict[str, torch.Tensor], evicted: torch.Tensor
    ) -> None:
        """Writes rows into empty places and then into evicted ones.

        Args:
            sample (dict[str, torch.Tensor]): Rows of each field, N of them.
            evicted (torch.Tensor): Filled places to reuse, the N that do not
                fit into the empty ones, (M,).
        """
        num_empty = len(next(iter(sample.values()))) - len(evicted)
        empty = torch.arange(self._size, self._size + num_empty)
        places = torch.cat([empty.to(evicted.device), evicted])
        for field, rows in sample.items():
            if field not in self._fields:
                shape = (self.max_size, *rows.shape[1:])
                self._fields[field] = rows.new_zeros(shape)
            self._fields[field][places] = rows
        self._size += num_empty

    def clear(self) -> None:
        """Forgets all rows and frees their memory."""
        self._size, self._fields = 0, {}

    def to(self, device: torch.device) -> None:
        """Moves all fields."""
        self._fields = {k: v.to(device) for k, v in self._fields.items()}

    def state_dict(self) -> dict[str, torch.Tensor]:
        """Returns copies of the filled rows, on the CPU."""
        return {
            field: self.read(field).to('cpu', copy=True)
            for field in self._fields
        }
