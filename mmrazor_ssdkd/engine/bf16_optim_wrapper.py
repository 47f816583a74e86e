"""Mixed precision that needs no loss scaling and no particular device."""

from contextlib import contextmanager
from typing import Iterator

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmrazor_ssdkd.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class Bf16OptimWrapper(OptimWrapper):
    """Runs the forward pass under bfloat16 autocast, on the CPU too.

    mmengine's ``AmpOptimWrapper`` refuses a CPU because its gradient scaler
    wants a GPU. bfloat16 has float32's range and needs no scaler.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocasts on the device of the model's parameters inside.

        Args:
            model (nn.Module): The model that runs inside.
        """
        device = next(model.parameters()).device
        with super().optim_context(model):
            with torch.autocast(device.type, dtype=torch.bfloat16):
                yield
