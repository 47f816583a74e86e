"""What a first BatchNorm tells of the images that a network learnt on."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.model import BaseModel
from torch import nn

from mmrazor_ssdkd.models.algorithms.remembered_images import (
    remembered_images,
)
from mmrazor_ssdkd.models.noise_images import draw_details

SIZE = 16


class Network(BaseModel):
    """Some layers up to a norm."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, inputs, mode='tensor'):
        return self.layers(inputs)


def constants(mean, std):
    """Returns what normalises as a data preprocessor does."""
    return SimpleNamespace(
        _enable_normalize=True,
        mean=torch.tensor(mean).view(-1, 1, 1),
        std=torch.tensor(std).view(-1, 1, 1),
    )


def coloured(means, std):
    """Returns images with details, of a mean for each channel and a std."""
    noise = draw_details((1, SIZE, SIZE))
    noise = (noise - noise.mean()) / noise.std()
    images = noise.expand(-1, len(means), -1, -1) * std
    return images + torch.tensor(means).view(-1, 1, 1)


def taught(network, images, normalizer):
    """Returns a network whose norms remember images, and nothing else."""
    for layer in network.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.momentum = None
    network.train()
    network((images - normalizer.mean) / normalizer.std)
    return network.eval()


@pytest.mark.parametrize('channels', [1, 2, 3, 5])
@pytest.mark.parametrize('bias', [True, False])
def test_mean_and_contrast(channels, bias):
    """They come back whatever the constants, and another's differ."""
    means = [90.0 + 10 * index for index in range(channels)]
    own = constants([120.0] * channels, [60.0] * channels)
    torch.manual_seed(0)
    conv = nn.Conv2d(channels, 16, 3, 2, 1, bias=bias)
    network = taught(
        Network(conv, nn.BatchNorm2d(16)), coloured(means, 50.0), own
    )
    noise = draw_details((channels, SIZE, SIZE))
    seen = remembered_images(network, noise, own)
    assert seen.means == pytest.approx(means, abs=3)
    assert seen.std == pytest.approx(50, rel=0.2)
    unit = remembered_images(
        network, noise, constants([0.0] * channels, [255.0] * channels)
    )
    assert unit.means == pytest.approx(
        [255 * (mean - 120) / 60 for mean in means], abs=13
    )
    assert unit.std == pytest.approx(50 / 60 * 255, rel=0.2)


@pytest.mark.parametrize('count', [1, 3, 20, None])
def test_what_a_norm_starts_from_is_left_out(count):
    """After few batches most of it is that; frozen norms count none."""
    own = constants([0.0], [255.0])
    images, norm = coloured([100.0], 40.0), nn.BatchNorm2d(8)
    torch.manual_seed(0)
    network = Network(nn.Conv2d(1, 8, 3, 2, 1), norm).train()
    for _ in range(200 if count is None else count):
        network((images - own.mean) / own.std)
    if count is None:
        norm.num_batches_tracked = None
    noise = draw_details((1, SIZE, SIZE))
    seen = remembered_images(network.eval(), noise, own)
    assert seen.means == pytest.approx([100], abs=3)
    assert seen.std == pytest.approx(40, rel=0.2)


def test_what_is_no_line():
    """Its mean colour is not told, its contrast is."""
    own = constants([0.0], [255.0])
    torch.manual_seed(0)
    layers = (nn.Conv2d(1, 16, 3, 2, 1), nn.Sigmoid(), nn.Conv2d(16, 16, 3))
    network = Network(*layers, nn.BatchNorm2d(16))
    network = taught(network, coloured([100.0], 40.0), own)
    seen = remembered_images(network, draw_details((1, SIZE, SIZE)), own)
    assert seen.means == () and seen.mean is None
    assert seen.std == pytest.approx(40, rel=0.3)


def test_norm_of_vectors():
    """A network may begin with its pixels in a row."""
    own = constants([0.0], [255.0])
    network = Network(nn.Flatten(), nn.Linear(SIZE**2, 32), nn.BatchNorm1d(32))
    network = taught(network, coloured([100.0], 40.0), own)
    seen = remembered_images(network, draw_details((1, SIZE, SIZE)), own)
    assert seen.means == pytest.approx([100], abs=15)
    assert seen.std == pytest.approx(40, rel=0.3)


def test_nothing_is_remembered():
    """Of a norm that is as it was made, or where there is none."""
    noise, own = draw_details((1, SIZE, SIZE)), constants([0.0], [255.0])
    conv = nn.Conv2d(1, 4, 3)
    for norm in (nn.BatchNorm2d(4), nn.GroupNorm(2, 4)):
        assert remembered_images(Network(conv, norm), noise, own) is None
