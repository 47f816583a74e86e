"""From two teachers to a student, and to others on the synthetic set."""

import re

import numpy as np
import pytest
import torch
from mmengine.config import Config
from tool_calls import ROOT, call, log_of, short, weights

DIGITS = ROOT / 'configs/mmpretrain/digits'
TEACHERS = dict(
    standard=DIGITS / 'resnet18-w16_1xb64-60e_digits.py',
    unit=DIGITS / 'resnet18-w16-unit_1xb64-60e_digits.py',
)
DISTILL = (
    DIGITS / 'ssdkd_logits_2-resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
PLAIN = DIGITS / 'resnet18-w8_1xb64-40e_synthetic-digits.py'
KD = (
    DIGITS / 'kd_logits_resnet18-w16_resnet18-w8_1xb64-40e_synthetic-digits.py'
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def teachers(tmp_path_factory):
    """Checkpoints of one epoch."""
    found = {}
    for name, config in TEACHERS.items():
        out = tmp_path_factory.mktemp(name)
        call('train.py', config, '--work-dir', out, *short(1))
        found[name] = out / 'epoch_1.pth'
    return found


def checkpoints(teachers):
    """Returns the options that name them."""
    return [
        f'model.teachers.{name}.ckpt_path={path}'
        for name, path in teachers.items()
    ]


def options(teachers):
    """Returns the options of a short distillation."""
    return short(
        2,
        'model.synthesis.iters=2',
        'model.synthesis.warmup_rounds=1',
        *checkpoints(teachers),
    )


@pytest.fixture(scope='module')
def distilled(teachers, tmp_path_factory):
    """A distillation of two epochs."""
    out = tmp_path_factory.mktemp('distilled')
    call('train.py', DISTILL, '--work-dir', out, *options(teachers))
    return out / 'epoch_2.pth'


@pytest.fixture(scope='module')
def synthetic(distilled, tmp_path_factory):
    """Its synthetic set; the teachers are those of the checkpoint."""
    out = tmp_path_factory.mktemp('synthetic') / 'set'
    call('export_synthetic.py', DISTILL, distilled, out)
    return out


def test_teachers_are_bit_identical_in_the_checkpoint(teachers, distilled):
    """Each under its name."""
    kept = weights(distilled, 'teacher.')
    given = {
        f'teacher.{name}.{key}': value
        for name, path in teachers.items()
        for key, value in weights(path, '').items()
    }
    assert kept.keys() == given.keys() and len(kept) > 100
    assert all(torch.equal(kept[key], given[key]) for key in kept)


def test_resume_gives_the_same_student_bit_for_bit(
    teachers, distilled, tmp_path
):
    """From epoch 1 to the same epoch 2."""
    call(
        'train.py',
        DISTILL,
        '--work-dir',
        tmp_path,
        '--resume',
        distilled.with_name('epoch_1.pth'),
        *options(teachers),
    )
    left = weights(tmp_path / 'epoch_2.pth', 'architecture.')
    right = weights(distilled, 'architecture.')
    assert left.keys() == right.keys() and len(left) > 50
    assert all(torch.equal(left[key], right[key]) for key in left)


def test_student_is_tested_and_exported(teachers, distilled, tmp_path):
    """With the same accuracy under SSD-KD and on its own."""
    out = tmp_path / 'student.pth'
    call('export_student.py', DISTILL, distilled, out)
    assert 'teachers' not in Config.fromfile(out.with_suffix('.py')).model
    arguments = ('--work-dir', tmp_path, '--cfg-options')
    whole = call(
        'test.py', DISTILL, distilled, *arguments, *checkpoints(teachers)
    )
    alone = call('test.py', out.with_suffix('.py'), out, *arguments[:2])
    found = [
        re.search(r'accuracy/top1: ([\d.]+)', output)[1]
        for output in (whole, alone)
    ]
    assert found[0] == found[1]


def test_folders_are_those_of_the_ensembles_classes(synthetic):
    """Hard labels agree with the soft ones."""
    saved = np.load(synthetic / 'soft_labels.npz')
    folders = [int(name.split('/')[1]) for name in saved['files']]
    assert folders == saved['logits'].argmax(1).tolist()


@pytest.mark.parametrize('config', [PLAIN, KD], ids=['plain', 'kd'])
def test_other_students_learn_from_the_synthetic_set(
    config, teachers, synthetic, tmp_path
):
    """By plain mmpretrain and by MMRazor, and the real digits test them."""
    more = [f'train_dataloader.dataset.data_root={synthetic / "images"}']
    if config is KD:
        more.append(f'model.teacher_ckpt={teachers["standard"]}')
    call('train.py', config, '--work-dir', tmp_path, *short(1, *more))
    output = log_of(tmp_path)
    number = len(np.load(synthetic / 'soft_labels.npz')['files'])
    assert number == 384
    assert f'[1][{number // 64}/{number // 64}]' in output
    accuracy = float(re.search(r'accuracy/top1: ([\d.]+)', output)[1])
    # 540 real digits: a multiple of 1/540.
    assert abs(accuracy * 5.4 - round(accuracy * 5.4)) < 1e-2
