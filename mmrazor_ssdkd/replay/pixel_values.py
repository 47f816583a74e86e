"""The values in which images lie in the buffer."""

import torch

__all__ = ['to_pixels']


def to_pixels(images: torch.Tensor) -> torch.Tensor:
    """Rounds images to what the buffer holds.

    Args:
        images (torch.Tensor): Floats, (N, channels, H, W). What oversteps 0 to
            255 is cut off: as uint8 a pixel of 256 would come back as 0.

    Returns:
        torch.Tensor: uint8, of the same shape.
    """
    return images.clamp(0, 255).round().to(torch.uint8)
