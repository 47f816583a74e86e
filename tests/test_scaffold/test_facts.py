"""What a config has to know of a teacher is seen by running it."""

import torch
from plain_networks import PlainNet, adapter
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.scaffold.facts import look_at


def facts(network, channels=1):
    """Returns what is seen of a plain network."""
    constants = dict(mean=[100.0] * channels, std=[50.0] * channels)
    model = MODELS.build(adapter(module=network, **constants))
    return look_at(model.eval(), (16, 16))


def test_norms_that_are_not_reached():
    """An auxiliary head's say nothing of the images."""
    network = PlainNet()
    network.auxiliary = nn.BatchNorm2d(4)
    assert facts(network).num_norms == 2


def test_frozen_norms():
    """They remember as well as others."""
    network = PlainNet()
    network.norm = FrozenBatchNorm2d(8)
    assert facts(network).num_norms == 2


class Folded(PlainNet):
    """Lays each four pixels on top of each other first."""

    def forward(self, x):
        """Returns logits."""
        return super().forward(nn.functional.pixel_unshuffle(x, 2))


def test_channels_of_the_images():
    """A first layer may see more of them."""
    assert facts(Folded(channels=12), channels=3).channels == 3
    assert facts(PlainNet(channels=13), channels=13).channels == 13


def test_nothing_stays_behind():
    """No hook."""
    network = PlainNet()
    facts(network)
    assert not any(m._forward_pre_hooks for m in network.modules())
    assert isinstance(network.norm.running_mean, torch.Tensor)
