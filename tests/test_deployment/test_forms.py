"""A deployed network gives the student's logits, or is not written."""

import sys

import pytest
import torch
from mmrazor.registry import MODELS
from torch import nn
from torch.testing import assert_close
from toy_models import classifier, segmentor

from mmrazor_ssdkd.deployment import (
    FORMS,
    DeployedModel,
    comparison_batches,
    deploy,
)
from mmrazor_ssdkd.models.adapters import TorchClassifier

COLOURS = dict(mean=[123.0, 116.0, 103.0], std=[58.0, 57.0, 59.0])
ADAPTED = dict(type='mmrazor_ssdkd.TorchClassifier', **COLOURS)
MODELS_OF = {
    'mmpretrain': {
        **classifier(channels=3),
        'data_preprocessor': dict(
            type='ClsDataPreprocessor', to_rgb=True, **COLOURS
        ),
    },
    'mmseg': segmentor(),
    'torchvision': {
        **ADAPTED,
        'module': dict(type='torchvision.models:shufflenet_v2_x0_5'),
    },
    'torchvision maps': dict(
        type='mmrazor_ssdkd.TorchSegmentor',
        module=dict(
            type='torchvision.models.segmentation:lraspp_mobilenet_v3_large',
            num_classes=5,
            weights_backbone=None,
        ),
        output='out',
        **COLOURS,
    ),
    'timm': {
        **ADAPTED,
        'module': dict(type='timm:mobilenetv3_small_050', num_classes=5),
    },
}


@pytest.fixture(params=list(FORMS))
def form(request):
    """A form whose packages are installed."""
    if request.param == 'onnx':
        pytest.importorskip('onnxruntime')
        pytest.importorskip('onnx')
    return request.param


def deployed(network):
    """A network without normalisation, as it is deployed."""
    return DeployedModel(TorchClassifier(network, mean=[0.0], std=[255.0]))


@pytest.mark.parametrize('kind', MODELS_OF)
def test_any_number_of_images(kind, form):
    """The normalisation, the swap and the resizing are in it."""
    if kind == 'timm':
        pytest.importorskip('timm')
    student = MODELS.build(MODELS_OF[kind])
    model = DeployedModel(student)
    file = deploy(model, comparison_batches((3, 32, 48)), form)
    assert file.batch is None
    images = 255 * torch.rand(5, 3, 32, 48)
    with torch.no_grad():
        # The way of OpenMMLab itself, one image after another.
        inputs = student.data_preprocessor(dict(inputs=list(images)))
        expected = model(images)
        if kind == 'mmpretrain':
            plain = student(inputs['inputs'], mode='tensor')
            assert_close(expected, plain)
    assert_close(file.run(images), expected, rtol=1e-3, atol=1e-4)
    if expected.dim() == 4:
        assert expected.shape[2:] == images.shape[2:]


def test_maps_are_what_the_head_predicts():
    """Resized as mmseg does it."""
    student = MODELS.build(segmentor()).eval()
    model = DeployedModel(student)
    images = 255 * torch.rand(2, 3, 32, 48)
    inputs = student.data_preprocessor(dict(inputs=list(images)))['inputs']
    metas = [dict(img_shape=(32, 48), ori_shape=(32, 48))] * 2
    with torch.no_grad():
        assert_close(model(images), student.encode_decode(inputs, metas))


def test_torchscript_takes_integers():
    """As images are decoded."""
    model = DeployedModel(MODELS.build(MODELS_OF['mmpretrain']))
    file = deploy(model, comparison_batches((3, 16, 16)), 'torchscript')
    images = torch.randint(0, 256, (3, 3, 16, 16), dtype=torch.uint8)
    assert_close(file.run(images), file.run(images.float()))


class Counts(nn.Module):
    """Counts its images in Python, as Swin's windows do."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(16 * 16, 3)

    def forward(self, images):
        """Returns logits."""
        number = int(images.shape[0] * 2 / 2)
        # On another number these are other images' pixels.
        mixed = images.reshape(-1, 256).cumsum(0)
        return self.fc(mixed)[:number] * number


def test_one_at_a_time(form):
    """A network that other numbers of images break says so."""
    file = deploy(deployed(Counts()), comparison_batches((1, 16, 16)), form)
    assert file.batch == 1


class Branches(nn.Module):
    """Takes one way or the other, by the image."""

    def forward(self, images):
        """Returns logits."""
        mean = images.mean(dim=(1, 2, 3), keepdim=True).flatten(1)
        bright = bool(images.std() > 0.2)
        return mean.repeat(1, 3) if bright else 9 - mean.repeat(1, 3)


@pytest.mark.parametrize(
    'form',
    [
        'torchscript',
        # Tries the slower exporter, too.
        pytest.param('onnx', marks=pytest.mark.slow),
    ],
    indirect=True,
)
def test_what_cannot_be_written_is_refused(form):
    """Other logits are an error."""
    batches = [torch.zeros(2, 1, 8, 8), torch.rand(2, 1, 8, 8) * 255]
    batches += [batch[:1] for batch in batches]
    with pytest.raises(ValueError, match=f'`{form}` must be .* differ'):
        deploy(deployed(Branches()), batches, form)


@pytest.mark.slow
def test_pooling_that_a_trace_cannot_write():
    """The slower exporter can."""
    for package in ('onnx', 'onnxruntime', 'onnxscript'):
        pytest.importorskip(package)
    network = nn.Sequential(
        nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(9, 3)
    )
    file = deploy(deployed(network), comparison_batches((1, 16, 16)), 'onnx')
    assert file.batch is None


@pytest.mark.parametrize('package', ['onnx', 'onnxruntime'])
def test_package_that_is_missing(package, monkeypatch):
    """The message has the extra's name."""
    pytest.importorskip('onnx')
    monkeypatch.setitem(sys.modules, package, None)
    network = nn.Sequential(nn.Flatten(), nn.Linear(64, 3))
    with pytest.raises(ValueError, match=r'`onnx` must have .*\[onnx\]'):
        deploy(deployed(network), comparison_batches((1, 8, 8)), 'onnx')


@pytest.mark.parametrize('sizes', [[], [1], [1, 1], [3], [2, 3], [0, 1]])
def test_batches_that_compare_nothing(sizes):
    """No file is returned that nobody has run."""
    batches = [torch.rand(size, 1, 16, 16) for size in sizes]
    with pytest.raises(ValueError, match=r'`batches` must .*\[.*\]'):
        deploy(deployed(Counts()), batches, 'torchscript')


def test_form_that_there_is_not():
    """The message has those that there are."""
    with pytest.raises(ValueError, match=r"`form` must .*'onnx'.*'tflite'"):
        deploy(deployed(Counts()), comparison_batches((1, 16, 16)), 'tflite')
