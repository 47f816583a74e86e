"""Outputs that are no logits of one head are refused at build."""

import pytest
import torch
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmseg.registry import MODELS as MMSEG_MODELS
from toy_models import build, classifier, segmentation, segmentor, ssdkd

from mmrazor_ssdkd.models.algorithms.output_checks import (
    check_no_probabilities,
)


@pytest.fixture
def softmax_heads():
    """Registers heads that end in a softmax, and one in its logarithm."""
    linear = MMPRETRAIN_MODELS.get('LinearClsHead')
    fcn = MMSEG_MODELS.get('FCNHead')

    class SoftmaxClsHead(linear):
        def forward(self, feats):
            return super().forward(feats).softmax(dim=1)

    class LogSoftmaxClsHead(linear):
        def forward(self, feats):
            return super().forward(feats).log_softmax(dim=1)

    class SoftmaxFCNHead(fcn):
        def forward(self, inputs):
            return super().forward(inputs).softmax(dim=1)

    registered = (
        (MMPRETRAIN_MODELS, SoftmaxClsHead),
        (MMPRETRAIN_MODELS, LogSoftmaxClsHead),
        (MMSEG_MODELS, SoftmaxFCNHead),
    )
    for registry, head in registered:
        registry.register_module(module=head)
    yield
    for registry, head in registered:
        registry.module_dict.pop(head.__name__)


def changed(config, key, **changes):
    """Returns a config whose head has other settings."""
    config[key].update(changes)
    return config


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize('task', ['classifier', 'segmentor'])
def test_softmax_at_the_end(softmax_heads, name, task):
    """The message has the way on."""
    if task == 'classifier':
        model = changed(classifier(), 'head', type='SoftmaxClsHead')
        config = ssdkd(**{name: model})
    else:
        model = changed(segmentor(), 'decode_head', type='SoftmaxFCNHead')
        config = segmentation(**{name: model})
    match = f'`{name}` must give logits, but got probabilities.*log_softmax'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_logarithm_of_a_softmax(softmax_heads):
    """Its softmax is what it was."""
    head = dict(type='LogSoftmaxClsHead')
    build(ssdkd(teacher=changed(classifier(), 'head', **head)))


@pytest.mark.parametrize(
    'logits',
    [
        torch.zeros(2, 3),
        torch.full((2, 3), 0.5),
        torch.tensor([[1.5, -0.5]]),
        torch.tensor([[0.5, 0.5], [0.9, 0.3]]),
    ],
)
def test_what_is_no_probability(logits):
    """Neither a sum of 1 nor values in 0 to 1 alone make one."""
    check_no_probabilities('teacher', logits)


def test_saturated_probabilities():
    """Of a network that is sure, and at every pixel."""
    with pytest.raises(ValueError, match='between 0 and 1 with'):
        check_no_probabilities('a', torch.eye(3).view(1, 3, 3, 1))


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_cascade_of_heads(name):
    """The size of the images is not blamed."""
    config = segmentor()
    head = config['decode_head']
    point = dict(
        type='PointHead',
        in_channels=[8],
        in_index=[1],
        channels=8,
        num_fcs=1,
        coarse_pred_each_layer=True,
        dropout_ratio=-1,
        num_classes=5,
        align_corners=False,
    )
    config.update(
        type='CascadeEncoderDecoder', num_stages=2, decode_head=[head, point]
    )
    match = rf'`{name}.decode_head` must be one head.*FCNHead, PointHead'
    with pytest.raises(ValueError, match=match):
        build(segmentation(**{name: config}))
