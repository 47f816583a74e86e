"""Draws places of feature maps, the same in two networks."""

from typing import Any, Optional

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ['Places']

# Rows that a layer is fitted on, of all images together.
_ROWS = 2**16


class Places:
    """Which places of a map are looked at; the same for maps of one size.

    Args:
        num_images (int): How many images share the rows.
    """

    def __init__(self, num_images: int) -> None:
        self._count = max(1, _ROWS // num_images)
        self._drawn: dict[int, torch.Tensor] = {}

    def outputs(self, layer: Any, features: torch.Tensor) -> torch.Tensor:
        """Returns a layer's outputs, (rows, out)."""
        return self._pick(_columns(layer, features))

    def inputs(
        self, layer: Any, features: torch.Tensor
    ) -> Optional[torch.Tensor]:
        """Returns what each output is made of, (rows, in * kernel).

        None where a convolution pads with something else than zeros.
        """
        if isinstance(layer, nn.Linear):
            return self._pick(_columns(layer, features))
        if layer.padding_mode != 'zeros' or isinstance(layer.padding, str):
            return None
        if layer.kernel_size == (1, 1) and layer.padding == (0, 0):
            # As unfolding does, without its copy.
            height, width = layer.stride
            return self._pick(features[..., ::height, ::width].flatten(2))
        unfolded = F.unfold(
            features.float(),
            layer.kernel_size,
            layer.dilation,
            layer.padding,
            layer.stride,
        )
        return self._pick(unfolded)

    def _pick(self, columns: torch.Tensor) -> torch.Tensor:
        """Returns some columns of (N, C, P) as rows, (N * places, C)."""
        total = columns.shape[-1]
        if total not in self._drawn:
            # Draws of its own, so that a run's do not depend on it.
            own = torch.Generator().manual_seed(0)
            order = torch.randperm(total, generator=own)
            self._drawn[total] = order[: self._count]
        index = self._drawn[total].to(columns.device)
        picked = columns[..., index].transpose(1, 2)
        return picked.reshape(-1, columns.shape[1]).float()


def _columns(layer: Any, features: torch.Tensor) -> torch.Tensor:
    """Returns features as (N, C, P); a linear layer's tokens are places."""
    if isinstance(layer, nn.Linear):
        tokens = features.reshape(len(features), -1, features.shape[-1])
        return tokens.transpose(1, 2)
    return features.flatten(2)
