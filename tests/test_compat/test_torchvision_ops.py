"""Tests of torchvision beside a torch build that is not its own."""

import sys

import pytest
import torch
import torchvision
from torchvision.extension import _has_ops

from mmrazor_ssdkd.compat.torchvision_ops import import_torchvision


def test_transforms_and_models_work():
    """What needs no compiled operator works."""
    image = torch.arange(16, dtype=torch.uint8).view(1, 4, 4)
    flipped = torchvision.transforms.functional.hflip(image)
    assert torch.equal(flipped, image.flip(2))
    model = torchvision.models.squeezenet1_1(num_classes=2).eval()
    assert model(torch.zeros(1, 3, 32, 32)).shape == (1, 2)


@pytest.mark.skipif(_has_ops(), reason='torchvision is whole')
def test_missing_operator_raises():
    """A compiled operator that is missing says so when called."""
    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    with pytest.raises(
        (RuntimeError, NotImplementedError), match=r'nms|C\+\+'
    ):
        torchvision.ops.nms(boxes, torch.ones(1), 0.5)


@pytest.mark.skipif(not _has_ops(), reason='torchvision has no operators')
def test_present_operator_works():
    """A torchvision that loads by itself keeps its operators."""
    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0]])
    assert torchvision.ops.nms(boxes, torch.ones(1), 0.5).tolist() == [0]


def test_importing_again_keeps_the_module():
    """A second call does not import a second torchvision."""
    import_torchvision()
    assert sys.modules['torchvision'] is torchvision
