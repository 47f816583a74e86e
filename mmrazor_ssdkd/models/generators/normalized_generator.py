"""Lets this package's generators work under MMRazor's own algorithms."""

from collections.abc import Sequence
from typing import Any, Optional

import torch
from mmengine.model import BaseModule

from mmrazor_ssdkd.blame import check_init_cfg
from mmrazor_ssdkd.models.building import build_part
from mmrazor_ssdkd.registry import MODELS

from .image_generator import ImageGenerator
from .image_space_generator import channel_statistics


@MODELS.register_module()
class NormalizedGenerator(BaseModule):
    """Adapter for MMRazor's algorithms: the way back from image space.

    ``DataFreeDistillation`` and ``DAFLDataFreeDistillation`` hand what their
    generator makes to teacher and student as it is. The adapter normalises
    images of 0 to 255 as the two networks' data preprocessors would, which
    have to agree, and is called as MMRazor's own generators are.

    Args:
        generator (dict): Config of an :class:`ImageGenerator`.
        mean (Sequence[float]): The data preprocessors' mean of each channel,
            in the order in which the networks see the channels.
        std (Sequence[float]): Their standard deviations, > 0.
        init_cfg (dict, optional): Initialization config. Defaults to None.

    Raises:
        TypeError: ``generator`` is no :class:`ImageGenerator`.
        ValueError: ``mean`` and ``std`` differ in length, a ``std`` is not
            positive, or the generator has another number of channels.

    Example:
        >>> generator = dict(
        ...     type='mmrazor_ssdkd.NormalizedGenerator',
        ...     generator=dict(type='mmrazor_ssdkd.SSDKDGenerator',
        ...                    image_size=32),
        ...     mean=[125.3, 123.0, 113.9],
        ...     std=[51.6, 50.8, 51.3])
    """

    def __init__(
        self,
        generator: dict[str, Any],
        mean: Sequence[float],
        std: Sequence[float],
        init_cfg: Optional[dict] = None,
    ) -> None:
        check_init_cfg(init_cfg)
        super().__init__(init_cfg)
        built = build_part(generator, 'generator', ImageGenerator)
        statistics = channel_statistics(mean, std)
        if len(mean) != built.channels:
            raise ValueError(
                '`mean` must hold one number for each channel of `generator`, '
                f'{built.channels}, but got {mean!r}'
            )
        self.generator = built
        self.latent_dim = built.latent_dim
        for name, values in zip(('mean', 'std'), statistics):
            self.register_buffer(name, values, persistent=False)

    @property
    def module(self) -> 'NormalizedGenerator':
        """The generator itself: where MMRazor looks for ``latent_dim``."""
        return self

    def forward(
        self, data: Optional[torch.Tensor] = None, batch_size: int = 1
    ) -> torch.Tensor:
        """Generates what a network takes.

        Args:
            data (torch.Tensor, optional): Noise, (N, latent_dim), on any
                device. Defaults to None: fresh noise.
            batch_size (int): How many images to make of fresh noise. Defaults
                to 1.

        Returns:
            torch.Tensor: Normalised images, (N, channels, H, W).
        """
        if data is None:
            data = self.generator.draw_latent(batch_size)
        images = self.generator(data.to(self.generator.device))
        return (images - self.mean) / self.std
