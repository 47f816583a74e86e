"""Mixed precision that needs no loss scaling and no particular device."""

from collections.abc import Iterator
from contextlib import contextmanager

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
        autocast = torch.autocast(device.type, dtype=torch.bfloat16)
        with super().optim_context(model), autocast:
            yield
