"""Tests of forward passes of other people's models."""

import copy

import pytest
import torch
from mmengine.model import ImgDataPreprocessor
from mmpretrain.models import ClsDataPreprocessor
from mmseg.models import SegDataPreProcessor
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toy_models import classifier, same, segmentor, snapshot

from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.forward import frozen, normalize, predict_logits

MEAN = [123.675, 116.28, 103.53]
STD = [58.395, 57.12, 57.375]
STATISTICS = dict(mean=MEAN, std=STD)


def make_images(channels: int = 3) -> torch.Tensor:
    """Returns bytes whose channels differ, or a swap would not show."""
    images = torch.randint(0, 256, (4, channels, 5, 6), dtype=torch.uint8)
    assert len({channel.sum().item() for channel in images[0]}) == channels
    return images


@pytest.mark.parametrize('as_float', [False, True])
@pytest.mark.parametrize(
    ('preprocessor', 'channels'),
    [
        (ClsDataPreprocessor(**STATISTICS), 3),
        (ClsDataPreprocessor(**STATISTICS, to_rgb=True), 3),
        (ClsDataPreprocessor(mean=[78.0], std=[96.0]), 1),
        (ClsDataPreprocessor(mean=[78.0], std=[96.0], to_rgb=True), 1),
        (ClsDataPreprocessor(to_rgb=True), 3),
        (ClsDataPreprocessor(), 3),
        (SegDataPreProcessor(**STATISTICS), 3),
        (SegDataPreProcessor(**STATISTICS, bgr_to_rgb=True), 3),
        (SegDataPreProcessor(**STATISTICS, rgb_to_bgr=True), 3),
        (SegDataPreProcessor(bgr_to_rgb=True), 3),
        (SegDataPreProcessor(mean=[78.0], std=[96.0], bgr_to_rgb=True), 1),
        (ImgDataPreprocessor(**STATISTICS), 3),
        (ImgDataPreprocessor(**STATISTICS, bgr_to_rgb=True), 3),
        (ImgDataPreprocessor(**STATISTICS, rgb_to_bgr=True), 3),
        (ImgDataPreprocessor(bgr_to_rgb=True), 3),
        (ImgDataPreprocessor(mean=[78.0], std=[96.0]), 1),
    ],
)
def test_normalize_is_the_preprocessor(preprocessor, channels, as_float):
    """It equals the model's own data preprocessor bit for bit."""
    images = make_images(channels)
    if as_float:
        images = images + 0.25
    data = dict(inputs=list(images))
    theirs = preprocessor(data, training=False)['inputs']
    ours = normalize(images, preprocessor)
    assert ours.dtype == torch.float32
    assert torch.equal(ours, theirs)


def test_normalize_without_a_preprocessor():
    """Nothing but the type changes."""
    images = make_images()
    assert torch.equal(normalize(images, None), images.float())


def test_normalize_keeps_its_argument():
    """The images themselves stay as they are."""
    images = make_images().float()
    before = images.clone()
    normalize(images, ClsDataPreprocessor(**STATISTICS, to_rgb=True))
    assert torch.equal(images, before)


def test_gradient_through_normalize():
    """Each channel's gradient is divided by its own std, also swapped."""
    images = make_images().float().requires_grad_()
    preprocessor = ClsDataPreprocessor(**STATISTICS, to_rgb=True)
    normalize(images, preprocessor).sum().backward()
    expected = 1 / torch.tensor(STD).flip(0).view(1, 3, 1, 1)
    assert_close(images.grad, expected.expand_as(images))


def test_logits_of_a_classifier():
    """They are those of the model behind its data preprocessor."""
    model = build_model(classifier(channels=3), 'teacher').eval()
    images = make_images()
    logits = predict_logits(model, images, model.data_preprocessor)
    data = model.data_preprocessor(dict(inputs=images), training=False)
    assert logits.shape == (4, 10)
    assert torch.equal(logits, model(**data, mode='tensor'))
    # The size of another classifier's logits is empty.
    again = predict_logits(
        model, images, model.data_preprocessor, torch.Size([])
    )
    assert torch.equal(again, logits)


@pytest.mark.parametrize('align_corners', [True, False])
def test_logits_are_resized_as_the_model_does(align_corners):
    """Another size is reached with the model's own `align_corners`."""
    config = segmentor()
    config['decode_head']['align_corners'] = align_corners
    model = build_model(config, 'architecture').eval()
    images = torch.randint(0, 256, (2, 3, 16, 24), dtype=torch.uint8)
    preprocessor = model.data_preprocessor
    logits = predict_logits(model, images, preprocessor)
    size = torch.Size([3, 9])
    resized = predict_logits(model, images, preprocessor, size)
    expected, other = (
        F.interpolate(logits, size, mode='bilinear', align_corners=align)
        for align in (align_corners, not align_corners)
    )
    assert logits.shape[2:] != size
    assert torch.equal(resized, expected)
    assert not torch.allclose(resized, other)


def test_logits_of_the_wanted_size_are_left_alone():
    """Without a size, or with their own, logits are the decode head's."""
    model = build_model(segmentor(), 'teacher').eval()
    images = torch.randint(0, 256, (2, 3, 16, 24), dtype=torch.uint8)
    preprocessor = model.data_preprocessor
    logits = predict_logits(model, images, preprocessor)
    inputs = normalize(images, preprocessor)
    assert torch.equal(logits, model(inputs, mode='tensor'))
    again = predict_logits(model, images, preprocessor, logits.shape[2:])
    assert torch.equal(again, logits)


def mixed_model() -> nn.Module:
    """Returns a model whose parts differ in mode and in what they learn."""
    model = nn.Sequential(
        nn.Linear(3, 4),
        nn.BatchNorm1d(4),
        nn.Dropout(0.5),
        nn.Sequential(nn.Linear(4, 2), nn.BatchNorm1d(2)),
    ).train()
    model[3][1].eval()
    model[0].bias.requires_grad_(False)
    model[3][0].requires_grad_(False)
    return model


def modes(model: nn.Module) -> list[bool]:
    """Returns each module's mode and each parameter's flag."""
    flags = [parameter.requires_grad for parameter in model.parameters()]
    return [module.training for module in model.modules()] + flags


def test_frozen_inside():
    """No part trains, nothing is dropped, no statistic moves."""
    model = mixed_model()
    before = snapshot(model)
    x = torch.randn(5, 3, requires_grad=True)
    with frozen(model) as inside:
        assert inside is model
        assert not any(modes(model))
        first, second = model(x), model(x)
        first.sum().backward()
    assert torch.equal(first, second)
    assert (x.grad != 0).any()
    assert same(snapshot(model), before)


def test_frozen_keeps_gradients():
    """Gradients that wait for an optimizer are not touched."""
    model = mixed_model()
    model(torch.randn(5, 3)).sum().backward()
    before = snapshot(model)
    assert any(key.endswith('.grad') for key in before)
    with frozen(model):
        model(torch.randn(5, 3, requires_grad=True)).sum().backward()
    assert same(snapshot(model), before)


def test_frozen_restores():
    """Every module's mode and every parameter's flag come back."""
    model = mixed_model()
    before = copy.copy(modes(model))
    with frozen(model):
        assert modes(model) != before
    assert modes(model) == before


def test_frozen_restores_after_an_exception():
    """So they do where the code inside fails."""
    model = mixed_model()
    before = modes(model)
    with pytest.raises(RuntimeError, match='shapes'), frozen(model):
        model(torch.zeros(2, 7))
    assert modes(model) == before


def test_frozen_twice():
    """An inner context does not thaw what an outer one froze."""
    model = mixed_model()
    before = modes(model)
    with frozen(model):
        with frozen(model):
            pass
        assert not any(modes(model))
    assert modes(model) == before


@pytest.mark.parametrize('config', [classifier(channels=3), segmentor()])
def test_logits_are_float32_under_mixed_precision(config):
    """Those of a head in bfloat16, and the resized ones."""
    model = build_model(config, 'teacher').eval()
    images = torch.randint(0, 256, (2, 3, 16, 16), dtype=torch.uint8)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        raw = model(normalize(images, model.data_preprocessor), mode='tensor')
        logits = predict_logits(model, images, model.data_preprocessor)
    assert raw.dtype == torch.bfloat16
    assert logits.dtype == torch.float32
