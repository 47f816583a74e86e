"""Sees where the host would wait for an accelerator, on the CPU."""

import traceback
from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

# What `item()`, `float()`, `bool()` and an index by a mask end in.
_READS = ('_local_scalar_dense', 'nonzero', 'equal', 'is_nonzero')


class DeviceReads(TorchDispatchMode):
    """Notes where in the package values are read off their device."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Notes the line of the package that a read comes from."""
        if func.overloadpacket.__name__ in _READS:
            frames = traceback.extract_stack()
            # An optimizer counts its steps on the CPU.
            if any('/torch/optim/' in frame.filename for frame in frames):
                return func(*args, **(kwargs or {}))
            own = [
                f'{frame.filename.split("mmrazor_ssdkd/")[-1]}:{frame.lineno}'
                for frame in frames
                if '/mmrazor_ssdkd/' in frame.filename
            ]
            self.places.append(own[-1] if own else 'elsewhere')
        return func(*args, **(kwargs or {}))
