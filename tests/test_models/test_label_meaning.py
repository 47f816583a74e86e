"""The heads say what logits mean, and all networks must agree."""

import pytest
import torch
from mmrazor.registry import MODELS
from torch.nn import MultiLabelSoftMarginLoss
from toy_models import (
    build,
    classifier,
    segmentation,
    segmentor,
    ssdkd,
)

from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import (
    BinaryMap,
    OneClass,
    SeveralLabels,
)

SIGMOID = dict(type='CrossEntropyLoss', use_sigmoid=True)
SEVERAL = [
    dict(type='MultiLabelLinearClsHead'),
    dict(type='CSRAClsHead', num_heads=1, lam=0.1),
    dict(type='LinearClsHead', loss=SIGMOID),
    dict(type='LinearClsHead', loss=dict(type='AsymmetricLoss')),
    dict(type='LinearClsHead', loss=dict(type='FocalLoss')),
    dict(
        type='LinearClsHead',
        loss=dict(
            type='LabelSmoothLoss',
            label_smooth_val=0.1,
            mode='multi_label',
            use_sigmoid=True,
        ),
    ),
]
BINARY = dict(num_classes=2, out_channels=1, threshold=0.3)


def headed(width=4, **head):
    """Returns a classifier with another head."""
    config = classifier(width)
    if head['type'] == 'CSRAClsHead':
        config.pop('neck')
    config['head'].update(head)
    return config


def maps(**head):
    """Returns a segmentor with another head."""
    config = segmentor()
    config['decode_head'].update(head)
    return config


@pytest.mark.parametrize('head', SEVERAL)
def test_several_labels(head):
    """Of the model's own heads, and of one whose loss says it."""
    algorithm = build(
        ssdkd(teacher=headed(8, **head), architecture=headed(4, **head))
    )
    assert isinstance(algorithm.label_model, SeveralLabels)
    assert algorithm.num_classes == 10


@pytest.mark.parametrize('mode', ['original', 'classy_vision'])
def test_one_class_by_sigmoids(mode):
    """As "ResNet strikes back" trains; such a teacher has usual students."""
    loss = dict(
        type='LabelSmoothLoss',
        label_smooth_val=0.1,
        num_classes=10,
        mode=mode,
        use_sigmoid=True,
    )
    algorithm = build(
        ssdkd(
            teacher=headed(8, type='LinearClsHead', loss=loss),
            architecture=classifier(),
        )
    )
    assert isinstance(algorithm.label_model, OneClass)


def test_torchs_loss_of_several_labels():
    """A pure-Python config has its class."""
    head = dict(type='LinearClsHead', loss=dict(type=MultiLabelSoftMarginLoss))
    model = MODELS.build(headed(**head))
    assert isinstance(find_label_model(dict(a=model)), SeveralLabels)


@pytest.mark.parametrize(
    ('name', 'loss'),
    [
        ('teacher', dict(type='SiLogLoss')),
        ('architecture', [dict(type='SiLogLoss')]),
    ],
)
def test_numbers(name, loss):
    """Depths in one channel are no map of two classes."""
    heads = dict.fromkeys(('teacher', 'architecture'), BINARY)
    heads[name] = dict(BINARY, loss_decode=loss)
    match = rf'`{name}.decode_head` must tell classes.*FCNHead \(SiLogLoss\)'
    with pytest.raises(ValueError, match=match):
        build(segmentation(**{k: maps(**head) for k, head in heads.items()}))


@pytest.mark.parametrize('loss', [SIGMOID, [SIGMOID, dict(type='DiceLoss')]])
def test_one_sigmoid_for_each_pixel(loss):
    """Two classes, though mmseg counts one channel."""
    head = dict(BINARY, loss_decode=loss)
    algorithm = build(
        segmentation(teacher=maps(**head), architecture=maps(**head))
    )
    assert isinstance(algorithm.label_model, BinaryMap)
    assert algorithm.num_classes == 2


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_sigmoids_of_pixels_of_several_classes(name):
    """At test time they exclude each other, and in training not."""
    head = dict(loss_decode=[SIGMOID, dict(type='DiceLoss')])
    match = rf'`{name}.decode_head` must have.*out_channels=1.*not supported'
    with pytest.raises(ValueError, match=match):
        build(segmentation(**{name: maps(**head)}))


def test_sigmoid_beside_a_softmax():
    """Dice's own sigmoid does not make a head one of several labels."""
    head = dict(
        loss_decode=[dict(type='CrossEntropyLoss'), dict(type='DiceLoss')]
    )
    algorithm = build(segmentation(teacher=maps(**head)))
    assert isinstance(algorithm.label_model, OneClass)


@pytest.mark.parametrize('head', SEVERAL[:3])
@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_networks_that_disagree(name, head):
    """Both heads are named, and the way on."""
    match = (
        r'`architecture` and `teacher` must have heads of one kind, but got '
        r'a .*ClsHead .* of .* and a .*ClsHead .* of .*config alone'
    )
    with pytest.raises(ValueError, match=match) as info:
        build(ssdkd(**{name: headed(**head)}))
    assert head['type'] in str(info.value)


def test_head_of_a_cascade():
    """The last one gives the logits."""
    model = torch.nn.Module()
    soft, sigmoid = (
        MODELS.build(maps(loss_decode=loss)).decode_head
        for loss in (dict(type='CrossEntropyLoss'), SIGMOID)
    )
    model.decode_head = torch.nn.ModuleList([sigmoid, soft])
    assert isinstance(find_label_model(dict(a=model)), OneClass)
    model.decode_head = torch.nn.ModuleList([soft, sigmoid])
    with pytest.raises(ValueError, match=r'`a.decode_head` must have'):
        find_label_model(dict(a=model))


def test_head_inside():
    """Where MMRazor's deployed networks have it, and where there is none."""
    inside = torch.nn.Module()
    inside.architecture = MODELS.build(headed(**SEVERAL[0]))
    assert isinstance(find_label_model(dict(a=inside)), SeveralLabels)
    plain = torch.nn.Linear(2, 2)
    assert isinstance(find_label_model(dict(a=plain)), OneClass)
    with pytest.raises(ValueError, match=r'`b` and `a` .* a Linear of one'):
        find_label_model(dict(a=inside, b=plain))


def test_teachers_that_disagree():
    """The second one is named."""
    config = ssdkd(architecture=headed(**SEVERAL[0]))
    config.pop('teacher')
    config['teachers'] = dict(
        first=dict(build_cfg=headed(8, **SEVERAL[0])),
        second=dict(build_cfg=classifier(8)),
    )
    match = '`teachers.second` and `teachers.first` must have heads of one'
    with pytest.raises(ValueError, match=match):
        build(config)
