"""Images of noise, to look at networks with.

Their draws are their own, so that a run's do not depend on who looks.
"""

import torch
from torch.nn import functional as F

__all__ = ['draw_details', 'draw_pixels']


def draw_pixels(number: int, size: tuple[int, ...]) -> torch.Tensor:
    """Draws images in 0 to 255, every value by itself.

    Args:
        number (int): How many.
        size (tuple[int, ...]): Of one: channels, height, width.

    Returns:
        torch.Tensor: (number, *size), where a ``torch.set_default_device``
        wants them; the same in every run.
    """
    return 255 * _uniform((number, *size), _own_draws())


def draw_details(size: tuple[int, ...]) -> torch.Tensor:
    """Draws images in 0 to 255 with details of every size.

    Args:
        size (tuple[int, ...]): Channels, height and width.

    Returns:
        torch.Tensor: As many as statistics need, at least 4, of which no two
        are equal; as :func:`draw_pixels` else.
    """
    own = _own_draws()
    channels, height, width = size
    number = min(max(2**16 // (height * width), 4), 32)
    images = torch.zeros(number, *size)
    for index in range(number):
        # From single pixels to a single colour.
        cell = 2 ** (index % 4) if index % 4 < 3 else max(height, width)
        grid = (-(-height // cell), -(-width // cell))
        noise = _uniform((1, channels, *grid), own)
        images[index] = F.interpolate(noise, size=(height, width))[0]
    return 255 * images


def _own_draws() -> torch.Generator:
    """Returns a source of numbers that starts anew."""
    return torch.Generator('cpu').manual_seed(0)


def _uniform(shape: tuple[int, ...], own: torch.Generator) -> torch.Tensor:
    """Returns numbers in 0 to 1, on the default device."""
    drawn = torch.rand(shape, generator=own, device='cpu')
    return drawn.to(torch.empty(0).device)
