"""SyncBN where there is no GPU."""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from .collectives import num_processes
from .norm_statistics import pooled_moments

__all__ = ['pool_batch_norms']


def pool_batch_norms(model: nn.Module) -> None:
    """Lets a model's SyncBN run on a CPU, where torch's own raises.

    Args:
        model (nn.Module): Its layers stay the objects that they are, so that
            hooks on them stay, too.
    """
    for layer in model.modules():
        if type(layer) is nn.SyncBatchNorm and _is_on_cpu(layer):
            layer.__class__ = _PooledBatchNorm  # type: ignore[assignment]


def _is_on_cpu(layer: nn.Module) -> bool:
    """Returns whether all that a layer holds is on the CPU."""
    tensors = [*layer.parameters(), *layer.buffers()]
    return all(tensor.device.type == 'cpu' for tensor in tensors)


class _PooledBatchNorm(_BatchNorm):
    """SyncBN of collectives that autograd goes through.

    It is no ``SyncBatchNorm``, which torch's wrappers refuse on a CPU.
    """

    def _check_input_dim(self, features: torch.Tensor) -> None:
        """Takes what SyncBN takes: any number of pixels."""
        if features.dim() < 2:
            raise ValueError(
                '`features` must have at least 2 dimensions, but got '
                f'{features.dim()}'
            )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Normalises by the statistics of all processes' features."""
        if not self.training or num_processes() == 1:
            return super().forward(features)
        dims = [0, *range(2, features.dim())]
        # As torch's does, whatever half precision the features have.
        wide = torch.promote_types(features.dtype, torch.float32)
        var, mean = torch.var_mean(features.to(wide), dims, correction=0)
        mean, var = pooled_moments(mean, var)
        count = num_processes() * features.numel() // features.shape[1]
        self._remember(mean.detach(), var.detach() * count / (count - 1))
        shape = [1, -1] + [1] * (features.dim() - 2)
        scale = (var + self.eps).rsqrt()
        if self.affine:
            scale = scale * self.weight
        offset = -mean * scale
        if self.affine:
            offset = offset + self.bias
        normalized = features * scale.view(shape) + offset.view(shape)
        return normalized.to(features.dtype)

    @torch.no_grad()
    def _remember(self, mean: torch.Tensor, var: torch.Tensor) -> None:
        """Updates the running statistics."""
        seen = self.num_batches_tracked
        if seen is None or self.running_mean is None:
            return
        seen += 1
        share = 1 / float(seen) if self.momentum is None else self.momentum
        for running, now in (
            (self.running_mean, mean),
            (self.running_var, var),
        ):
            if running is not None:
                running.lerp_(now, share)
