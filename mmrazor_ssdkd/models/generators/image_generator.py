"""What every generator in the algorithm's slot is and does."""

from collections.abc import Sequence
from typing import Optional, Union

import torch
from mmengine.model import BaseModule
from torch import nn

from mmrazor_ssdkd.blame import check_init_cfg
from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.validation import check_int, shown


class ImageGenerator(BaseModule):
    """Base class of generators: noise in, image in image space out.

    Image space is what a data pipeline hands to a model's data preprocessor:
    0 to 255, in the channel order that the preprocessor expects.

    Args:
        image_size (int | Sequence[int]): Height and width, or both in one.
        channels (int): Channels of an image, >= 1.
        latent_dim (int): Size of the noise vector, >= 1.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: A size is no integer.
        ValueError: A size is too small, too large for any memory, or
            ``image_size`` is not one or two.

    Example:
        >>> @MODELS.register_module()
        ... class Pixels(ImageGenerator):
        ...     def __init__(self, image_size, channels):
        ...         super().__init__(image_size, channels, latent_dim=8)
        ...         size = (channels, *self.image_size)
        ...         self.linear = nn.Linear(8, math.prod(size))
        ...         self.shape = nn.Unflatten(1, size)
        ...
        ...     def forward(self, latent):
        ...         return 255 * self.shape(self.linear(latent).sigmoid())
    """

    def __init__(
        self,
        image_size: Union[int, Sequence[int]],
        channels: int,
        latent_dim: int,
        init_cfg: Optional[dict] = None,
    ) -> None:
        check_init_cfg(init_cfg)
        super().__init__(init_cfg=init_cfg)
        self.image_size = _height_and_width(image_size)
        self.channels = check_int('channels', channels)
        self.latent_dim = check_int('latent_dim', latent_dim)
        self.latent: Optional[nn.Parameter] = None
        self.check_batch_memory(1)

    def check_batch_memory(self, batch_size: int, **sizes: object) -> None:
        """Raises a ValueError where a batch cannot fit into any memory.

        Args:
            batch_size (int): How many images.
            **sizes: What it depends on beside the generator, for the message.
        """
        height, width = self.image_size
        # Noise and images are float32.
        numbers = self.latent_dim + self.channels * height * width
        check_memory(
            'a batch of noise and images',
            4 * batch_size * numbers,
            **sizes,
            image_size=self.image_size,
            channels=self.channels,
            latent_dim=self.latent_dim,
        )

    @property
    def device(self) -> torch.device:
        """Where the parameters are now."""
        return next(self.parameters()).device

    def hold_latent(self, batch_size: int) -> None:
        """Makes one batch of noise a parameter, to be optimised too.

        As a parameter of the generator it shares the generator's optimizer,
        gradient scaler and schedule.

        Args:
            batch_size (int): How many vectors, >= 1.

        Raises:
            TypeError: ``batch_size`` is no integer.
            ValueError: ``batch_size`` is smaller than 1.
        """
        check_int('batch_size', batch_size)
        self.latent = nn.Parameter(self.draw_latent(batch_size))

    def draw_latent(self, batch_size: int) -> torch.Tensor:
        """Returns fresh standard normal noise, (N, latent_dim)."""
        return torch.randn(batch_size, self.latent_dim, device=self.device)

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Maps noise (N, latent_dim) to images (N, channels, H, W)."""
        raise NotImplementedError


def _height_and_width(
    image_size: Union[int, Sequence[int]],
) -> tuple[int, int]:
    """Returns a checked (H, W)."""
    if isinstance(image_size, int):
        image_size = (image_size, image_size)
    if not isinstance(image_size, Sequence) or len(image_size) != 2:
        raise ValueError(
            '`image_size` must be an int or (height, width), but got '
            f'{shown(image_size)}'
        )
    height, width = (check_int('image_size', size) for size in image_size)
    return height, width
