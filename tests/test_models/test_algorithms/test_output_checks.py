"""Outputs that are no logits of one head are refused at build."""

import pytest
import torch
from mmengine.logging import MMLogger
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmseg.registry import MODELS as MMSEG_MODELS
from toy_models import build, classifier, segmentation, segmentor, ssdkd

from mmrazor_ssdkd.models.algorithms.output_checks import (
    _of_far_images,
    _warn_of_cosines,
    check_no_probabilities,
)
from mmrazor_ssdkd.models.noise_images import draw_details

ENDS = dict(
    Softmax=lambda x: x.softmax(dim=1),
    LogSoftmax=lambda x: x.log_softmax(dim=1),
    HalfSoftmax=lambda x: x.bfloat16().softmax(dim=1),
    Sigmoid=torch.sigmoid,
    # Of trained weights, which those here are not.
    WrittenSigmoid=lambda x: 1 / (1 + torch.exp(-100 * x)),
    Tanh=lambda x: torch.tanh(20 * x),
    LogSigmoid=torch.nn.functional.logsigmoid,
)


@pytest.fixture
def ends():
    """Registers heads that end in more than logits."""
    linear = MMPRETRAIN_MODELS.get('LinearClsHead')
    fcn = MMSEG_MODELS.get('FCNHead')

    registered = []
    for name, end in ENDS.items():
        for registry, base in (
            (MMPRETRAIN_MODELS, linear),
            (MMSEG_MODELS, fcn),
        ):
            head = type(
                name + base.__name__,
                (base,),
                dict(
                    forward=lambda self, x, base=base, end=end: end(
                        base.forward(self, x)
                    )
                ),
            )
            registry.register_module(module=head)
            registered.append((registry, head.__name__))
    yield
    for registry, name in registered:
        registry.module_dict.pop(name)


def changed(config, key, **changes):
    """Returns a config whose head has other settings."""
    config[key].update(changes)
    return config


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize('task', ['classifier', 'segmentor'])
def test_softmax_at_the_end(ends, name, task):
    """The message has the way on."""
    if task == 'classifier':
        model = changed(classifier(), 'head', type='SoftmaxLinearClsHead')
        config = ssdkd(**{name: model})
    else:
        model = changed(segmentor(), 'decode_head', type='SoftmaxFCNHead')
        config = segmentation(**{name: model})
    match = f'`{name}` must give logits, but got probabilities.*log_softmax'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_logarithm_of_a_softmax(ends):
    """Its softmax is what it was."""
    head = dict(type='LogSoftmaxLinearClsHead')
    build(ssdkd(teacher=changed(classifier(), 'head', **head)))


def test_softmax_in_half_precision(ends):
    """Its sum is further from 1."""
    model = changed(classifier(), 'head', type='HalfSoftmaxLinearClsHead')
    with pytest.raises(ValueError, match='got probabilities'):
        build(ssdkd(teacher=model))


BINARY = dict(
    num_classes=2,
    out_channels=1,
    loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True),
)
SEVERAL = dict(type='CrossEntropyLoss', use_sigmoid=True)


@pytest.mark.parametrize('kind', ['Sigmoid', 'WrittenSigmoid'])
@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize('task', ['one label', 'several', 'maps', 'binary'])
def test_sigmoid_at_the_end(ends, name, task, kind):
    """Whatever the values mean afterwards, they mean something else."""
    maps = task in ('maps', 'binary')
    settings = dict(several=dict(loss=SEVERAL), binary=BINARY).get(task, {})
    key = 'decode_head' if maps else 'head'
    make, compose = (segmentor, segmentation) if maps else (classifier, ssdkd)
    models = {
        each: changed(make(), key, **settings)
        for each in ('teacher', 'architecture')
    }
    base = 'FCNHead' if maps else 'LinearClsHead'
    models[name][key]['type'] = kind + base
    match = f'`{name}` must give logits, but got values of a sigmoid, between'
    with pytest.raises(ValueError, match=match) as info:
        build(compose(**models))
    assert 'torch.logit' in str(info.value)
    assert 'probabilities=True' in str(info.value)
    assert ('several labels' in str(info.value)) == (
        task in ('one label', 'maps')
    )


@pytest.mark.parametrize('kind', ['LogSigmoid', 'LogSoftmax'])
@pytest.mark.parametrize('task', ['one label', 'several', 'binary'])
def test_logarithm_at_the_end(ends, task, kind):
    """A softmax undoes it, a sigmoid calls all of it off."""
    if task == 'binary':
        model = changed(
            segmentor(), 'decode_head', **BINARY, type=f'{kind}FCNHead'
        )
        other = changed(segmentor(), 'decode_head', **BINARY)
        config = segmentation(teacher=model, architecture=other)
    else:
        loss = dict(loss=SEVERAL) if task == 'several' else {}
        model = changed(
            classifier(), 'head', **loss, type=f'{kind}LinearClsHead'
        )
        other = changed(classifier(), 'head', **loss)
        config = ssdkd(teacher=model, architecture=other)
    if task == 'one label':
        build(config)
        return
    with pytest.raises(ValueError, match=r'`teacher` .* got logarithms of'):
        build(config)


@pytest.mark.parametrize('kind', ['Tanh', ''])
def test_values_that_hardly_differ(ends, caplog, kind):
    """A factor may be missing; small logits of other images are fine."""
    model = changed(classifier(), 'head', type=f'{kind}LinearClsHead')
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    build(ssdkd(architecture=model))
    logger.removeHandler(caplog.handler)
    said = '`architecture` must give logits, but got values between -1 and'
    assert (said in caplog.text) == bool(kind)


def test_small_logits_of_far_images(caplog):
    """Of a network that has learnt nothing, whose every logit is small."""
    model = MMPRETRAIN_MODELS.build(classifier()).eval()
    images = draw_details((1, 16, 16))[:2]
    far = _of_far_images('a', model, images)
    model.head.fc.weight.data.mul_(0.9 / far.abs().max())
    model.head.fc.bias.data.zero_()
    far = _of_far_images('a', model, images)
    assert far.min() < -0.3 and far.max() > 0.3
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    _warn_of_cosines('a', model, images)
    assert not caplog.text
    # Cosines to prototypes that are of length 1 already.
    fc, head = model.head.fc, model.head
    fc.weight.data = torch.nn.functional.normalize(fc.weight.data)
    head.forward = lambda feats: fc(torch.nn.functional.normalize(feats[-1]))
    _warn_of_cosines('a', model, images)
    logger.removeHandler(caplog.handler)
    assert caplog.text.count('`a` must give logits, but got values') == 1


def test_network_that_has_learnt_nothing():
    """Its logits may lie in 0 to 1 by chance."""
    model = MMPRETRAIN_MODELS.build(classifier())
    torch.nn.init.zeros_(model.head.fc.weight)
    torch.nn.init.constant_(model.head.fc.bias, 0.3)
    build(ssdkd(architecture=model))


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
