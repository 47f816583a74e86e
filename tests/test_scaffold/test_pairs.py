"""A student is made to fit its teacher."""

import pytest
import torch
from mmengine.config import Config
from toy_models import build, classifier, segmentor, ssdkd

from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import BinaryMap, SeveralLabels
from mmrazor_ssdkd.scaffold import Colours, Named, find_pair

SHUFFLENET = 'torchvision.models:shufflenet_v2_x0_5'
SEVERAL = dict(type='MultiLabelLinearClsHead')
BINARY = dict(
    num_classes=2,
    out_channels=1,
    threshold=0.5,
    loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True),
)


@pytest.fixture
def teacher(tmp_path):
    """The config of a classifier as a file."""
    config = classifier(8)
    scope = config.pop('_scope_')
    file = tmp_path / 'teacher.py'
    Config(dict(model=config, default_scope=scope)).dump(file)
    return Named(str(file))


@pytest.mark.parametrize(
    ('config', 'key', 'head', 'meaning'),
    [
        (classifier(8), 'head', SEVERAL, SeveralLabels),
        (segmentor(8), 'decode_head', BINARY, BinaryMap),
    ],
)
def test_logits_mean_the_same(tmp_path, config, key, head, meaning):
    """The loss of an adapter says it."""
    config[key].update(head)
    file = tmp_path / 'teacher.py'
    scope = config.pop('_scope_')
    Config(dict(model=config, default_scope=scope)).dump(file)
    channels = len(config['data_preprocessor']['mean'])
    options = dict(channels=channels)
    if meaning is BinaryMap:
        options.update(maps=True, logits=1)
    pair = find_pair(
        Named(str(file)),
        Named('plain_networks:PlainNet', options),
        Colours(),
        (16, 16),
    )
    assert pair.student['loss']['use_sigmoid']
    if meaning is BinaryMap:
        assert isinstance(find_label_model({'teacher': pair.built}), meaning)
        return
    algorithm = build(ssdkd(teacher=pair.teacher, architecture=pair.student))
    assert isinstance(algorithm.label_model, meaning)


@pytest.mark.parametrize('told', [{}, dict(num_classes=3)])
@pytest.mark.parametrize('saved', [False, True])
def test_weights_that_do_not_fit(tmp_path, teacher, told, saved):
    """They are looked at, whatever tells the number of classes."""
    if told:
        teacher = Named(SHUFFLENET, told)
    file = tmp_path / 'other.pth'
    if saved:
        torch.save(dict(weight=torch.ones(2)), file)
    student = Named('plain_networks:PlainNet')
    with pytest.raises(ValueError, match=r'`checkpoint` must .*other\.pth'):
        find_pair(teacher, student, Colours(), (32, 32), str(file))


@pytest.mark.parametrize(
    ('student', 'told'),
    [
        ('plain_networks:PlainNet', dict(logits=5, channels=3)),
        (SHUFFLENET, dict(num_classes=5)),
    ],
)
def test_students_of_other_classes(student, told):
    """Whatever its builder calls their number."""
    teacher = Named(SHUFFLENET, dict(num_classes=4))
    with pytest.raises(ValueError, match='`student` must have the 4 classes'):
        find_pair(teacher, Named(student, told), Colours(), (32, 32))
