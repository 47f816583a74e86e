"""A plain classifier is one of mmpretrain's."""

import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmpretrain.evaluation import Accuracy, AveragePrecision
from mmpretrain.structures import DataSample
from plain_networks import PlainNet, adapter
from torch import nn
from torch.testing import assert_close
from toy_models import same, snapshot

from mmrazor_ssdkd.models.forward import normalize
from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import OneClass, SeveralLabels
from mmrazor_ssdkd.registry import MODELS


def make(**settings):
    """Builds an adapter in eval mode."""
    return MODELS.build(adapter(**settings)).eval()


def batch(number=6, channels=1):
    """Returns images in 0 to 255 with labels."""
    images = torch.randint(0, 256, (number, channels, 8, 8))
    samples = [DataSample().set_gt_label(i % 10) for i in range(number)]
    return dict(inputs=images, data_samples=samples)


@pytest.mark.parametrize(
    ('gives', 'output'),
    [('tensor', None), ('tuple', 1), ('dict', 'out'), ('object', 'logits')],
)
def test_modes(gives, output):
    """Logits, a loss that learns, and predictions that metrics read."""
    network = PlainNet(gives=gives)
    model = make(module=network, output=output)
    data = model.data_preprocessor(batch())
    logits = model(data['inputs'], mode='tensor')
    expected = network.fc(
        network.body_norm(
            network.body(network.norm(network.stem(data['inputs'])).relu())
        )
        .relu()
        .mean(dim=(2, 3))
    )
    assert_close(logits, expected)
    labels = torch.arange(6)
    loss = model(**data, mode='loss')['loss']
    assert_close(loss, nn.functional.cross_entropy(logits, labels))
    predicted = model(**data, mode='predict')
    scores = torch.stack([sample.pred_score for sample in predicted])
    assert_close(scores, logits.softmax(dim=1))
    metric = Accuracy()
    metric.process(data, [sample.to_dict() for sample in predicted])
    share = (logits.argmax(dim=1) == labels).float().mean() * 100
    assert_close(metric.evaluate(6)['accuracy/top1'], float(share))
    with pytest.raises(ValueError, match='`mode` must be one of'):
        model(data['inputs'], mode='train')


def test_trains_as_any_model():
    """mmengine's own step, from raw images."""
    model = make().train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = batch()
    losses = [
        float(model.train_step(data, OptimWrapper(optimizer))['loss'].detach())
        for _ in range(20)
    ]
    assert losses[-1] < 0.8 * losses[0]


def test_several_labels():
    """A loss of sigmoids makes scores of each label by itself."""
    loss = dict(type='CrossEntropyLoss', use_sigmoid=True)
    model = make(loss=loss)
    truth = (torch.arange(10) % torch.arange(2, 8)[:, None] == 0).float()
    samples = [DataSample().set_gt_score(labels) for labels in truth]
    data = dict(batch(), data_samples=samples)
    data = model.data_preprocessor(data)
    logits = model(data['inputs'], mode='tensor')
    expected = nn.functional.binary_cross_entropy_with_logits(
        logits, truth, reduction='sum'
    )
    assert_close(model(**data, mode='loss')['loss'], expected / 6)
    predicted = model(**data, mode='predict')
    scores = torch.stack([sample.pred_score for sample in predicted])
    assert_close(scores, logits.sigmoid())
    metric = AveragePrecision()
    metric.process(data, [sample.to_dict() for sample in predicted])
    assert 0 < metric.evaluate(6)['multi-label/mAP'] <= 100


def test_several_labels_of_a_network_that_says_it():
    """As those of transformers do; a loss that is given comes first."""
    network = PlainNet()
    network.config = SimpleNamespace(problem_type='multi_label_classification')
    meaning = find_label_model(dict(a=make(module=network)))
    assert isinstance(meaning, SeveralLabels)
    given = make(module=network, loss=dict(type='CrossEntropyLoss'))
    assert isinstance(find_label_model(dict(a=given)), OneClass)
    network.config.problem_type = 'regression'
    with pytest.raises(ValueError, match=r"`module` must tell .*'regression'"):
        make(module=network)


def test_another_loss():
    """One of mmpretrain's, by its config."""
    model = make(loss=dict(type='LabelSmoothLoss', label_smooth_val=0.1))
    assert model(**model.data_preprocessor(batch()), mode='loss')['loss'] > 0


@pytest.mark.parametrize(
    ('orders', 'swaps'),
    [
        (dict(), True),
        (dict(channel_order='BGR'), False),
        (dict(image_order='RGB'), False),
        (dict(channel_order='BGR', image_order='RGB'), True),
    ],
)
def test_colours(orders, swaps):
    """Real and generated images meet the network in the order it wants."""
    colours = dict(mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0])
    model = make(module=PlainNet(channels=3), **colours, **orders)
    images = batch(channels=3)['inputs']
    inputs = images.flip(1) if swaps else images
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in colours.values())
    expected = (inputs - mean) / std
    real = model.data_preprocessor(dict(inputs=images))['inputs']
    assert_close(real, expected)
    assert_close(normalize(images, model.data_preprocessor), expected)


def test_data_preprocessor_in_place_of_statistics():
    """One that an algorithm shares; a network's own come before it."""
    shared = dict(type='mmpretrain.ClsDataPreprocessor', mean=[7.0], std=[3.0])
    own = make(data_preprocessor=shared)
    assert float(own.data_preprocessor.mean) == 100
    other = make(mean=None, std=None, data_preprocessor=shared)
    assert float(other.data_preprocessor.mean) == 7
    with pytest.raises(ValueError, match='`mean` and `std` must be what'):
        make(mean=None, std=None)


def test_weights_stay_as_they_were_built():
    """The network's own `init_weights` would undo what was pretrained."""
    model = make()
    before = snapshot(model)
    model.init_weights()
    assert same(before, snapshot(model))


def test_registered_network_is_initialised():
    """OpenMMLab's wait for it."""
    module = dict(
        type='mmpretrain.ResNet_CIFAR',
        depth=18,
        init_cfg=dict(type='Constant', layer='Conv2d', val=0.5),
    )
    model = make(module=module, output=-1)
    model.init_weights()
    assert (model.network.conv1.weight == 0.5).all()


@pytest.mark.parametrize('child', ['fc', 'network'])
def test_bare_weights_load(child):
    """By torch, by mmengine and in a larger model; both namings."""
    from mmengine.runner.checkpoint import load_state_dict

    class Net(nn.Sequential):
        def __init__(self):
            super().__init__()
            self.add_module(child, nn.Linear(4, 2))
            self.add_module('other', nn.BatchNorm1d(2))

    source = nn.Sequential()
    source.add_module('part', make(module=Net()))
    bare = source.part.network.state_dict()
    for state in (bare, source.part.state_dict()):
        model = make(module=Net())
        model.load_state_dict(copy.copy(state))
        assert same(snapshot(model), snapshot(source.part))
        model = make(module=Net())
        load_state_dict(model, copy.copy(state), strict=True)
        assert same(snapshot(model), snapshot(source.part))
        larger = nn.Sequential()
        larger.add_module('part', make(module=Net()))
        larger.load_state_dict({f'part.{k}': v for k, v in state.items()})
        assert same(snapshot(larger), snapshot(source))
    with pytest.raises(RuntimeError, match='Missing key'):
        model.load_state_dict({f'{child}.weight': torch.ones(2, 4)})


def test_output_of_another_shape_raises():
    """Maps are for the other adapter."""
    model = make(module=PlainNet(maps=True))
    with pytest.raises(ValueError, match=r'\(N, C\) in a TorchClassifier'):
        model(torch.zeros(1, 1, 8, 8))
