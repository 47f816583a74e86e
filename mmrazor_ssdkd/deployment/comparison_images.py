"""Images that a deployed network is compared on with the original."""

from collections.abc import Mapping
from typing import Any, Optional

import torch
from torch.nn import functional as F

from mmrazor_ssdkd.models.noise_images import draw_details

__all__ = ['comparison_batches', 'stored_images']

# One alone, and not the two that it is traced with.
_BATCHES = (1, 3, 4)


def stored_images(state: Mapping[str, Any]) -> Optional[torch.Tensor]:
    """Returns the images that a checkpoint's replay buffer holds.

    Args:
        state (Mapping): The checkpoint's weights and what goes along, by name.

    Returns:
        torch.Tensor | None: uint8 (N, channels, H, W), of the first process
        where there were several; None where there are none.
    """
    found = state.get('_extra_state')
    processes = found.get('processes') if isinstance(found, Mapping) else None
    if isinstance(processes, (list, tuple)) and processes:
        found = processes[0]
    for key in ('replay_buffer', 'samples', 'images'):
        found = found.get(key) if isinstance(found, Mapping) else None
    # A model of another kind may call something else so.
    if not isinstance(found, torch.Tensor) or found.dtype != torch.uint8:
        return None
    return found if found.dim() == 4 and found.numel() else None


def comparison_batches(
    size: tuple[int, ...], stored: Optional[torch.Tensor] = None
) -> list[torch.Tensor]:
    """Returns batches of several sizes, of noise and of synthetic images.

    Args:
        size (tuple[int, ...]): Channels, height and width.
        stored (torch.Tensor, optional): Synthetic images; of another height
            or width they are resized, of other channels left out. Defaults to
            None: there is noise alone.

    Returns:
        list[torch.Tensor]: Float in 0 to 255, (N, channels, H, W).
    """
    sources = [draw_details(size)]
    if stored is not None and stored.shape[1] == size[0]:
        images = stored[: max(_BATCHES)].float().cpu()
        sources.append(F.interpolate(images, size=size[1:]))
    return [source[:number] for source in sources for number in _BATCHES]
