"""Tests of what the tools' command lines have in common."""

import argparse
import os
from pathlib import Path

import pytest
from mmengine.config import Config

from mmrazor_ssdkd.engine import (
    add_config_arguments,
    forget_teachers,
    load_config,
    read_config,
)


@pytest.fixture
def config(tmp_path) -> str:
    """The path of a small config file."""
    path = tmp_path / 'experiment.py'
    path.write_text('model = dict(buffer=dict(alpha=0.6), tau=1)\n')
    return str(path)


def parse(*arguments: str) -> argparse.Namespace:
    """Returns what a tool's parser makes of its arguments."""
    parser = argparse.ArgumentParser()
    add_config_arguments(parser)
    return parser.parse_args(arguments)


def test_defaults(config):
    """A config's path is all that a command needs."""
    args = parse(config)
    assert args.config == config
    assert (args.work_dir, args.cfg_options) == (None, None)
    assert args.launcher == 'none'
    cfg = load_config(args.config)
    assert cfg.work_dir == str(Path('work_dirs') / 'experiment')
    assert cfg.launcher == 'none'
    assert cfg.model == dict(buffer=dict(alpha=0.6), tau=1)


def test_options_override_the_config(config):
    """Dotted keys reach into the config, with values of their type."""
    args = parse(
        config, '--cfg-options', 'model.buffer.alpha=0', 'model.tau=2.5'
    )
    cfg = load_config(config, cfg_options=args.cfg_options)
    assert cfg.model == dict(buffer=dict(alpha=0), tau=2.5)


@pytest.mark.parametrize('flag', ['--local_rank=3', '--local-rank=3'])
def test_both_spellings_of_the_rank(config, flag):
    """Old and new launchers pass a rank that parses."""
    assert parse(config, flag).local_rank == 3


@pytest.mark.parametrize('there', [None, '1'])
def test_rank_is_where_mmengine_looks(config, monkeypatch, there):
    """Unless a launcher has said it itself."""
    monkeypatch.setenv('LOCAL_RANK', there or '')
    if there is None:
        monkeypatch.delenv('LOCAL_RANK')
    read_config(parse(config, '--local-rank=3'))
    assert os.environ['LOCAL_RANK'] == (there or '3')


@pytest.mark.parametrize(
    ('own', 'given', 'expected'),
    [
        (None, 'given', 'given'),
        ('own', None, 'own'),
        ('own', 'given', 'given'),
        ('~/own', None, '/home/me/own'),
    ],
)
def test_work_dir(tmp_path, own, given, expected, monkeypatch):
    """The command line's comes first, then the config's."""
    monkeypatch.setenv('HOME', '/home/me')
    path = tmp_path / 'experiment.py'
    path.write_text(f'work_dir = {own!r}\n')
    assert load_config(str(path), work_dir=given).work_dir == expected


def test_launcher(config):
    """The launcher goes into the config, and only a known one."""
    args = parse(config, '--launcher', 'pytorch')
    cfg = load_config(config, launcher=args.launcher)
    assert cfg.launcher == 'pytorch'
    with pytest.raises(SystemExit):
        parse(config, '--launcher', 'carrier-pigeon')


def test_forget_one_teacher():
    """Neither a file nor the model zoo is asked for its weights."""
    teacher = dict(cfg_path='mmpretrain::a.py', pretrained=True)
    cfg = Config(dict(model=dict(teacher=teacher, teacher_ckpt='a.pth')))
    forget_teachers(cfg)
    assert 'teacher_ckpt' not in cfg.model
    assert cfg.model.teacher.pretrained is False


def test_forget_no_teacher():
    """A plain training's config stays as it is."""
    cfg = Config(dict(model=dict(type='ImageClassifier', pretrained='a.pth')))
    forget_teachers(cfg)
    assert cfg.model == dict(type='ImageClassifier', pretrained='a.pth')


def test_forget_several_teachers():
    """An inline one has no zoo, and another meaning of `pretrained`."""
    teachers = dict(
        zoo=dict(build_cfg=dict(cfg_path='mmseg::a.py'), ckpt_path='a.pth'),
        own=dict(build_cfg=dict(type='EncoderDecoder'), ckpt_path='b.pth'),
    )
    cfg = Config(dict(model=dict(teachers=teachers)))
    forget_teachers(cfg)
    entries = cfg.model.teachers.values()
    assert not any('ckpt_path' in entry for entry in entries)
    assert cfg.model.teachers.zoo.build_cfg.pretrained is False
    assert 'pretrained' not in cfg.model.teachers.own.build_cfg


@pytest.mark.parametrize(
    'own',
    [
        dict(teacher='cfg_path'),
        dict(teacher=['cfg_path']),
        dict(teachers='a.pth'),
        dict(teachers=['a.pth', dict(ckpt_path='b.pth')]),
        dict(teachers=dict(a='mmpretrain::a.py', b=None)),
        dict(teachers=dict(a=dict(cfg_path='mmpretrain::a.py'))),
        dict(teachers=dict(a=dict(build_cfg='cfg_path'))),
    ],
)
def test_forget_what_are_no_teachers(own):
    """The model says what they must be, or they are another algorithm's."""
    cfg = Config(dict(model=own))
    forget_teachers(cfg)
    assert cfg.model == own


def test_forget_one_of_several_teachers():
    """One that is none does not keep another's weights."""
    teachers = dict(a='a.pth', b=dict(build_cfg=None, ckpt_path='b.pth'))
    cfg = Config(dict(model=dict(teachers=teachers)))
    forget_teachers(cfg)
    assert cfg.model.teachers == dict(a='a.pth', b=dict(build_cfg=None))
