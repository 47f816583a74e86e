"""The commands of a user, from a teacher to an exported student."""

import json
import re

import pytest
import torch
from mmengine.config import Config
from mmpretrain import get_model
from tool_calls import ROOT, call, call_afresh, log_of, short, weights
from torch.testing import assert_close

DIGITS = ROOT / 'configs/mmpretrain/digits'
TEACHER = DIGITS / 'resnet18-w16_1xb64-60e_digits.py'
DISTILL = DIGITS / 'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
ORACLE = DIGITS / 'kd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
NO_VALIDATION = [
    f'val_{key}=None' for key in ('cfg', 'dataloader', 'evaluator')
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def teacher(tmp_path_factory):
    """A teacher of one epoch."""
    out = tmp_path_factory.mktemp('teacher')
    call('train.py', TEACHER, '--work-dir', out, *short(1))
    return out / 'epoch_1.pth'


@pytest.fixture(scope='module')
def distilled(teacher, tmp_path_factory):
    """A distillation of three epochs, with its teacher as an option."""
    out = tmp_path_factory.mktemp('distilled')
    call('train.py', DISTILL, '--work-dir', out, *options(teacher, 3))
    return out


def options(teacher, epochs, *more):
    """Returns the options of a distillation that validates every epoch."""
    return short(
        epochs,
        f'model.teacher_ckpt={teacher}',
        'model.synthesis.iters=2',
        'model.synthesis.warmup_rounds=1',
        'train_dataloader.dataset.length=640',
        'train_cfg.val_interval=1',
        *more,
    )


def test_resume_gives_the_same_student_bit_for_bit(
    teacher, distilled, tmp_path
):
    """From epoch 1, with validation in between, to the same epoch 3."""
    call(
        'train.py',
        DISTILL,
        '--work-dir',
        tmp_path,
        '--resume',
        distilled / 'epoch_1.pth',
        *options(teacher, 3),
    )
    assert not (tmp_path / 'epoch_1.pth').exists()
    left = weights(tmp_path / 'epoch_3.pth', 'architecture.')
    right = weights(distilled / 'epoch_3.pth', 'architecture.')
    early = weights(distilled / 'epoch_1.pth', 'architecture.')
    assert left.keys() == right.keys() and len(left) > 50
    assert all(torch.equal(left[key], right[key]) for key in left)
    assert not all(torch.equal(left[key], early[key]) for key in left)


def test_teacher_is_bit_identical_in_the_checkpoint(teacher, distilled):
    """Weights and BN statistics are those that were given."""
    given = weights(teacher, '')
    kept = weights(distilled / 'epoch_3.pth', 'teacher.')
    assert len(kept) == len(given) > 50
    assert all(torch.equal(kept[f'teacher.{k}'], v) for k, v in given.items())


def test_log_has_every_loss_by_name(distilled):
    """The JSON log that OpenMMLab's tools plot has the documented keys."""
    (log,) = distilled.glob('*/vis_data/scalars.json')
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    train = next(row for row in rows if 'loss' in row)
    for key in (
        'generator.loss_bn',
        'generator.loss_task',
        'generator.loss_kd',
        'distill.loss_kd',
        'buffer.size',
        'buffer.synthesized',
        'buffer.class_balance',
        'buffer.confidence',
        'generator.lr',
        'architecture.lr',
    ):
        assert key in train
    assert [row['step'] for row in rows if 'accuracy/top1' in row] == [1, 2, 3]


def test_test_tool_repeats_the_validation(distilled, tmp_path):
    """The last validation's, without the teacher's file and the buffer."""
    output = call(
        'test.py',
        DISTILL,
        distilled / 'epoch_3.pth',
        '--work-dir',
        tmp_path,
        '--cfg-options',
        'model.teacher_ckpt=gone.pth',
        # Fewer than the checkpoint holds.
        'model.replay_buffer.max_size=128',
    )
    (log,) = distilled.glob('*/vis_data/scalars.json')
    last = json.loads(log.read_text().splitlines()[-1])['accuracy/top1']
    found = re.findall(r'accuracy/top1: ([\d.]+)', output)
    assert [float(value) for value in found] == [pytest.approx(last, abs=1e-3)]


def test_exported_student_is_plain_mmpretrain(teacher, distilled, tmp_path):
    """Same outputs from a config without this package's model."""
    out = tmp_path / 'student.pth'
    config = distilled / 'config.py'
    cfg = Config.fromfile(DISTILL)
    cfg.model.teacher_ckpt = str(teacher)
    cfg.dump(config)
    call('export_student.py', config, distilled / 'epoch_3.pth', out)
    plain = Config.fromfile(tmp_path / 'student.py')
    assert 'teacher' not in plain.model
    student = get_model(plain, pretrained=str(out)).eval()

    algorithm_cfg = Config.fromfile(config)
    from mmrazor.registry import MODELS

    algorithm = MODELS.build(algorithm_cfg.model)
    state = torch.load(distilled / 'epoch_3.pth', map_location='cpu')
    algorithm.load_state_dict(state['state_dict'])
    algorithm.eval()
    images = torch.randint(0, 256, (4, 1, 16, 16)).float()
    with torch.no_grad():
        expected = algorithm.predict_student(
            images, algorithm.predict_teacher(images)
        )
        inputs = student.data_preprocessor(dict(inputs=images))['inputs']
        # Its weights lie in another memory layout.
        assert_close(student(inputs, mode='tensor'), expected)
    # And its config evaluates it as it stands.
    output = call(
        'test.py', tmp_path / 'student.py', out, '--work-dir', tmp_path
    )
    assert 'accuracy/top1' in output


def test_trains_where_no_data_exists(teacher, tmp_path):
    """With scikit-learn's images gone and validation off it still runs."""
    stub = tmp_path / 'stub' / 'sklearn'
    stub.mkdir(parents=True)
    (stub / '__init__.py').write_text('raise ImportError("no images here")')
    arguments = (DISTILL, '--work-dir', tmp_path / 'run')
    environment = dict(PYTHONPATH=str(tmp_path / 'stub'))
    with pytest.raises(AssertionError, match='no images here'):
        call_afresh(
            'train.py', *arguments, *options(teacher, 1), **environment
        )
    call_afresh(
        'train.py',
        *arguments,
        *options(teacher, 1, *NO_VALIDATION),
        **environment,
    )
    assert (tmp_path / 'run' / 'epoch_1.pth').exists()


def test_amp_and_mmrazor_distiller_on_real_data(teacher, tmp_path):
    """`--amp` on the CPU, with MMRazor's own algorithm."""
    call(
        'train.py',
        ORACLE,
        '--amp',
        '--work-dir',
        tmp_path,
        *short(1, f'model.teacher_ckpt={teacher}'),
        'train_dataloader.dataset.dataset.indices=64',
        'val_dataloader.dataset.indices=64',
    )
    assert 'Bf16OptimWrapper' in log_of(tmp_path)
    assert (tmp_path / 'epoch_1.pth').exists()


def test_amp_with_ssdkd(teacher, tmp_path):
    """Both of its optimizers take mixed precision."""
    call(
        'train.py',
        DISTILL,
        '--amp',
        '--work-dir',
        tmp_path,
        *options(teacher, 1),
    )
    dumped = Config.fromfile(tmp_path / DISTILL.name)
    for part in ('generator', 'architecture'):
        kind = dumped.optim_wrapper[part].type
        assert kind in ('mmrazor_ssdkd.Bf16OptimWrapper', 'AmpOptimWrapper')


@pytest.mark.parametrize('method', ['dafl', 'dfad', 'zskt'])
def test_data_free_algorithms_of_mmrazor(teacher, tmp_path, method):
    """They train without data, validate, resume, and give a student."""
    config = DIGITS / DISTILL.name.replace('ssdkd', method)
    arguments = ('train.py', config, '--work-dir', tmp_path)
    changes = (
        f'model.teachers.teacher.ckpt_path={teacher}',
        'train_dataloader.dataset.length=256',
    )
    call(*arguments, *short(1, *changes))
    call(*arguments, '--resume', *short(2, *changes))
    logs = sorted(tmp_path.glob('*/vis_data/scalars.json'))
    rows = [json.loads(log.read_text().splitlines()[-1]) for log in logs]
    assert [row['step'] for row in rows if 'accuracy/top1' in row] == [1, 2]
    given = weights(teacher, '')
    kept = weights(tmp_path / 'epoch_2.pth', 'teachers.teacher.')
    assert len(kept) == len(given) > 50
    assert all(
        torch.equal(kept[f'teachers.teacher.{k}'], v) for k, v in given.items()
    )
    out = tmp_path / 'student.pth'
    call('export_student.py', config, tmp_path / 'epoch_2.pth', out)
    student = weights(tmp_path / 'epoch_2.pth', 'architecture.')
    exported = weights(out, '')
    assert len(exported) == len(student) > 50
    assert all(
        torch.equal(student[f'architecture.{k}'], v)
        for k, v in exported.items()
    )


def test_foreign_checkpoint_is_named(teacher, distilled, tmp_path):
    """A student is no teacher of another width."""
    student = weights(distilled / 'epoch_1.pth', 'architecture.')
    torch.save(dict(state_dict=student), tmp_path / 'student.pth')
    with pytest.raises(AssertionError, match='`teacher_ckpt` must'):
        call(
            'train.py',
            DISTILL,
            '--work-dir',
            tmp_path / 'run',
            *options(tmp_path / 'student.pth', 1),
        )
