"""A config's model starts from its own weights, not from published ones."""

from functools import partial
from pathlib import Path

import mmpretrain
import mmseg
import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.model import PretrainedInit, base_module, weight_init
from mmengine.registry import DefaultScope
from mmengine.runner.checkpoint import CheckpointLoader
from mmrazor.registry import MODELS
from torch import nn

from mmrazor_ssdkd.models.building import build_model, resolve_model
from mmrazor_ssdkd.models.published_weights import (
    forget_published,
    is_published,
)

PRETRAINED = dict(type='Pretrained', checkpoint='a.pth')
NORMAL = dict(type='Normal', layer='Linear', std=0.5)
# Those whose published weights lie deep, or whose own initialisation asks
# whether there are any.
NESTED = [
    'mmseg::bisenetv1/bisenetv1_r18-d32-in1k-pre_4xb4-160k_'
    'cityscapes-1024x1024.py',
    'mmseg::icnet/icnet_r18-d8-in1k-pre_4xb2-80k_cityscapes-832x832.py',
    'mmseg::pidnet/pidnet-s_2xb6-120k_1024x1024-cityscapes.py',
    'mmseg::segformer/segformer_mit-b0_8xb2-160k_ade20k-512x512.py',
    'mmseg::swin/swin-tiny-patch4-window7-in1k-pre_upernet_8xb2-160k_'
    'ade20k-512x512.py',
]


class Read(Exception):
    """A file was to be read."""


@pytest.fixture
def no_files(monkeypatch):
    """Refuses to read any weights."""

    def refuse(*_, **__):
        raise Read

    monkeypatch.setattr(PretrainedInit, '__call__', refuse)
    monkeypatch.setattr(CheckpointLoader, 'load_checkpoint', refuse)
    monkeypatch.setattr(torch.hub, 'load_state_dict_from_url', refuse)


def left(cfg):
    """Returns what of a config reads published weights, at any depth."""
    if isinstance(cfg, (list, tuple)):
        return [found for item in cfg for found in left(item)]
    if not isinstance(cfg, dict):
        return []
    own = [cfg] if is_published(cfg) or cfg.get('pretrained') else []
    return own + left(list(cfg.values()))


@pytest.mark.parametrize('path', NESTED)
def test_network_starts_from_its_own_weights(path, no_files):
    """It builds, initialises and reads nothing."""
    model = build_model(dict(cfg_path=path), 'architecture')
    model.init_weights()


def test_own_initialisation_comes_back(no_files):
    """SegFormer's own is a normal distribution of 0.02, cut off."""
    model = build_model(dict(cfg_path=NESTED[3]), 'architecture')
    model.init_weights()
    layers = model.backbone.modules()
    linear = next(layer for layer in layers if isinstance(layer, nn.Linear))
    assert 0.018 < linear.weight.std() < 0.022


def test_defaults_of_a_class_come_back():
    """A key with nothing left goes, since None would turn them off."""
    for init in (PRETRAINED, [PRETRAINED], [PRETRAINED, PRETRAINED]):
        cfg = ConfigDict(backbone=dict(type='ResNet', init_cfg=init))
        forget_published(cfg)
        assert cfg == dict(backbone=dict(type='ResNet'))


def test_class_that_reads_them_by_default():
    """mmseg's wrapper of timm wants to be told, whatever a file says."""
    for said in (dict(), dict(pretrained=True), dict(pretrained=False)):
        part = dict(type='mmseg.TIMMBackbone', model_name='resnet18', **said)
        cfg = ConfigDict(backbone=part)
        forget_published(cfg)
        assert cfg.backbone.pretrained is False


@pytest.mark.parametrize(
    'depth',
    [
        lambda part: part,
        lambda part: dict(backbone=part),
        lambda part: dict(backbone=dict(backbone_cfg=part)),
        lambda part: dict(decode_head=[dict(type='A'), dict(head=part)]),
        lambda part: dict(architecture=dict(parts=(part, part))),
    ],
)
def test_every_depth(depth):
    """Other initialisers and settings stay, in their order."""
    part = dict(
        type='A',
        pretrained='open-mmlab://resnet18',
        init_cfg=[NORMAL, PRETRAINED, NORMAL],
    )
    cfg = ConfigDict(depth(part))
    forget_published(cfg)
    kept = ConfigDict(depth(dict(type='A', init_cfg=[NORMAL, NORMAL])))
    assert cfg == kept
    forget_published(cfg)
    assert cfg == kept


@pytest.mark.parametrize(
    'kind', [PretrainedInit, 'mmengine.Pretrained', 'Pretrained_Part']
)
def test_every_name(kind):
    """Pure-Python configs have a class there."""
    cfg = dict(init_cfg=dict(type=kind, checkpoint='a.pth'))
    forget_published(cfg)
    assert cfg == {}


def test_networks_of_other_packages():
    """Their builders have other words for it, and defaults."""
    place = 'torchvision.models'
    cases = {
        f'{place}:resnet18': {},
        f'{place}:ResNet': {},
        'torchvision:lraspp_mobilenet_v3_large': dict(weights_backbone=None),
        f'{place}.segmentation:fcn_resnet50': dict(weights_backbone=None),
    }
    for address, left_over in cases.items():
        module = dict(type=address, weights='DEFAULT', num_classes=3)
        cfg = dict(type='mmrazor_ssdkd.TorchModel', module=module)
        forget_published(cfg)
        expected = dict(type=address, num_classes=3, **left_over)
        assert cfg['module'] == expected
    cfg = dict(type='TIMMBackbone', pretrained=True, checkpoint_path='a.pth')
    forget_published(cfg)
    assert cfg == dict(type='TIMMBackbone', pretrained=False)


def test_override_of_an_initialiser():
    """A part of a layer that comes from a file does not either."""
    cfg = dict(init_cfg=dict(NORMAL, override=dict(PRETRAINED, name='fc')))
    forget_published(cfg)
    assert cfg == dict(init_cfg=NORMAL)


def files_of(package):
    """Returns all config files of an installed package, less their bases."""
    root = Path(package.__file__).parent / '.mim' / 'configs'
    return sorted(
        path for path in root.rglob('*.py') if '_base_' not in path.parts
    )


@pytest.fixture
def without_memory(monkeypatch):
    """Lets networks of any size be built and initialised."""
    on_cpu = partial(torch.linspace, device='cpu')
    monkeypatch.setattr(torch, 'linspace', on_cpu)
    monkeypatch.setattr(torch.Tensor, 'cpu', lambda tensor: tensor)
    for module in (base_module, weight_init):
        monkeypatch.setattr(module, 'update_init_info', lambda *_, **__: None)
    with torch.device('meta'):
        yield


@pytest.mark.slow
@pytest.mark.parametrize('package', [mmpretrain, mmseg])
def test_every_config_of_a_package(package, no_files, without_memory):
    """What has a file in it has none any more, and initialises itself."""
    seen, failed = set(), []
    for path in files_of(package):
        try:
            model = Config.fromfile(path, import_custom_modules=False).model
        except Exception:
            # It inherits from another library's file or a pure-Python one,
            # has no model, or is broken.
            continue
        if not left(model):
            continue
        forget_published(model)
        assert not left(model), path
        # Initialisers of their own are those of backbones.
        key = str(model.get('backbone', model))
        if key in seen:
            continue
        seen.add(key)
        try:
            with DefaultScope.overwrite_default_scope(package.__name__):
                network = MODELS.build(model)
        except Exception:
            # Another library or compiled operator is needed.
            continue
        try:
            network.init_weights()
        except Exception as error:
            failed.append((path.name, repr(error)))
    assert len(seen) > 10
    # Its head asks a part for an initialisation that no module has.
    assert [name for name, _ in failed if not name.startswith('san-')] == []


def test_resolving_a_file_forgets(no_files):
    """Only what is asked for by `pretrained` is published."""
    resolved = resolve_model(dict(cfg_path=NESTED[0]), 'architecture')
    assert not left(resolved.model)
    assert resolved.weights is None
