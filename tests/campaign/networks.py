"""The smallest networks that SSD-KD takes, built and as configs."""

from typing import Any

import torch
from mmengine.model import BaseModel
from mmengine.registry import MODELS
from torch import nn

from mmrazor_ssdkd.models.algorithms import SSDKD


@MODELS.register_module()
class CampaignNet(BaseModel):
    """A convolution, a BatchNorm and a head.

    Where it pools first, its BatchNorm sees one value per channel and image.
    """

    def __init__(
        self,
        width: int = 2,
        pools_first: bool = False,
        data_preprocessor: Any = None,
    ) -> None:
        super().__init__(data_preprocessor)
        self.pools_first = pools_first
        self.conv = nn.Conv2d(1, width, 3, 2)
        self.norm = nn.BatchNorm2d(width)
        self.head = nn.Linear(width, 3)

    def init_weights(self) -> None:
        """Says nothing about it."""

    def forward(self, inputs: torch.Tensor, *_: Any, **__: Any) -> Any:
        """Returns logits."""
        features = self.conv(inputs)
        if self.pools_first:
            features = features.mean((2, 3), keepdim=True)
        features = self.norm(features).relu()
        return self.head(features.mean((2, 3)))


def net(width: int, **settings: Any) -> dict[str, Any]:
    """Config of such a network."""
    own = dict(type='CampaignNet', _scope_='mmengine', width=width)
    return {**own, **settings}


def part(name: str, **settings: Any) -> dict[str, Any]:
    """Config of a part of this package."""
    return dict(type=f'mmrazor_ssdkd.{name}', **settings)


def generator() -> dict[str, Any]:
    """Config of a generator."""
    return part('SSDKDGenerator', **sizes())


def sizes() -> dict[str, int]:
    """Returns arguments of a generator of small images."""
    return dict(image_size=8, channels=1, latent_dim=4, base_channels=2)


def foreign_generator() -> dict[str, Any]:
    """Config of a generator of MMRazor's."""
    return dict(
        type='DAFLGenerator', img_size=8, latent_dim=4, hidden_channels=4
    )


def algorithm() -> dict[str, Any]:
    """Arguments of SSD-KD over two such networks."""
    return dict(
        architecture=net(2),
        teacher=net(4),
        generator=generator(),
        replay_buffer=part('PrioritizedReplayBuffer', max_size=8),
        bn_loss=part('BNStatisticsLoss'),
        task_loss=part('ModulatedTaskLoss'),
        synthesis=dict(iters=1, interval=1, batch_size=4, warmup_rounds=0),
    )


def build_algorithm(**changes: Any) -> SSDKD:
    """Builds SSD-KD with other arguments."""
    return SSDKD(**{**algorithm(), **changes})
