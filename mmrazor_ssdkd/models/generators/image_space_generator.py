"""Lets generators that end elsewhere work in image space."""

from collections.abc import Sequence
from typing import Any, Optional, Union

import torch
from mmrazor.registry import MODELS as MMRAZOR_MODELS

from mmrazor_ssdkd.blame import blamed, check_config
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import LARGEST_NUMBER, check_numbers, shown

from .image_generator import ImageGenerator


@MODELS.register_module()
class ImageSpaceGenerator(ImageGenerator):
    """Adapter for generators of normalised images, such as MMRazor's.

    ``DAFLGenerator`` and ``ZSKTGenerator`` end in a BatchNorm: their output
    stands for an image whose channels have mean 0 and variance 1. The adapter
    says of which mean and standard deviation, and maps it to 0 to 255.

    Args:
        generator (dict): Config of a generator with an attribute
            ``latent_dim`` that maps (N, latent_dim) to (N, channels, H, W).
        image_size (int | Sequence[int]): The size it is meant to have.
        mean (Sequence[float]): Mean of each channel in image space, 0 to 255.
        std (Sequence[float]): Standard deviation of each channel, > 0.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: ``generator`` is no config, or a statistic no number.
        ValueError: ``mean`` and ``std`` differ in length, a ``std`` is not
            positive, the generator cannot be built, or its images have
            another size.

    Example:
        >>> generator = dict(
        ...     type='mmrazor_ssdkd.ImageSpaceGenerator',
        ...     generator=dict(type='DAFLGenerator', img_size=32,
        ...                    latent_dim=256, hidden_channels=128),
        ...     image_size=32,
        ...     mean=[125.3, 123.0, 113.9],
        ...     std=[51.6, 50.8, 51.3])
    """

    def __init__(
        self,
        generator: dict[str, Any],
        image_size: Union[int, Sequence[int]],
        mean: Sequence[float],
        std: Sequence[float],
        init_cfg: Optional[dict] = None,
    ) -> None:
        statistics = channel_statistics(mean, std)
        check_config('generator', generator)
        with blamed('generator', 'the config of a generator'):
            built = MMRAZOR_MODELS.build(dict(generator, _scope_='mmrazor'))
            latent_dim = built.latent_dim
        super().__init__(image_size, len(mean), latent_dim, init_cfg)
        self.generator = built
        for name, values in zip(('mean', 'std'), statistics):
            self.register_buffer(name, values, persistent=False)
        self._check_size()

    def forward(self, latent: torch.Tensor) -> torch.Tensor:
        """Generates images.

        Args:
            latent (torch.Tensor): Noise, (N, latent_dim).

        Returns:
            torch.Tensor: Images, clamped to 0 to 255, (N, channels, H, W).
        """
        images = self.generator(latent).float() * self.std + self.mean
        return images.clamp(0, 255)

    def _check_size(self) -> None:
        """Raises a ValueError where the images have another size."""
        # In eval mode no BatchNorm remembers the zeros.
        mode = self.generator.training
        with torch.no_grad(), blamed('generator', 'what makes images'):
            images = self.generator.eval()(torch.zeros(1, self.latent_dim))
        self.generator.train(mode)
        shape = images.shape
        if shape[1:] != (self.channels, *self.image_size):
            raise ValueError(
                '`image_size` must be what `generator` makes, '
                f'(channels, height, width) = {tuple(shape[1:])}, but got '
                f'{(self.channels, *self.image_size)}'
            )


def channel_statistics(
    mean: Sequence[float], std: Sequence[float]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns a mean and a standard deviation to compute with.

    Args:
        mean (Sequence[float]): One of each channel.
        std (Sequence[float]): One of each channel, > 0.

    Returns:
        tuple[torch.Tensor, torch.Tensor]: Both, (channels, 1, 1).

    Raises:
        TypeError: One of them is no sequence of numbers.
        ValueError: They differ in length, or a ``std`` is not positive.
    """
    for name, values in (('mean', mean), ('std', std)):
        check_numbers(name, values, -LARGEST_NUMBER)
    if len(mean) != len(std) or not mean or min(std) <= 0:
        raise ValueError(
            '`std` must hold one number > 0 for each of `mean`, but got '
            f'{shown(std)} for {shown(mean)}'
        )
    both = torch.tensor([mean, std], dtype=torch.float)[..., None, None]
    return both[0], both[1]
