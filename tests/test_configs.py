"""Every config loads, is what its name says, and takes steps."""

import math
import re
from pathlib import Path

import pytest
import torch
from config_files import CONFIGS as ROOT
from config_files import by_size, read
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from toy_models import learnt, same, snapshot, steps

from mmrazor_ssdkd.engine.spelling import check_spelling
from mmrazor_ssdkd.models.building import resolve_model

CONFIGS = sorted(
    path.relative_to(ROOT)
    for path in ROOT.rglob('*.py')
    if '_base_' not in path.parts
)
# Those that mix SSD-KD with MMRazor's own losses; the others' is of logits.
MIXES = [
    path
    for path in CONFIGS
    if path.stem.startswith('ssdkd_')
    and not path.stem.startswith('ssdkd_logits_')
]
ALONE = [path for path in CONFIGS if path.stem.startswith('ssdkd_logits_')]
# Those of other data take steps in tests of their own, as MMRazor's do.
ON_DIGITS = [
    path
    for path in CONFIGS
    if path.match('mmpretrain/digit*/*')
    and not path.stem.startswith(('ssdkd', 'dafl', 'dfad', 'zskt'))
]
PARTS = ('backbone', 'neck', 'decode_head', 'head')
NAME = re.compile(r'.*_(?P<gpus>\d+)xb(?P<batch>\d+)-(?P<length>\d+)e_[\w-]+')


@pytest.fixture
def cfg(path):
    """A config in its own scope, whose teacher needs no checkpoint."""
    cfg = read(path)
    if 'timm:' in str(cfg.model):
        pytest.importorskip('timm')
    if 'teacher_ckpt' in cfg.model:
        cfg.model.teacher_ckpt = None
    for entry in (cfg.model.get('teachers') or {}).values():
        entry.pop('ckpt_path')
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        yield cfg


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_name_matches_content(path, cfg):
    """Batch size and length stand in the file's name."""
    match = NAME.fullmatch(path.stem)
    assert match
    assert cfg.train_dataloader.batch_size == int(match['batch'])
    assert cfg.train_cfg.max_epochs == int(match['length'])
    assert ('ssdkd' in path.stem) == (cfg.model.type == 'mmrazor_ssdkd.SSDKD')
    mixes = 'ssdkd' in path.stem and 'distiller' in cfg.model
    assert mixes == (path in MIXES)
    number = re.search(r'_(\d+)-', path.stem.split('xb')[0])
    teachers = cfg.model.get('teachers') or ()
    # MMRazor's data-free algorithms name their one teacher.
    peer = path.stem.startswith(('dafl', 'dfad', 'zskt'))
    assert len(teachers) == (int(number[1]) if number else peer)


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_no_key_is_taken_for_a_misspelt_one(path):
    """As `tools/train.py` would, of a variable that the config made."""
    check_spelling(read(path))


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_name_says_where_the_student_comes_from(path):
    """From random weights, its teacher's, or its teacher pruned."""
    init = read(path).model.get('student_init', {})
    kind = init.get('type', '').removeprefix('mmrazor_ssdkd.')
    assert ('-inherited_' in path.stem) == (kind == 'TeacherWeights')
    assert ('-pruned_' in path.stem) == (kind == 'PrunedWeights')


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_schedule_ends_with_training(cfg):
    """No schedule is longer or shorter than the training."""
    schedules = cfg.param_scheduler
    if 'type' not in schedules:
        schedules = schedules.architecture[-1]
    assert schedules.end == cfg.train_cfg.max_epochs
    until = cfg.model.get('synthesis', {}).get('until')
    # Where the images do not all come at the start, none is made in a last
    # phase of the schedule.
    if until and 'periods' in schedules:
        loader = cfg.train_dataloader
        steps = math.ceil(loader.dataset.length / loader.batch_size)
        assert until == steps * schedules.periods[0]
        assert sum(schedules.periods) == schedules.end
        connectors = cfg.param_scheduler.get('distiller', [schedules])
        assert connectors == [schedules]


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_named_teacher_config_exists(path):
    """A checkpoint in work_dirs comes from a config that is here."""
    for _, checkpoint in own_teachers(path):
        folder, epoch = Path(checkpoint).parts[-2:]
        (teacher,) = ROOT.rglob(f'{folder}.py')
        length = read(teacher).train_cfg.max_epochs
        assert epoch == f'epoch_{length}.pth'


def own_teachers(path):
    """Returns the teachers that are trained here, and their checkpoints."""
    model = read(path).model
    teachers = [(model.get('teacher'), model.get('teacher_ckpt'))]
    if model.get('teachers'):
        entries = model.teachers.values()
        teachers = [(entry.build_cfg, entry.ckpt_path) for entry in entries]
    found = [
        (teacher, checkpoint)
        for teacher, checkpoint in teachers
        if checkpoint
        and not checkpoint.startswith('https')
        and 'cfg_path' not in teacher
    ]
    if not found:
        pytest.skip('has no teacher, or one of a model zoo')
    return found


def forward_cfg(model, key):
    """Returns a part of a model's config, less its training loss."""
    part = model.get(key)
    if isinstance(part, dict):
        return {k: v for k, v in part.items() if not k.startswith('loss')}
    return part


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_named_teacher_config_is_the_same_network(path):
    """What its training leaves loads into the teacher."""
    for teacher, checkpoint in own_teachers(path):
        (trained,) = ROOT.rglob(f'{Path(checkpoint).parts[-2]}.py')
        trained = read(trained).model
        for key in ('type', 'module', *PARTS):
            assert forward_cfg(trained, key) == forward_cfg(teacher, key)
        # A shared one may pad the real images, which generated ones do not
        # need.
        # An adapter says itself how it normalises.
        ours, theirs = (
            model.get('data_preprocessor', model)
            for model in (teacher, trained)
        )
        assert (ours.mean, ours.std) == (theirs.mean, theirs.std)
        assert ours.get('bgr_to_rgb') == theirs.get('bgr_to_rgb')


@pytest.mark.parametrize('path', CONFIGS, ids=str)
def test_student_starts_from_random_weights(cfg):
    """Weights from ImageNet would not be data-free."""
    if 'architecture' not in cfg.model:
        pytest.skip('has no student')
    student = resolve_model(cfg.model.architecture, 'architecture')
    assert student.weights is None
    assert student.model.get('pretrained') is None
    assert 'Pretrained' not in str(student.model)


def shorten(cfg):
    """Makes rounds cheap: a smaller batch, and at most 32 pixels."""
    cfg.model.synthesis.update(iters=1, batch_size=4, warmup_rounds=0)
    size = cfg.model.generator.image_size
    size = [size, size] if isinstance(size, int) else size
    if min(size) > 32:
        cfg.model.generator.image_size = [32, 32 * size[1] // size[0]]
    if cfg.model.get('student_init', {}).get('type', '').endswith('Weights'):
        cfg.model.student_init.num_images = 16


@pytest.mark.parametrize('path', ON_DIGITS, ids=str)
def test_can_be_built(cfg):
    """Teachers and oracles."""
    assert MODELS.build(cfg.model) is not None


@pytest.mark.parametrize('path', by_size(ALONE), ids=str)
def test_takes_two_steps(cfg):
    """At full architecture."""
    shorten(cfg)
    torch.manual_seed(0)
    algorithm = MODELS.build(cfg.model).train()
    parts = [algorithm.student, algorithm.generator]
    before = [snapshot(part) for part in parts]
    wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    assert all(map(learnt, before, parts))


@pytest.mark.parametrize('path', by_size(MIXES), ids=str)
def test_mix_trains_all_its_parts(cfg):
    """Every extra loss is finite and moves the student, and connectors."""
    shorten(cfg)
    torch.manual_seed(0)
    algorithm = MODELS.build(cfg.model).train()
    wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    parts = ('student', 'teacher', 'distiller', 'generator')
    before = {name: snapshot(getattr(algorithm, name)) for name in parts}
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    after = {name: snapshot(getattr(algorithm, name)) for name in parts}
    assert same(before['teacher'], after['teacher'])
    for name in ('student', 'generator'):
        assert learnt(before[name], getattr(algorithm, name))
    if any(key.startswith('connectors') for key in before['distiller']):
        assert any(
            not torch.equal(value, after['distiller'][key])
            for key, value in before['distiller'].items()
            if key.endswith('weight')
        )
    slot = algorithm._slot
    images = algorithm.replay_buffer.sample(4)['images']
    slot.run_student(images, slot.run_teacher(images))
    weights = list(algorithm.student.parameters())
    losses = slot.losses()
    assert set(losses) == set(algorithm.distiller.distill_losses)
    for name, loss in losses.items():
        assert f'distill.{name}' in logs[0]
        grads = torch.autograd.grad(
            loss, weights, retain_graph=True, allow_unused=True
        )
        assert any(g is not None and g.abs().max() > 0 for g in grads), name
