"""Trainings that would end well having done nothing are found."""

import copy
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
from config_files import read
from mmengine.config import Config
from toy_models import build, optimizers, ssdkd
from toy_runs import toy_runner

from mmrazor_ssdkd.engine import check_runner, check_training
from mmrazor_ssdkd.engine.spelling import check_spelling
from mmrazor_ssdkd.models.algorithms.latent_draws import check_draws

ROOT = Path(__file__).resolve().parents[2]
COSINE = dict(type='CosineAnnealingLR', end=3)
PART = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1))
SEVERAL = dict(
    constructor='mmrazor.SeparateOptimWrapperConstructor',
    generator=PART,
    architecture=PART,
)


def config(**changes):
    """A config of a training of SSD-KD."""
    cfg = dict(
        model=dict(type='mmrazor_ssdkd.SSDKD'),
        train_dataloader=dict(batch_size=2),
        train_cfg=dict(by_epoch=True, max_epochs=3),
        optim_wrapper=SEVERAL,
        param_scheduler=dict(generator=[], architecture=[COSINE]),
    )
    return Config(copy.deepcopy({**cfg, **changes}))


@pytest.mark.parametrize(
    ('changes', 'match'),
    [
        (dict(train_cfg=dict(max_epochs=0)), '`train_cfg.max_epochs` must be'),
        (dict(train_cfg=dict(max_iters=-1)), '`train_cfg.max_iters` must be'),
        (
            dict(param_scheduler=COSINE),
            '`param_scheduler` .*the generator too',
        ),
        (dict(param_scheduler=[COSINE]), '`param_scheduler` .*generator too'),
        (
            dict(param_scheduler=dict(architecture=[COSINE])),
            r"`param_scheduler` must have.*'generator'.*got.*\['architecture'",
        ),
        (
            dict(
                param_scheduler=dict(
                    generator=[], architecture=[], student=[COSINE]
                )
            ),
            "`param_scheduler` must have.*got.*'student'",
        ),
        (
            dict(
                model=dict(type='ImageClassifier'),
                optim_wrapper=PART,
                param_scheduler=dict(backbone=[COSINE]),
            ),
            '`param_scheduler` must have a type',
        ),
        (dict(optim_wrapper=None), '`optim_wrapper` must be a section'),
        (dict(train_cfg=None), '`train_cfg` must be a section'),
        (dict(train_dataloader=None), '`train_dataloader` must be a section'),
        (dict(model=None), '`model` must be a section'),
    ],
)
def test_idle_config(changes, match):
    """Before anything is built."""
    with pytest.raises(ValueError, match=match):
        check_training(config(**changes))


@pytest.mark.parametrize(
    'changes',
    [
        dict(),
        dict(param_scheduler=None),
        dict(param_scheduler=[]),
        dict(train_cfg=dict(type='MyLoop')),
        dict(model=dict(type='DAFL'), param_scheduler=[COSINE]),
        dict(
            model=dict(type='ImageClassifier'),
            optim_wrapper=PART,
            param_scheduler=[COSINE],
        ),
    ],
)
def test_config_that_trains(changes):
    """Constant rates, and schedules for all of another algorithm."""
    check_training(config(**changes))


def test_all_configs():
    """Each of ours trains, and has no misspelt key."""
    paths = list((ROOT / 'configs').rglob('*.py'))
    leaves = [path for path in paths if '_base_' not in path.parts]
    assert len(leaves) > 50
    for path in leaves:
        cfg = read(path)
        check_spelling(cfg)
        check_training(cfg)


def loader(batch_size, drop_last=True, sampler='DefaultSampler'):
    """Config of a loader of eight samples."""
    return dict(
        dataset=list(range(8)),
        sampler=dict(type=sampler),
        batch_size=batch_size,
        drop_last=drop_last,
    )


def test_epoch_without_a_batch(tmp_path):
    """All samples would be dropped."""
    runner = toy_runner(tmp_path, train_dataloader=loader(9))
    with pytest.raises(ValueError, match=r'batch_size` must be <= the 8.*9'):
        check_runner(runner)


@pytest.mark.parametrize(
    'loader', [loader(8), loader(9, False), loader(9, True, 'InfiniteSampler')]
)
def test_epoch_with_a_batch(tmp_path, loader):
    """Full, not full, or filled from the next one."""
    runner = toy_runner(tmp_path, iters=1, train_dataloader=loader)
    check_runner(runner)
    runner.train()
    assert runner.iter == 1


@pytest.mark.parametrize(
    ('part', 'match'),
    [
        ('student', "`optim_wrapper.student` must.*'layer'"),
        ('frozen', '`optim_wrapper.frozen` must be for a part that learns'),
    ],
)
def test_optimizer_of_no_part(tmp_path, part, match):
    """Nothing would learn by it."""
    several = dict(constructor=SEVERAL['constructor'], layer=PART)
    runner = toy_runner(tmp_path, optim_wrapper={**several, part: PART})
    runner.model.frozen = torch.nn.Linear(2, 2).requires_grad_(False)
    with pytest.raises(ValueError, match=match):
        check_runner(runner)
    runner.optim_wrapper.pop(part)
    check_runner(runner)


def test_schedule_that_nothing_steps(tmp_path):
    """Its hook is turned off."""
    off = dict(checkpoint=None, logger=None, param_scheduler=None)
    runner = toy_runner(tmp_path, default_hooks=off, param_scheduler=[COSINE])
    with pytest.raises(ValueError, match=r'`default_hooks\.param_sch'):
        check_runner(runner)
    check_runner(toy_runner(tmp_path, default_hooks=off))


@pytest.mark.parametrize(
    'data',
    [
        dict(inputs=torch.zeros(2, 1, 16, 16)),
        dict(inputs=[torch.zeros(1, 16, 16)] * 2),
        dict(inputs=torch.zeros(2), data_samples=[None] * 2),
    ],
)
def test_real_images(data):
    """The first step refuses them, before the warm-up."""
    algorithm = build(ssdkd())
    with pytest.raises(ValueError, match=r'`train_dataloader\.dataset`'):
        algorithm.train_step(data, optimizers(algorithm))
    assert not len(algorithm.replay_buffer)


@pytest.mark.parametrize('inputs', [torch.zeros(3), [0, 1], [torch.ones(())]])
def test_draws(inputs):
    """However they are collated."""
    check_draws(dict(inputs=inputs))


@pytest.mark.parametrize(
    ('start', 'source', 'resumes', 'raises'),
    [
        ('teacher', 'a.pth', False, True),
        ('teacher', 'a.pth', True, False),
        ('teacher', None, False, False),
        ('random', 'a.pth', False, False),
    ],
)
def test_student_of_two_places(tmp_path, start, source, resumes, raises):
    """A checkpoint would replace what it was given."""
    runner = toy_runner(tmp_path)
    runner.model._student_init = build(ssdkd(student_init=start))._student_init
    runner._load_from, runner._resume = source, resumes
    match = "`load_from` must be None beside.*got 'a.pth'; --resume"
    with pytest.raises(ValueError, match=match) if raises else nullcontext():
        check_runner(runner)
