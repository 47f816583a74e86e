"""Draws places of feature maps, the same in two networks."""

from typing import Any, Optional

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.distributed import num_processes, sum_over_processes
from mmrazor_ssdkd.models.losses import class_weight, look_up

from .channel_calls import tensors_of

__all__ = ['Places']

# Rows that a layer is fitted on, of all images of all processes.
_ROWS = 2**16


class Places:
    """Which places of a map are looked at; the same for maps of one size.

    They are the same in all processes, too, for each image of any of them.

    Args:
        num_images (int): How many images of all processes share the rows.
    """

    def __init__(self, num_images: int) -> None:
        self._count = max(1, _ROWS // num_images)
        self._drawn: dict[int, torch.Tensor] = {}
        self._shares: Optional[torch.Tensor] = None

    def balance(self, preds_T: Any) -> None:
        """Lets each class count the same, where logits are a map.

        Most of a scene is background, and a fit would serve that alone.
        Classes are counted over all processes' images.

        Args:
            preds_T (torch.Tensor | Sequence): The teacher's logits of this
                process's images, (N, C) or (N, C, H, W); of several, the
                first are those that it predicts by.
        """
        maps = tensors_of(preds_T)
        if not maps or maps[0].dim() != 4:
            return
        preds_T = maps[0]
        several = preds_T.shape[1] > 1
        labels = preds_T.argmax(1) if several else (preds_T[:, 0] > 0).long()
        counts = labels.flatten().bincount(minlength=max(2, preds_T.shape[1]))
        total = num_processes() * labels.numel()
        weight = class_weight(sum_over_processes(counts) / total, 1.0)
        self._shares = look_up(weight, labels)[:, None]

    def shares(self, size: torch.Size, rows: int) -> Optional[torch.Tensor]:
        """Returns how much each row counts, (rows,).

        Args:
            size (torch.Size): Height and width of a layer's output.
            rows (int): Of that output. Windows of a map may have become maps
                of their own, whose place in it is not known.

        Returns:
            torch.Tensor | None: None where all count the same.
        """
        if self._shares is None or len(size) != 2:
            return None
        # A place of a coarse map counts as its pixels do on average.
        shares = F.adaptive_avg_pool2d(self._shares, size)
        shares = self._pick(shares.flatten(2)).flatten()
        return shares if len(shares) == rows else None

    def outputs(self, layer: Any, features: torch.Tensor) -> torch.Tensor:
        """Returns a layer's outputs, (rows, out)."""
        return self._pick(_columns(layer, features))

    def inputs(
        self, layer: Any, features: torch.Tensor, size: torch.Size
    ) -> Optional[torch.Tensor]:
        """Returns what each output is made of, (rows, in * kernel).

        None where a convolution pads with something else than zeros, or in
        its own ``forward``, so that its map is larger.

        Args:
            layer (nn.Module): A convolution or a linear layer.
            features (torch.Tensor): What it is called with.
            size (torch.Size): Height and width of the map that it makes.
        """
        if isinstance(layer, nn.Linear):
            return self._pick(_columns(layer, features))
        if layer.padding_mode != 'zeros' or isinstance(layer.padding, str):
            return None
        return self._patches(layer, features, size)

    def _patches(
        self, layer: Any, features: torch.Tensor, size: torch.Size
    ) -> Optional[torch.Tensor]:
        """Returns what a convolution sees, (N * places, C * kernel).

        As unfolding orders it, of the drawn places alone: all of a map of
        64x64 would be nine times the map.
        """
        down, right = layer.padding
        padded = F.pad(features, (right, right, down, down))
        heights, widths = (
            _starts(*sizes)
            for sizes in zip(
                padded.shape[2:],
                layer.kernel_size,
                layer.dilation,
                layer.stride,
            )
        )
        if (len(heights), len(widths)) != tuple(size):
            return None
        places = self._draw(len(heights) * len(widths))
        corners = (heights[:, None] * padded.shape[3] + widths).flatten()
        within = [
            torch.arange(size) * step
            for size, step in zip(layer.kernel_size, layer.dilation)
        ]
        offsets = (within[0][:, None] * padded.shape[3] + within[1]).flatten()
        index = (offsets[:, None] + corners[places]).to(features.device)
        # (N, C, kernel, places), of which a row is what one place sees.
        picked = padded.flatten(2)[..., index].permute(0, 3, 1, 2)
        return picked.reshape(-1, picked.shape[2] * picked.shape[3]).float()

    def _pick(self, columns: torch.Tensor) -> torch.Tensor:
        """Returns some columns of (N, C, P) as rows, (N * places, C)."""
        index = self._draw(columns.shape[-1]).to(columns.device)
        picked = columns[..., index].transpose(1, 2)
        return picked.reshape(-1, columns.shape[1]).float()

    def _draw(self, total: int) -> torch.Tensor:
        """Returns which of so many places are looked at."""
        if total not in self._drawn:
            # Draws of its own, so that a run's do not depend on it.
            own = torch.Generator().manual_seed(0)
            order = torch.randperm(total, generator=own)
            self._drawn[total] = order[: self._count]
        return self._drawn[total]


def _starts(
    size: int, kernel: int, dilation: int, stride: int
) -> torch.Tensor:
    """Returns where a kernel stands along a padded dimension."""
    return torch.arange(0, max(0, size - dilation * (kernel - 1)), stride)


def _columns(layer: Any, features: torch.Tensor) -> torch.Tensor:
    """Returns features as (N, C, P); a linear layer's tokens are places."""
    if isinstance(layer, nn.Linear):
        tokens = features.reshape(len(features), -1, features.shape[-1])
        return tokens.transpose(1, 2)
    return features.flatten(2)
