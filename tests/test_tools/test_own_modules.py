"""Tools take pure-Python configs and modules of the user's own."""

import sys
from types import ModuleType

import pytest
import torch
from export_student import export_student
from mmengine.config import Config
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmpretrain import get_model
from mmpretrain.datasets import CIFAR10
from mmpretrain.models import ImageClassifier
from mmpretrain.registry import MODELS
from torch.testing import assert_close
from toy_models import build, classifier, ssdkd

from mmrazor_ssdkd.cli.config_text import merge_imports, with_names
from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.distillations import build as build_saved
from mmrazor_ssdkd.cli.mixed_precision import use_amp

PURE = """
from mmengine.optim import OptimWrapper
from mmpretrain.datasets import CIFAR10
from mmpretrain.models import (ClsDataPreprocessor, GlobalAveragePooling,
                               ImageClassifier, LinearClsHead, ResNet_CIFAR)
from mmrazor_ssdkd.models import (BNStatisticsLoss, ModulatedTaskLoss, SSDKD,
                                  SSDKDGenerator)
from mmrazor_ssdkd.replay import PrioritizedReplayBuffer
from torch.optim import SGD

default_scope = 'mmpretrain'
student = dict(
    type=ImageClassifier,
    data_preprocessor=dict(type=ClsDataPreprocessor, mean=[9.0], std=[50.0]),
    backbone=dict(type=ResNet_CIFAR, depth=18, in_channels=1,
                  stem_channels=4, base_channels=4),
    neck=dict(type=GlobalAveragePooling),
    head=dict(type=LinearClsHead, num_classes=10, in_channels=32))
model = dict(
    type=SSDKD, architecture=student, teacher=student,
    generator=dict(type=SSDKDGenerator, image_size=16, channels=1,
                   latent_dim=8, base_channels=8),
    replay_buffer=dict(type=PrioritizedReplayBuffer, max_size=256),
    bn_loss=dict(type=BNStatisticsLoss),
    task_loss=dict(type=ModulatedTaskLoss))
optim_wrapper = dict(
    constructor='mmrazor.SeparateOptimWrapperConstructor',
    generator=dict(type=OptimWrapper, optimizer=dict(type=SGD, lr=0.1)),
    architecture=dict(type=OptimWrapper, optimizer=dict(type=SGD, lr=0.1)))
test_dataloader = dict(
    batch_size=4,
    dataset=dict(type=CIFAR10, data_root='data', split='test'))
"""


@pytest.fixture
def pure(tmp_path):
    """A pure-Python config, and a checkpoint of it."""
    (tmp_path / 'pure.py').write_text(PURE)
    config = Config.fromfile(tmp_path / 'pure.py')
    algorithm = build_saved_from(config)
    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'a.pth')
    return config, algorithm, str(tmp_path / 'a.pth')


def build_saved_from(config):
    """Builds the algorithm of a config."""
    return build(config.model.to_dict()).eval()


def test_pure_python_student(pure, tmp_path):
    """It is exported with names, and plain mmpretrain builds it."""
    config, algorithm, checkpoint = pure
    out = tmp_path / 'student.pth'
    export_student(config, checkpoint, str(out))
    plain = Config.fromfile(out.with_suffix('.py'))
    assert plain.model.type.endswith('.ImageClassifier')
    assert plain.test_dataloader.dataset.type.endswith('.CIFAR10')
    meta = torch.load(out)['meta']['dataset_meta']
    assert meta['classes'] == CIFAR10.METAINFO['classes']
    student = get_model(plain, pretrained=str(out)).eval()
    images = torch.rand(2, 1, 16, 16)
    expected = algorithm.student(images, mode='tensor')
    assert_close(student(images, mode='tensor'), expected)


def test_pure_python_buffer(pure):
    """Pictures and data sets are of the algorithm that was saved."""
    config, algorithm, checkpoint = pure
    assert dataset_meta(config)['classes'] == CIFAR10.METAINFO['classes']
    state = build_saved(config, checkpoint).state_dict()
    key = 'architecture.head.fc.weight'
    assert torch.equal(state[key], algorithm.state_dict()[key])


def test_pure_python_mixed_precision(pure):
    """Of every wrapper of the plain kind."""
    config = pure[0]
    use_amp(config.optim_wrapper)
    kinds = {
        config.optim_wrapper[k].type for k in ('generator', 'architecture')
    }
    assert len(kinds) == 1
    assert 'Bf16' in str(kinds) or 'Amp' in str(kinds)


@pytest.mark.parametrize(
    'kind, after',
    [(OptimWrapper, None), (AmpOptimWrapper, AmpOptimWrapper)],
)
def test_class_of_a_wrapper(kind, after):
    """One that is mixed already stays."""
    wrapper = dict(type=kind, optimizer=dict(type='SGD', lr=0.1))
    use_amp(wrapper)
    assert (wrapper['type'] is kind) == (after is kind)


def test_class_that_cannot_be_replaced():
    """It is named."""

    class Own(OptimWrapper):
        pass

    with pytest.raises(ValueError, match="--amp, but got 'Own'"):
        use_amp(dict(type=Own))


def test_names_of_classes_in_memory():
    """A config need not come from a file."""
    cfg = dict(type=ImageClassifier, parts=[(dict(type=OptimWrapper), 1)])
    named = with_names(cfg)
    assert named['type'] == f'{ImageClassifier.__module__}.ImageClassifier'
    assert named['parts'][0][1] == 1
    assert named['parts'][0][0]['type'].endswith('.OptimWrapper')
    assert with_names(Config(cfg)._cfg_dict) == named


@pytest.fixture
def own_module(monkeypatch, tmp_path):
    """A module of the user's own that registers a backbone."""
    (tmp_path / 'own_nets.py').write_text(
        'from mmpretrain.models import ResNet_CIFAR\n'
        'from mmpretrain.registry import MODELS\n'
        '@MODELS.register_module()\n'
        'class OwnNet(ResNet_CIFAR):\n    pass\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield 'own_nets'
    sys.modules.pop('own_nets', None)
    MODELS.module_dict.pop('OwnNet', None)


@pytest.mark.parametrize('inline', [True, False])
def test_own_modules_go_along(own_module, tmp_path, inline):
    """Those of the distillation's config and of the student's file."""
    student = classifier()
    student['backbone']['type'] = 'OwnNet'
    imports = dict(imports=[own_module, 'mmrazor_ssdkd'])
    text = dict(default_scope='mmpretrain')
    if inline:
        text |= dict(custom_imports=imports)
    else:
        student.pop('_scope_')
        own = dict(model=student, custom_imports=imports)
        Config(own).dump(tmp_path / 'own.py')
        student = dict(cfg_path=str(tmp_path / 'own.py'))
    Config(dict(text, model=ssdkd(architecture=student))).dump(
        tmp_path / 'my.py'
    )
    config = Config.fromfile(tmp_path / 'my.py')
    algorithm = build(config.model.to_dict())
    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'a.pth')
    out = tmp_path / 'student.pth'
    export_student(config, str(tmp_path / 'a.pth'), str(out))
    # As in a new process.
    sys.modules.pop(own_module)
    MODELS.module_dict.pop('OwnNet')
    plain = Config.fromfile(out.with_suffix('.py'))
    assert plain.custom_imports.imports == [own_module]
    assert isinstance(sys.modules[own_module], ModuleType)
    assert type(get_model(plain).backbone).__name__ == 'OwnNet'


@pytest.mark.parametrize(
    'text, sources, expected',
    [
        ('', [None, None], {}),
        ('', [dict(imports=['mmrazor_ssdkd'])], {}),
        ('mmrazor.A', [None], dict(imports=['mmrazor_ssdkd'])),
        (
            '',
            [dict(imports='a'), dict(imports=['b', 'a'])],
            dict(imports=['a', 'b']),
        ),
        (
            '',
            [dict(imports=['a'], allow_failed_imports=True)],
            dict(imports=['a'], allow_failed_imports=True),
        ),
    ],
)
def test_imports_are_merged(text, sources, expected):
    """Each once, and this package only where it is needed."""
    assert merge_imports(text, *sources) == expected
