"""A plain segmentor is one of mmsegmentation's."""

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.structures import PixelData
from mmseg.evaluation import IoUMetric
from mmseg.structures import SegDataSample
from plain_networks import PlainNet, adapter
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from mmrazor_ssdkd.registry import MODELS


@pytest.fixture
def model():
    """An adapter of a network that gives maps of half the size."""
    module = PlainNet(channels=3, maps=True, gives='dict')
    config = adapter(
        type='mmrazor_ssdkd.TorchSegmentor',
        module=module,
        mean=[100.0] * 3,
        std=[50.0] * 3,
        output='out',
    )
    return MODELS.build(config).eval()


def batch(number=2):
    """Returns images with maps of labels, some of which count for nothing."""
    maps = torch.randint(0, 10, (number, 1, 8, 12))
    maps[:, :, :2] = 255
    samples = [
        SegDataSample(
            gt_sem_seg=PixelData(data=m),
            metainfo=dict(ori_shape=(16, 24), img_shape=(8, 12)),
        )
        for m in maps
    ]
    images = torch.randint(0, 256, (number, 3, 8, 12))
    return dict(inputs=list(images), data_samples=samples), maps


def test_modes(model):
    """Logits as they come, a loss and maps at the labels' size."""
    data, maps = batch()
    data = model.data_preprocessor(data, training=True)
    logits = model(data['inputs'], mode='tensor')
    assert logits.shape == (2, 10, 4, 6)
    large = F.interpolate(logits, (8, 12), mode='bilinear')
    losses = model(**data, mode='loss')
    counted = F.cross_entropy(
        large, maps[:, 0], ignore_index=255, reduction='sum'
    )
    # mmseg's mean is over all pixels.
    assert_close(losses['loss_ce'], counted / maps.numel())
    predicted = model(**data, mode='predict')
    assert predicted[0].pred_sem_seg.data.shape == (1, 16, 24)
    whole = F.interpolate(large[:1], (16, 24), mode='bilinear')[0]
    assert torch.equal(predicted[0].pred_sem_seg.data[0], whole.argmax(dim=0))


def test_one_sigmoid_for_each_pixel():
    """mmseg compares it with a threshold, and its loss takes it."""
    loss = dict(type='CrossEntropyLoss', use_sigmoid=True)
    module = nn.Conv2d(3, 1, 3, 2, 1)
    config = adapter(
        type='mmrazor_ssdkd.TorchSegmentor',
        module=module,
        mean=[100.0] * 3,
        std=[50.0] * 3,
        loss=loss,
    )
    model = MODELS.build(config).eval()
    data, maps = batch()
    maps[maps < 255] %= 2
    data = model.data_preprocessor(data, training=True)
    logits = model(data['inputs'], mode='tensor')
    large = F.interpolate(logits, (8, 12), mode='bilinear')
    counted = F.binary_cross_entropy_with_logits(
        large, maps.float(), reduction='none'
    )
    losses = model(**data, mode='loss')
    known = (counted * (maps < 255)).sum() / maps.numel()
    assert_close(losses['loss_ce'], known)
    predicted = model(**data, mode='predict')
    whole = F.interpolate(large[:1], (16, 24), mode='bilinear')[0]
    assert torch.equal(predicted[0].pred_sem_seg.data, (whole > 0).float())


def test_is_measured_by_mmseg(model):
    """Its metric reads the predictions."""
    data, _ = batch()
    for sample in data['data_samples']:
        sample.set_metainfo(dict(ori_shape=(8, 12)))
    metric = IoUMetric()
    metric.dataset_meta = dict(classes=[str(i) for i in range(10)])
    samples = model.test_step(data)
    metric.process(data, [sample.to_dict() for sample in samples])
    assert 0 <= metric.evaluate(2)['mIoU'] <= 100


def test_trains_as_any_model(model):
    """mmengine's own step, from raw images."""
    optimizer = torch.optim.SGD(model.train().parameters(), lr=0.5)
    data, _ = batch()
    losses = []
    for _ in range(20):
        log = model.train_step(data, OptimWrapper(optimizer))
        losses.append(float(log['loss'].detach()))
    assert losses[-1] < 0.9 * losses[0]


def test_has_no_weights_of_its_own(model):
    """What is saved is the network's."""
    assert all(key.startswith('network.') for key in model.state_dict())
    assert len(model.state_dict()) == len(model.network.state_dict())


def test_output_of_another_shape_raises():
    """Classes are for the other adapter."""
    config = adapter(type='mmrazor_ssdkd.TorchSegmentor')
    with pytest.raises(ValueError, match=r'H, W\) in a TorchSegmentor'):
        MODELS.build(config)(torch.zeros(2, 1, 8, 8))
