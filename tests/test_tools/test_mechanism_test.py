"""The settings of the mechanism test are independent of one another."""

import copy
import sys

import mechanism_test
import pytest
import torch
from mechanism_test import (
    FACTORS,
    LABELS,
    build,
    fill,
    main,
    synthetic_pool,
    with_phi,
)
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch.nn.functional import one_hot
from toy_models import segmentation, ssdkd


def test_settings_do_not_leak():
    """Every row starts from the config, whatever came before."""
    cfg = Config(dict(model=dict(labels='predicted', task_loss=dict(gamma=2))))
    before = copy.deepcopy(cfg._cfg_dict)
    seen = {
        (labels, name): with_phi(cfg, labels, options).model.task_loss
        for labels in LABELS
        for name, options in FACTORS.items()
    }
    assert cfg._cfg_dict == before
    assert seen['rare', 'phi = 1'] == dict(gamma=0, diversity=False)
    assert seen['rare', 'difficulty'] == dict(gamma=2, diversity=False)
    assert seen['uniform', 'both'] == dict(gamma=2, diversity=True)
    assert 'detach' not in seen['rare', 'both']


def config(model):
    """Returns a config of a toy model and a generator's optimizer."""
    generator = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=0.01))
    return Config(dict(model=model, optim_wrapper=dict(generator=generator)))


def test_nine_tenths_are_one_class(monkeypatch):
    """However few of the pool's images the teacher takes for it."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        algorithm, _ = build(config(ssdkd()))
    monkeypatch.setattr(
        algorithm,
        'predict_teacher',
        lambda images: 9.0 * one_hot(images[:, 0, 0, 0].long() % 10, 10),
    )
    pool = torch.randint(0, 256, (300, 1, 16, 16), dtype=torch.uint8)
    fill(algorithm, pool, frequent=3)
    # 21 of 24, rounded down.
    assert algorithm.replay_buffer.class_frequency[3] == 21 / 24


def test_segmentation_is_refused():
    """Its buffer counts pixels, which cannot be filled with one class."""
    with (
        DefaultScope.overwrite_default_scope('mmseg'),
        pytest.raises(ValueError, match='`config` must distil a classifier'),
    ):
        synthetic_pool(config(segmentation()), 8)


def test_command_line(tmp_path, monkeypatch, capsys):
    """A row of the table for each factor."""
    cfg = config(ssdkd())
    cfg.default_scope = 'mmpretrain'
    cfg.dump(tmp_path / 'my.py')
    # A teacher that knows all classes.
    monkeypatch.setattr(
        mechanism_test,
        'predict',
        lambda algorithm, images: (
            9.0 * one_hot(images[:, 0, 0, 0].long() % 10, 10)
        ),
    )
    words = [tmp_path / 'my.py', '--labels', 'predicted', '--steps', 2]
    words += ['--seeds', 10, '--cfg-options', 'model.synthesis.batch_size=32']
    words += ['model.replay_buffer.max_size=64']
    monkeypatch.setattr(sys, 'argv', ['tool.py', *map(str, words)])
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        main()
    rows = capsys.readouterr().out.splitlines()[-len(FACTORS) :]
    assert [row.split(' | ')[1] for row in rows] == [*FACTORS]
