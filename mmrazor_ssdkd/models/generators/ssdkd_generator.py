"""The default generator: a small upsampling network."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Optional, Union

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_int

from .image_generator import ImageGenerator

# The sides of what the largest of these doubles are larger than any image's.
_MOST_UPSAMPLES = 30


@MODELS.register_module()
class SSDKDGenerator(ImageGenerator):
    """Noise, a linear layer, upsampling convolutions, a sigmoid.

    Every stage doubles the resolution and halves the channels, down to
    ``base_channels`` at full size, so that time and memory grow linearly with
    the pixels of the image. The shape is that of the generators in DAFL
    (arXiv:1904.01186) and its successors; a sigmoid in place of their last
    BatchNorm keeps the output in image space.

    Args:
        image_size (int | Sequence[int]): Height and width, or both in one.
            Any size: the stages round up and the last one hits it exactly.
        channels (int): Channels of an image. Defaults to 3.
        latent_dim (int): Size of the noise vector. Defaults to 256.
        base_channels (int): Channels of the last stage. Defaults to 64.
        num_upsamples (int): How many stages double the resolution, >= 1.
            Large images want more. Defaults to 2.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is out of range, ``image_size`` is smaller than
            ``2 ** num_upsamples``, or the weights are larger than any memory.

    Example:
        >>> generator = dict(
        ...     type='mmrazor_ssdkd.SSDKDGenerator', image_size=32)
    """

    def __init__(
        self,
        image_size: Union[int, Sequence[int]],
        channels: int = 3,
        latent_dim: int = 256,
        base_channels: int = 64,
        num_upsamples: int = 2,
        init_cfg: Optional[dict] = None,
    ) -> None:
        super().__init__(image_size, channels, latent_dim, init_cfg)
        check_int('base_channels', base_channels)
        check_int('num_upsamples', num_upsamples, maximum=_MOST_UPSAMPLES)
        if min(self.image_size) < 2**num_upsamples:
            raise ValueError(
                f'`image_size` must be >= 2 ** num_upsamples = '
                f'{2**num_upsamples}, but got {self.image_size}'
            )
        scales = range(num_upsamples, -1, -1)
        self.sizes = [_shrink(self.image_size, scale) for scale in scales]
        widths = [base_channels * 2 ** max(scale - 1, 0) for scale in scales]
        height, width = self.sizes[0]
        numbers = self.latent_dim * widths[0] * height * width
        # Of 3x3 convolutions.
        numbers += 9 * sum(narrow * wide for narrow, wide in pairwise(widths))
        numbers += 9 * base_channels * self.channels
        check_memory(
            'the weights',
            4 * numbers,
            image_size=self.image_size,
            channels=self.channels,
            latent_dim=self.latent_dim,
            base_channels=base_channels,
            num_upsamples=num_upsamples,
        )
        self.linear = nn.Linear(self.latent_dim, widths[0] * height * width)
        self.norm = nn.BatchNorm2d(widths[0])
        self.stages = nn.ModuleList(
            _stage(narrow, wide) for narrow, wide in pairwise(widths)
        )
        self.to_image = nn.Sequential(
            nn.Conv2d(base_channels, self.channels, 3, padding=1),
            nn.BatchNorm2d(self.channels),
        )

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Generates images.

        Args:
            latent (torch.Tensor): Noise, (N, latent_dim).

        Returns:
            torch.Tensor: Images in 0 to 255, (N, channels, H, W).
        """
        features = self.linear(latent)
        features = features.view(len(latent), -1, *self.sizes[0])
        features = self.norm(features)
        for size, stage in zip(self.sizes[1:], self.stages):
            features = stage(F.interpolate(features, size=size))
        # In float32 also under autocast: bfloat16 has 8 bits for 256 levels.
        return 255 * self.to_image(features).float().sigmoid()


def _shrink(size: tuple[int, int], scale: int) -> tuple[int, int]:
    """Halves a size ``scale`` times, rounding up."""
    height, width = (math.ceil(side / 2**scale) for side in size)
    return height, width


def _stage(in_channels: int, out_channels: int) -> nn.Sequential:
    """Returns the layers after one upsampling."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1),
        nn.BatchNorm2d(out_channels),
        nn.LeakyReLU(0.2, inplace=True),
    )
