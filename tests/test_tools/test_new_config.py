"""A config is written for networks that a user brings along, and trains."""

import sys
from argparse import ArgumentParser

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from new_config import add_arguments, main, new_config
from torchvision.models import mobilenet_v2
from toy_models import classifier, learnt, segmentor, snapshot, steps

from mmrazor_ssdkd.models.building import build_model

FEW = {
    'model.synthesis.batch_size': 4,
    'model.synthesis.iters': 1,
    'model.synthesis.warmup_rounds': 0,
    'model.replay_buffer.max_size': 8,
}


def write(folder, *arguments):
    """Calls the tool; returns the config and what is said."""
    parser = ArgumentParser()
    add_arguments(parser)
    out = str(folder / 'new.py')
    said = new_config(parser.parse_args([out, *map(str, arguments)]))
    return Config.fromfile(out), said


def train(cfg):
    """Takes two steps as written, on few images; returns the algorithm."""
    cfg = Config(cfg.to_dict())
    cfg.merge_from_dict(FEW)
    if 'student_init' in cfg.model:
        cfg.model.student_init.num_images = 4
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        algorithm = MODELS.build(cfg.model)
        algorithm.init_weights()
    wrapper = build_optim_wrapper(algorithm.train(), cfg.optim_wrapper)
    before = snapshot(algorithm.student)
    for logged in steps(algorithm, wrapper, 2, batch_size=4):
        assert torch.isfinite(logged['loss'])
    assert learnt(before, algorithm.student)
    return algorithm


def saved(path, model):
    """Saves weights."""
    torch.save(dict(model=model.state_dict()), path)
    return path


def own_config(path, model, scope):
    """Writes the config of a plain model."""
    Config(dict(model=model, default_scope=scope)).dump(path)
    return path


def test_torchvision_teacher(tmp_path):
    """Its checkpoint tells the classes, and a narrow twin inherits."""
    torch.manual_seed(0)
    network = 'torchvision.models:mobilenet_v2'
    file = saved(
        tmp_path / 'own.pth', mobilenet_v2(num_classes=7, width_mult=0.35)
    )
    cfg, said = write(
        tmp_path,
        *('--teacher', network, '--teacher-options', 'width_mult=0.35'),
        *('--student', network, '--student-options', 'width_mult=0.25'),
        *('--checkpoint', file, '--image-size', 32),
    )
    assert cfg.model.teacher.module.num_classes == 7
    assert cfg.model.teacher.mean == [123.675, 116.28, 103.53]
    assert cfg.model.architecture.module.num_classes == 7
    assert cfg.model.student_init.type == 'mmrazor_ssdkd.TeacherWeights'
    # A tenth of those from random weights.
    assert cfg.train_cfg.max_epochs == 40
    assert [s.end for s in cfg.param_scheduler.architecture] == [40]
    assert 'for 40 epochs' in said
    assert cfg.model.distillation.feature_weight == 10.0
    assert '7 classes, images of 3x32x32, 52 BatchNorms' in said
    assert ' GB' in said and '800 steps and 21 rounds' in said
    train(cfg)


def test_mmpretrain_teacher(tmp_path):
    """Gray images; a student of another package takes them the same way."""
    config = own_config(tmp_path / 'teacher.py', classifier(), 'mmpretrain')
    torch.manual_seed(0)
    file = saved(tmp_path / 'own.pth', build_model(classifier(), 'teacher'))
    cfg, _ = write(
        tmp_path,
        *('--teacher', config, '--checkpoint', file, '--image-size', 16),
        *('--student', 'plain_networks:PlainNet', '--epochs', 7),
    )
    assert cfg.train_cfg.max_epochs == 7
    assert [s.end for s in cfg.param_scheduler.architecture] == [7]
    assert cfg.model.generator.channels == 1
    assert cfg.model.generator.num_upsamples == 1
    assert cfg.model.architecture.mean == [100.0]
    assert 'student_init' not in cfg.model
    train(cfg)


@pytest.mark.parametrize(
    'colours',
    [('--mean', 120, '--std', 60), ('--std', 60), ('--image-order', 'BGR')],
)
def test_a_config_has_its_own_colours(tmp_path, colours):
    """Others beside them would be ignored."""
    config = own_config(tmp_path / 'teacher.py', classifier(), 'mmpretrain')
    networks = ('--teacher', config, '--student', 'plain_networks:PlainNet')
    with pytest.raises(ValueError, match='must not be given for a config'):
        write(tmp_path, *networks, '--image-size', 16, *colours)


def test_mmseg_teacher(tmp_path):
    """Maps; images of two sides; a student's config with other classes."""
    config = own_config(tmp_path / 'teacher.py', segmentor(8), 'mmseg')
    student = own_config(
        tmp_path / 'student.py', segmentor(4, num_classes=9), 'mmseg'
    )
    torch.manual_seed(0)
    file = saved(tmp_path / 'own.pth', build_model(segmentor(8), 'teacher'))
    cfg, said = write(
        tmp_path,
        *('--teacher', config, '--checkpoint', file, '--image-size', 32, 48),
        *('--student', student),
    )
    assert cfg.default_scope == 'mmseg'
    assert '5 classes in maps of ' in said
    assert cfg.model.architecture.decode_head.num_classes == 5
    assert cfg.model.generator.image_size == [32, 48]
    algorithm = train(cfg)
    # Those of half the teacher's width are the teacher's.
    assert "from the teacher's weights, for 30 epochs" in said
    assert algorithm.num_classes == 5


def test_timm_networks(tmp_path):
    """timm knows the colours."""
    timm = pytest.importorskip('timm')
    torch.manual_seed(0)
    network = timm.create_model('resnet10t', num_classes=6)
    cfg, _ = write(
        tmp_path,
        *('--teacher', 'timm:resnet10t', '--image-size', 32),
        *('--checkpoint', saved(tmp_path / 'own.pth', network)),
        *('--student', 'timm:mobilenetv3_small_050'),
    )
    assert cfg.model.teacher.std == [58.395, 57.12, 57.375]
    train(cfg)


BARE = """
from torch import nn

def build_model(num_classes=4):
    return nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.GELU(),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(8, num_classes))
"""


def test_own_file_without_batch_norm(tmp_path):
    """A prior takes the place of L_BN; colours must be told."""
    (tmp_path / 'net.py').write_text(BARE)
    address = f'{tmp_path / "net.py"}:build_model'
    networks = ('--teacher', address, '--student', address)
    with pytest.raises(
        ValueError, match=r'`mean` and `std` must be .* trained'
    ):
        write(tmp_path, *networks, '--image-size', 24)
    colours = ('--mean', 120, 120, 120, '--std', 60, 60, 60)
    cfg, said = write(tmp_path, *networks, *colours, '--image-size', 24)
    assert cfg.model.bn_loss.loss_weight == 0
    assert 'image_prior' in cfg.model.synthesis
    assert ' 0 BatchNorms' in said
    assert cfg.model.teacher_ckpt is None
    train(cfg)


@pytest.mark.parametrize(
    'fault',
    [
        ('--image-size', '0'),
        ('--image-size', '8', '8', '8'),
        ('--epochs', '0'),
        ('--teacher-options', 'num_classes=3'),
        ('--student', 'torchvision.models:nothing'),
        ('--mean', '120', '120', '120'),
        ('--std', '60', '60', '60'),
    ],
)
def test_mistakes(tmp_path, monkeypatch, capsys, fault):
    """In one line, and nothing is written."""
    network = 'torchvision.models:resnet18'
    given = ['--teacher', network, '--student', network, '--image-size', '32']
    out = tmp_path / 'new.py'
    monkeypatch.setattr(sys, 'argv', ['new', str(out), *given, *fault])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert 'must' in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize('name', ['own.py', 'base.py', 'net.py', 'a.pth'])
def test_networks_are_never_replaced(tmp_path, name):
    """Nor a file that one of them comes from, even by force."""
    for file in ('base.py', 'net.py', 'a.pth'):
        (tmp_path / file).write_text('')
    (tmp_path / 'own.py').write_text("_base_ = 'base.py'\n")
    parser = ArgumentParser()
    add_arguments(parser)
    words = [tmp_path / name, '--teacher', tmp_path / 'own.py', '--student']
    words += [f'{tmp_path}/net.py:Net', '--checkpoint', tmp_path / 'a.pth']
    words += ['--image-size', 16, '--force']
    with pytest.raises(ValueError, match='`out` must not be what is read'):
        new_config(parser.parse_args([*map(str, words)]))


def test_published_weights_are_asked_for(tmp_path):
    """Without a checkpoint a zoo's network is not random."""
    network = 'torchvision.models:shufflenet_v2_x0_5'
    cfg, _ = write(
        tmp_path,
        *('--teacher', network, '--student', network, '--image-size', 96),
        '--no-trial',
    )
    assert cfg.model.teacher.module.weights == 'DEFAULT'
    assert 'weights' not in cfg.model.architecture.module
    # Of ImageNet's base, whose own teacher is another.
    assert 'cfg_path' not in cfg.model.teacher
    assert cfg.train_dataloader.dataset.length == 128000
