"""The configs of MMRazor's own data-free algorithms."""

import math

import pytest
import torch
from config_files import CONFIGS as ROOT
from config_files import by_size, read
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from toy_models import learnt, snapshot, steps

KINDS = dict(
    dafl='DAFLDataFreeDistillation',
    dfad='DataFreeDistillation',
    zskt='DataFreeDistillation',
)
PATHS = sorted(
    path.relative_to(ROOT)
    for kind in KINDS
    for path in ROOT.rglob(f'{kind}_*.py')
)


@pytest.fixture
def cfg(path):
    """A config in its own scope, whose teacher needs no checkpoint."""
    cfg = read(path)
    for teacher in cfg.model.teachers.values():
        del teacher.ckpt_path
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        yield cfg


def test_there_is_one_of_each_on_every_example():
    """CIFAR-10 has two pairs."""
    folders = [str(path.parent) for path in PATHS]
    assert folders.count('mmpretrain/digits') == 3
    assert folders.count('mmpretrain/cifar10') == 6
    assert folders.count('mmseg/digit_scenes') == 3


@pytest.mark.parametrize('path', PATHS, ids=str)
def test_algorithm_is_that_of_the_name(path):
    """By MMRazor's own registered classes."""
    assert read(path).model.type == KINDS[path.stem[:4]]


@pytest.mark.parametrize('path', by_size(PATHS), ids=str)
def test_takes_two_steps(cfg):
    """Generator and student learn from no data; the teacher stays itself."""
    if 'student_iter' in cfg.model:
        # Of each step.
        cfg.model.student_iter = 2
    torch.manual_seed(0)
    algorithm = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    parts = ('student', 'generator', 'teachers')
    before = {name: snapshot(getattr(algorithm, name)) for name in parts}
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    moved = {
        name: learnt(before[name], getattr(algorithm, name)) for name in parts
    }
    assert moved == dict(student=True, generator=True, teachers=False)


@pytest.mark.parametrize('path', PATHS, ids=str)
def test_generator_is_normalised_as_the_networks_are(cfg):
    """Teacher and student take its images as they are."""
    algorithm = MODELS.build(cfg.model)
    generator = algorithm.generator
    networks = (algorithm.student, algorithm.teachers['teacher'])
    both = [network.data_preprocessor for network in networks]
    if cfg.model.generator.type == 'mmrazor_ssdkd.NormalizedGenerator':
        both.append(generator)
    for key in ('mean', 'std'):
        values = [getattr(part, key).flatten().tolist() for part in both]
        assert all(value == values[0] for value in values)


def student_steps(cfg):
    """Returns how many steps a config's student takes in an epoch."""
    loader = cfg.train_dataloader
    iterations = math.ceil(loader.dataset.length / loader.batch_size)
    # DAFL's takes one, whatever its base class says.
    return iterations * cfg.model.get('student_iter', 1)


@pytest.mark.parametrize('path', PATHS, ids=str)
def test_budget_is_that_of_ssdkd(path):
    """The same networks, batch and optimizer, and as many student steps."""
    name = path.name.replace(path.stem[:4], 'ssdkd', 1)
    peer, ours = read(path), read(path.with_name(name))
    assert student_steps(peer) == student_steps(ours)
    assert peer.train_dataloader.batch_size == ours.train_dataloader.batch_size
    assert peer.train_cfg.max_epochs == ours.train_cfg.max_epochs
    assert peer.optim_wrapper.architecture == ours.optim_wrapper.architecture
    (teacher,) = peer.model.teachers.values()
    assert teacher.build_cfg == ours.model.teacher
    assert teacher.ckpt_path == ours.model.teacher_ckpt
    assert peer.model.architecture == ours.model.architecture
    for cfg in (peer, ours):
        for schedule in cfg.param_scheduler.architecture:
            assert schedule.end == cfg.train_cfg.max_epochs
