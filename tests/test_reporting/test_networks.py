"""What is measured of networks."""

import torch
from mmrazor.registry import MODELS
from torch import nn
from toy_models import build, classifier, segmentation, ssdkd

from mmrazor_ssdkd.reporting.networks import (
    image_shape,
    measure,
    networks_of,
)


class Tiny(nn.Module):
    """A convolution and a layer, counted by hand."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 10)

    def forward(self, images, mode='tensor'):
        """Returns logits."""
        return self.fc(self.norm(self.conv(images)).mean((2, 3)))


def test_counts():
    """Parameters, MACs, and bytes with the statistics."""
    found = measure('student', Tiny().eval(), (1, 8, 8))
    assert found.params == 36 + 8 + 50
    assert found.macs == 36 * 64 + 40
    assert found.nbytes == 4 * (94 + 8) + 8
    assert 0 < found.milliseconds < 1000


def test_unknown_images():
    """Leave what needs none."""
    found = measure('student', Tiny().eval(), None)
    assert (found.params, found.macs, found.milliseconds) == (94, None, None)


def test_networks():
    """Teacher and student of a distillation, or the model itself."""
    algorithm = build(ssdkd())
    found = networks_of(algorithm)
    assert list(found) == ['teacher', 'student']
    assert found['student'] is algorithm.architecture
    model = MODELS.build(classifier())
    assert networks_of(model) == dict(model=model)


def test_shapes():
    """The generator's, the record's, or a segmentor's own."""
    assert image_shape(build(ssdkd()), [9, 9, 9]) == (1, 16, 16)
    assert image_shape(build(segmentation())) == (3, 32, 48)
    model = MODELS.build(classifier())
    assert image_shape(model) is None
    assert image_shape(model, [1, 8, 8]) == (1, 8, 8)
    model.data_preprocessor.size = (6, 7)
    assert image_shape(model) == (3, 6, 7)


def test_the_mode_stays():
    """Statistics of a network in eval mode are not touched."""
    network = Tiny().eval()
    before = network.norm.running_mean.clone()
    measure('student', network, (1, 8, 8))
    assert torch.equal(network.norm.running_mean, before)
