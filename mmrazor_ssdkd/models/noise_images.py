"""Images of noise, to look at networks with."""

import torch
from torch.nn import functional as F

__all__ = ['draw_noise']


def draw_noise(size: tuple[int, ...]) -> torch.Tensor:
    """Draws images in 0 to 255 with details of every size.

    Args:
        size (tuple[int, ...]): Channels, height and width.

    Returns:
        torch.Tensor: As many as statistics need, at least 4, of which no two
        are equal; the same in every run.
    """
    # Draws of its own, so that a run's do not depend on the check.
    own = torch.Generator().manual_seed(0)
    channels, height, width = size
    number = min(max(2**16 // (height * width), 4), 32)
    images = torch.zeros(number, *size)
    for index in range(number):
        # From single pixels to a single colour.
        cell = 2 ** (index % 4) if index % 4 < 3 else max(height, width)
        grid = (-(-height // cell), -(-width // cell))
        noise = torch.rand(1, channels, *grid, generator=own)
        images[index] = F.interpolate(noise, size=(height, width))[0]
    return 255 * images
