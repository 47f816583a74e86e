"""Tests of how teachers and students are built."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.logging import MMLogger
from mmpretrain.models import ImageClassifier
from mmseg.models import EncoderDecoder
from torch import nn
from torch.testing import assert_close
from toy_models import classifier, segmentor, snapshot

from mmrazor_ssdkd.checkpoints import reading
from mmrazor_ssdkd.models import SSDKDGenerator
from mmrazor_ssdkd.models.building import (
    build_model,
    build_part,
    build_teacher,
    resolve_model,
)
from mmrazor_ssdkd.models.generators import ImageGenerator

CIFAR = 'mmpretrain::resnet/resnet18_8xb16_cifar10.py'
PREPROCESSOR = dict(
    type='mmpretrain.ClsDataPreprocessor', mean=[7.0], std=[3.0]
)


def write(folder: Path, model: dict, **settings: Any) -> str:
    """Writes a config file and returns its path."""
    model = {key: value for key, value in model.items() if key != '_scope_'}
    lines = [f'{k} = {v!r}' for k, v in dict(model=model, **settings).items()]
    (folder / 'config.py').write_text('\n'.join(lines))
    return str(folder / 'config.py')


def without_preprocessor() -> dict:
    """Returns a model config that says nothing of preprocessing."""
    config = classifier()
    del config['data_preprocessor']
    return config


def inline_parts() -> dict:
    """Returns the arguments of a small classifier's class."""
    config = classifier()
    return {k: v for k, v in config.items() if k not in ('_scope_', 'type')}


def frozen_for_good(teacher: nn.Module) -> bool:
    """Returns whether no part of a teacher trains."""
    trains = any(module.training for module in teacher.modules())
    return not trains and not any(
        p.requires_grad for p in teacher.parameters()
    )


def test_config_of_a_package():
    """`pkg::` builds the package's model with its data preprocessor."""
    model = build_model(dict(cfg_path=CIFAR), 'teacher')
    assert isinstance(model, ImageClassifier)
    assert model.head.fc.out_features == 10
    assert_close(
        model.data_preprocessor.mean.flatten(),
        torch.tensor([125.307, 122.961, 113.8575]),
    )
    assert model(torch.zeros(2, 3, 32, 32), mode='tensor').shape == (2, 10)


def test_config_of_a_package_keeps_its_data_preprocessor():
    """The fallback is not taken where the file has one."""
    config = resolve_model(dict(cfg_path=CIFAR), 'teacher', PREPROCESSOR)
    assert config.model.data_preprocessor.mean[0] == 125.307
    assert config.scope == 'mmpretrain'
    assert config.weights is None


def test_config_of_mmseg():
    """Bare names in another package's file are that package's."""
    path = 'mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py'
    config = resolve_model(dict(cfg_path=path), 'teacher')
    assert config.scope == 'mmseg'
    assert config.model.type == 'EncoderDecoder'
    assert config.model.data_preprocessor.type == 'SegDataPreProcessor'


@pytest.mark.parametrize(
    ('config', 'kind'),
    [(classifier(), ImageClassifier), (segmentor(), EncoderDecoder)],
)
def test_inline_config(config, kind):
    """A model config builds as MMRazor builds it, in its own scope."""
    before = repr(config)
    assert isinstance(build_model(config, 'architecture'), kind)
    assert repr(config) == before


def test_inline_config_takes_the_data_preprocessor():
    """The fallback is for a model config that has none of its own."""
    config = without_preprocessor()
    model = build_model(config, 'architecture', PREPROCESSOR)
    assert model.data_preprocessor.mean.flatten().tolist() == [7.0]
    assert 'data_preprocessor' not in config
    config['data_preprocessor'] = None
    model = build_model(config, 'architecture', PREPROCESSOR)
    assert model.data_preprocessor.mean.flatten().tolist() == [7.0]
    model = build_model(classifier(), 'architecture', PREPROCESSOR)
    assert model.data_preprocessor.mean.flatten().tolist() == [100.0]


def test_module():
    """A built model is taken as it is."""
    model = ImageClassifier(**inline_parts())
    assert build_model(model, 'architecture') is model


@pytest.mark.parametrize(
    ('config', 'settings', 'kind'),
    [
        (classifier(), {}, ImageClassifier),
        (classifier(), dict(default_scope='mmpretrain'), ImageClassifier),
        (segmentor(), dict(default_scope='mmseg'), EncoderDecoder),
    ],
)
def test_config_file_by_path(tmp_path, config, settings, kind):
    """A file of one's own names its scope, or is mmpretrain's."""
    path = write(tmp_path, config, **settings)
    model = build_model(dict(cfg_path=path), 'architecture')
    assert isinstance(model, kind)
    assert model.data_preprocessor.mean.flatten()[0] in (100, 120)


def test_config_file_by_path_takes_the_data_preprocessor(tmp_path):
    """The file's own comes first, then the fallback."""
    path = write(tmp_path, without_preprocessor())
    model = build_model(dict(cfg_path=path), 'teacher', PREPROCESSOR)
    assert model.data_preprocessor.mean.flatten().tolist() == [7.0]
    own = dict(PREPROCESSOR, mean=[9.0])
    path = write(tmp_path, without_preprocessor(), data_preprocessor=own)
    model = build_model(dict(cfg_path=path), 'teacher', PREPROCESSOR)
    assert model.data_preprocessor.mean.flatten().tolist() == [9.0]


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_setting_that_would_be_ignored_raises(name):
    """The message names the setting, the file and the value."""
    cfg = dict(cfg_path=CIFAR, head=dict(num_classes=100))
    with pytest.raises(ValueError, match=f'`{name}.head` must not') as info:
        build_model(cfg, name)
    assert CIFAR in str(info.value)
    assert "{'num_classes': 100}" in str(info.value)


def test_setting_that_repeats_the_file(tmp_path):
    """The file's own value beside it is no conflict."""
    config = classifier()
    path = write(tmp_path, config)
    model = build_model(dict(cfg_path=path, neck=config['neck']), 'teacher')
    assert model.with_neck


def test_setting_that_the_file_leaves_open(tmp_path):
    """A key that the file does not set is used."""
    path = write(tmp_path, without_preprocessor())
    cfg = dict(cfg_path=path, data_preprocessor=PREPROCESSOR)
    model = build_model(cfg, 'architecture')
    assert model.data_preprocessor.mean.flatten().tolist() == [7.0]


def test_published_weights_are_loaded(monkeypatch, tmp_path):
    """`pretrained` downloads what the package publishes, safely."""
    source = build_model(dict(cfg_path=CIFAR), 'teacher')
    published = tmp_path / 'published.pth'
    torch.save(dict(state_dict=source.state_dict()), published)
    asked = []

    def download(url, read):
        asked.append(url)
        return read(published)

    monkeypatch.setattr(reading, 'download', download)
    cfg = dict(cfg_path=CIFAR, pretrained=True)
    teacher = build_teacher(cfg)
    assert asked[0].startswith('https://download.openmmlab.com/')
    expected = source.state_dict()
    for key, value in teacher.state_dict().items():
        assert torch.equal(value, expected[key])
    assert frozen_for_good(teacher)


def test_weights_that_nobody_publishes_raise():
    """`pretrained` never quietly leaves a model random."""
    cfg = dict(
        cfg_path='mmpretrain::_base_/models/resnet18_cifar.py',
        pretrained=True,
    )
    with pytest.raises(ValueError, match=r'`teacher.pretrained`'):
        build_model(cfg, 'teacher')


def test_pretrained_with_a_file_of_one_s_own_raises(tmp_path):
    """The message says what to use instead."""
    cfg = dict(cfg_path=write(tmp_path, classifier()), pretrained=True)
    message = '`teacher.pretrained` must be False.*`teacher_ckpt`.*True'
    with pytest.raises(ValueError, match=message):
        build_model(cfg, 'teacher')


@pytest.mark.parametrize('cfg', ['resnet18', None, ['a']])
def test_what_is_no_config_raises(cfg):
    """The message names the argument and has the value."""
    with pytest.raises(TypeError, match='`architecture` must be a config'):
        build_model(cfg, 'architecture')


@pytest.mark.parametrize('path', [7, None, ['a.py']])
def test_what_is_no_path_raises(path):
    """The message names the key within the argument."""
    with pytest.raises(TypeError, match=r'`teacher.cfg_path` must be a path'):
        build_model(dict(cfg_path=path), 'teacher')


def test_path_may_be_one_of_pathlib(tmp_path):
    """As a config of Python may have it."""
    path = Path(write(tmp_path, classifier()))
    assert isinstance(build_model(dict(cfg_path=path), 'a'), ImageClassifier)


def test_teacher_is_frozen_for_good():
    """It is in eval mode, without gradients, and nothing reinitialises it."""
    model = ImageClassifier(**inline_parts())
    before = snapshot(model)
    teacher = build_teacher(model.train())
    assert teacher is model
    assert frozen_for_good(teacher)
    teacher.init_weights()
    after = snapshot(teacher)
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_teacher_of_a_checkpoint(tmp_path):
    """The weights are the checkpoint's, statistics included."""
    source = build_model(classifier(), 'teacher').train()
    source(torch.randn(4, 1, 8, 8), mode='tensor')
    path = str(tmp_path / 'teacher.pth')
    torch.save(dict(state_dict=source.state_dict()), path)
    teacher = build_teacher(classifier(), path)
    expected = source.state_dict()
    state = teacher.state_dict()
    assert all(torch.equal(state[key], expected[key]) for key in expected)
    assert state['backbone.bn1.running_mean'].abs().sum() > 0
    assert frozen_for_good(teacher)


def test_teacher_of_an_unfit_checkpoint_raises(tmp_path):
    """The message names the argument that the path came from."""
    with pytest.raises(ValueError, match='`teacher_ckpt` must be an existing'):
        build_teacher(classifier(), str(tmp_path / 'none.pth'))


def test_teacher_without_a_checkpoint_is_initialised(caplog):
    """Its own config's initialisation runs, and a warning says so."""
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    teacher = build_teacher(classifier())
    logger.removeHandler(caplog.handler)
    assert '`teacher_ckpt` is None' in caplog.text
    # ResNet's own: each block's last norm starts from 0; the head's: 0.01.
    assert (teacher.backbone.layer1[0].bn2.weight == 0).all()
    assert 0.005 < teacher.head.fc.weight.std() < 0.02
    assert frozen_for_good(teacher)


def test_part():
    """A component is built by its prefixed name."""
    cfg = dict(type='mmrazor_ssdkd.SSDKDGenerator', image_size=8)
    part = build_part(cfg, 'generator', ImageGenerator)
    assert isinstance(part, SSDKDGenerator)


def test_part_of_another_kind_raises():
    """The message has the slot, what it takes and what came."""
    cfg = dict(type='mmrazor_ssdkd.BNStatisticsLoss')
    message = (
        r'`generator` must be a mmrazor_ssdkd\.ImageGenerator, but got '
        'BNStatisticsLoss'
    )
    with pytest.raises(TypeError, match=message):
        build_part(cfg, 'generator', ImageGenerator)


def test_shared_preprocessor_is_no_setting_of_the_file(tmp_path):
    """Only what the file sets itself forbids a setting beside `cfg_path`."""
    path = write(tmp_path, without_preprocessor())
    own = dict(PREPROCESSOR, mean=[1.0])
    cfg = dict(cfg_path=path, data_preprocessor=own)
    resolved = resolve_model(cfg, 'teacher', PREPROCESSOR)
    assert resolved.model.data_preprocessor == own


def test_shared_preprocessor_reaches_a_pruned_model():
    """MMRazor's wrapper ignores what stands beside the network in it."""
    network = classifier(4)
    network.pop('data_preprocessor')
    wrapper = dict(type='GroupFisherDeploySubModel', architecture=network)
    shared = dict(type='mmpretrain.ClsDataPreprocessor', mean=[5.0], std=[2.0])
    resolved = resolve_model(wrapper, 'architecture', shared)
    assert resolved.model.architecture.data_preprocessor == shared
    assert 'data_preprocessor' not in resolved.model
