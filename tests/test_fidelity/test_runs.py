"""Fidelity in real runs of mmengine's runner."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import RuntimeInfoHook
from mmengine.runner import get_priority
from toy_models import classifier, ssdkd
from toy_runs import QuietRunner, ToyModel, state

from mmrazor_ssdkd.fidelity import FidelityHook, add_fidelity

IMAGES = dict(rounds=1, iters=2, batch_size=4)


def config(**changes: Any) -> Config:
    """Returns a training of four steps, in two epochs, without data."""
    wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
    cfg = dict(
        model=ssdkd(),
        train_dataloader=dict(
            batch_size=4,
            num_workers=0,
            dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=8),
            sampler=dict(type='DefaultSampler', shuffle=False),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        optim_wrapper=dict(
            constructor='mmrazor.SeparateOptimWrapperConstructor',
            generator=wrapper,
            architecture=wrapper,
        ),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
        default_scope='mmrazor',
        log_level='WARNING',
        randomness=dict(seed=3),
    )
    return Config({**cfg, **changes})


def with_fidelity(**changes: Any) -> Config:
    """Returns :func:`config` with what it gets by default, but quick."""
    cfg = config(**changes)
    add_fidelity(cfg)
    for kind in ('val', 'test'):
        cfg[f'{kind}_cfg'].update(IMAGES)
        cfg[f'{kind}_dataloader'].dataset.length = 10
    return cfg


def train(cfg: Config, work_dir: Path) -> Any:
    """Trains a config; returns its runner."""
    cfg = Config({**cfg.to_dict(), 'work_dir': str(work_dir)})
    runner = QuietRunner(
        **{key: value for key, value in cfg.items() if key in _ARGUMENTS},
        cfg=cfg,
    )
    runner.train()
    return runner


_ARGUMENTS = (
    *('model', 'work_dir', 'train_dataloader', 'train_cfg', 'optim_wrapper'),
    *('val_dataloader', 'val_cfg', 'val_evaluator', 'test_dataloader'),
    *('test_cfg', 'test_evaluator', 'default_hooks', 'custom_hooks'),
    *('default_scope', 'log_level', 'randomness', 'resume'),
)


def scalars(work_dir: Path) -> list[dict[str, Any]]:
    """Returns what a run logged."""
    (path,) = sorted(work_dir.glob('*/vis_data/scalars.json'))[-1:]
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.slow
def test_a_run_is_the_same_with_and_without(tmp_path):
    train(config(), tmp_path / 'without')
    train(with_fidelity(), tmp_path / 'loop')
    hook = dict(type='mmrazor_ssdkd.FidelityHook', length=6, **IMAGES)
    train(with_fidelity(custom_hooks=[hook]), tmp_path / 'hook')
    plain, *others = (
        state(tmp_path / name / 'epoch_2.pth')
        for name in ('without', 'loop', 'hook')
    )
    for other in others:
        assert other.keys() == plain.keys()
        for key, value in plain.items():
            if isinstance(value, torch.Tensor):
                assert torch.equal(value, other[key]), key


def test_it_is_logged_and_chooses_checkpoints(tmp_path):
    best = dict(
        type='CheckpointHook', interval=1, save_best='fidelity/agreement'
    )
    stop = dict(type='EarlyStoppingHook', monitor='fidelity/divergence')
    cfg = with_fidelity(
        default_hooks=dict(checkpoint=best), custom_hooks=[stop]
    )
    runner = train(cfg, tmp_path)
    logged = [
        entry for entry in scalars(tmp_path) if 'fidelity/agreement' in entry
    ]
    assert len(logged) == 2
    assert {'fidelity/agreement', 'fidelity/divergence'} <= set(logged[0])
    assert 0 <= logged[0]['fidelity/agreement'] <= 100
    assert list(tmp_path.glob('best_fidelity_agreement_epoch_*.pth'))
    # The test's images are those of the validation.
    assert runner.test()['fidelity/agreement'] == pytest.approx(
        logged[-1]['fidelity/agreement']
    )


@pytest.mark.slow
def test_a_resumed_run_measures_the_same(tmp_path):
    train(with_fidelity(), tmp_path / 'whole')
    train(
        with_fidelity(train_cfg=dict(by_epoch=True, max_epochs=1)),
        tmp_path / 'parts',
    )
    train(with_fidelity(resume=True), tmp_path / 'parts')
    whole, parts = (
        scalars(tmp_path / name)[-1] for name in ('whole', 'parts')
    )
    for name in ('fidelity/agreement', 'fidelity/divergence'):
        assert parts[name] == pytest.approx(whole[name], rel=1e-6)


def test_a_config_with_a_validation_keeps_it():
    own = dict(val_cfg=None, val_dataloader=None, val_evaluator=None)
    cfg = config(**own)
    add_fidelity(cfg)
    assert {name: cfg[name] for name in own} == own
    assert cfg.test_cfg.type == 'mmrazor_ssdkd.FidelityTestLoop'
    assert 'val_interval' not in cfg.train_cfg
    other = config(model=classifier())
    add_fidelity(other)
    assert 'val_cfg' not in other


@pytest.mark.parametrize(
    'epochs, interval, expected', [(2, None, 1), (400, None, 50), (9, 3, 3)]
)
def test_a_config_without_an_interval_gets_one(epochs, interval, expected):
    train_cfg = dict(by_epoch=True, max_epochs=epochs)
    if interval:
        train_cfg['val_interval'] = interval
    cfg = config(train_cfg=train_cfg)
    add_fidelity(cfg)
    assert cfg.train_cfg.val_interval == expected


def test_the_hook_comes_before_what_logs():
    ours, logging = (
        get_priority(hook.priority) for hook in (FidelityHook, RuntimeInfoHook)
    )
    assert ours < logging


def test_another_model_is_refused(tmp_path):
    cfg = with_fidelity()
    runner = QuietRunner(
        model=ToyModel(),
        work_dir=str(tmp_path),
        val_cfg=dict(type='mmrazor_ssdkd.FidelityLoop'),
        val_dataloader=cfg.val_dataloader,
        val_evaluator=cfg.val_evaluator,
    )
    with pytest.raises(ValueError, match='`model` must be a mmrazor_ssdkd'):
        runner.val()


def test_bad_settings_are_refused(tmp_path):
    cfg = with_fidelity()
    cfg.val_cfg.rounds = 0
    with pytest.raises(ValueError, match='`rounds` must be >= 1'):
        train(cfg, tmp_path)


def test_images_of_others_are_refused(tmp_path):
    """Before a step is trained."""
    cfg = with_fidelity()
    images = dict(type='mmrazor_ssdkd.Digits', split='test', pipeline=[])
    cfg.val_dataloader.dataset = images
    with pytest.raises(ValueError, match=r'`dataloader.dataset` .* a Digits'):
        train(cfg, tmp_path)
    assert not list(tmp_path.glob('*.pth'))
