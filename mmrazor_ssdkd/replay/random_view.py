"""Another look at a replayed image: flipped, zoomed, moved."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch.nn import functional as F

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import (
    check_choice,
    check_number,
    check_numbers,
    shown,
)


@MODELS.register_module()
class RandomView(BaseModule):
    """Flips, zooms and moves each image of a batch on its own.

    One bilinear resampling of the whole batch, on its device. What lies
    outside the image is filled as ``padding`` says.

    Args:
        flip (float): Probability of a mirror image, in [0, 1]. Defaults to
            0.5.
        zoom (Sequence[float]): Smallest and largest magnification, > 0, drawn
            log-uniformly. Defaults to (1.0, 1.0).
        shift (float): The largest move either way, as a share of height and
            width, in [0, 1]; moves are whole pixels, all as likely. Defaults
            to 0.125: the 4 of 32 pixels of CIFAR's usual padded crop.
        padding (str): 'zeros' (black), 'border' or 'reflection'. Defaults to
            'zeros', like that crop.

    Raises:
        TypeError: A number is none.
        ValueError: An argument is out of range.

    Example:
        >>> distillation = dict(augmentation=dict(
        ...     type='mmrazor_ssdkd.RandomView', flip=0.0))
    """

    def __init__(
        self,
        flip: float = 0.5,
        zoom: Sequence[float] = (1.0, 1.0),
        shift: float = 0.125,
        padding: str = 'zeros',
    ) -> None:
        super().__init__()
        self.flip = check_share('flip', flip)
        self.zoom = _check_range('zoom', zoom)
        self.shift = check_share('shift', shift)
        self.padding = check_choice(
            'padding', padding, ('zeros', 'border', 'reflection')
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Draws a view of each image.

        Args:
            images (torch.Tensor): In 0 to 255, uint8 or float,
                (N, channels, H, W).

        Returns:
            torch.Tensor: Float images in 0 to 255 of the same shape.
        """
        images = images.float()
        grid = F.affine_grid(
            self._transforms(images), list(images.shape), align_corners=False
        )
        return F.grid_sample(
            images, grid, padding_mode=self.padding, align_corners=False
        )

    def _transforms(self, images: torch.Tensor) -> torch.Tensor:
        """Draws where each output pixel comes from, (N, 2, 3)."""
        uniform = images.new_empty(4, len(images)).uniform_()
        smallest, largest = self.zoom
        scale = smallest * (largest / smallest) ** uniform[0]
        mirror = 1 - 2 * (uniform[1] < self.flip).float()
        transforms = images.new_zeros(len(images), 2, 3)
        transforms[:, 0, 0] = mirror / scale
        transforms[:, 1, 1] = 1 / scale
        # By whole pixels, which blurs nothing where there is no zoom.
        height, width = images.shape[2:]
        for axis, size in enumerate((width, height)):
            # Rounding must not lose the 4 of 0.125 * 32.
            most = int(self.shift * size + 1e-6)
            pixels = (uniform[2 + axis] * (2 * most + 1)).floor() - most
            # An image is 2 wide and high in these coordinates.
            transforms[:, axis, 2] = 2 / size * pixels
        return transforms


def check_share(name: str, value: float) -> float:
    """Returns a number unless it is outside [0, 1].

    Args:
        name (str): The argument's name, for the message.
        value (float): What was passed.

    Returns:
        float: The same.

    Raises:
        TypeError: It is no number.
        ValueError: It is out of range.
    """
    if check_number(name, value) > 1:
        raise ValueError(f'`{name}` must be in [0, 1], but got {value}')
    return value


def _check_range(name: str, values: Sequence[float]) -> tuple[float, float]:
    """Returns a smallest and a largest number > 0."""
    wrong = f'`{name}` must be (smallest, largest), but got {shown(values)}'
    if not isinstance(values, Sequence):
        raise ValueError(wrong)
    found = check_numbers(name, values, exclusive=True)
    if len(found) != 2 or found[0] > found[1]:
        raise ValueError(wrong)
    return found[0], found[1]
