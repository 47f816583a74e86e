"""A student is made to fit its teacher."""

import pytest
import torch
from mmengine.config import Config
from toy_models import build, classifier, segmentor, ssdkd

from mmrazor_ssdkd.models.label_meaning import find_label_model
from mmrazor_ssdkd.models.label_models import BinaryMap, SeveralLabels
from mmrazor_ssdkd.scaffold import Colours, Named, find_pair

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
    options = dict(channels=channels, maps=key == 'decode_head')
    pair = find_pair(
        Named(str(file)),
        Named('plain_networks:PlainNet', options),
        Colours(),
        (16, 16),
    )
    assert pair.student['loss']['use_sigmoid']
    if meaning is BinaryMap:
        # The toy has ten logits, whatever it is asked for.
        assert isinstance(find_label_model({'teacher': pair.built}), meaning)
        return
    algorithm = build(ssdkd(teacher=pair.teacher, architecture=pair.student))
    assert isinstance(algorithm.label_model, meaning)


@pytest.mark.parametrize('told', [{}, dict(num_classes=3)])
@pytest.mark.parametrize('saved', [False, True])
def test_weights_that_do_not_fit(tmp_path, teacher, told, saved):
    """They are looked at, whatever tells the number of classes."""
    if told:
        teacher = Named('torchvision.models:shufflenet_v2_x0_5', told)
    file = tmp_path / 'other.pth'
    if saved:
        torch.save(dict(weight=torch.ones(2)), file)
    student = Named('plain_networks:PlainNet')
    with pytest.raises(ValueError, match=r'`checkpoint` must .*other\.pth'):
        find_pair(teacher, student, Colours(), (32, 32), str(file))
