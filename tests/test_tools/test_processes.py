"""Tools in two processes: all algorithms, and going on."""

import json
import os
import re
import subprocess
import sys

import pytest
import torch
from tool_calls import DIGITS, ROOT, TINY, short

pytestmark = pytest.mark.slow

TEACHER = DIGITS.with_name('resnet18-w16_1xb64-60e_digits.py')
PEERS = ('dafl', 'dfad', 'zskt')
NO_VALIDATION = ('val_cfg=None', 'val_dataloader=None', 'val_evaluator=None')


@pytest.fixture(scope='module')
def out(tmp_path_factory):
    """A folder for all runs of this file."""
    return tmp_path_factory.mktemp('processes')


@pytest.fixture(scope='module')
def teacher(out):
    """A teacher that two processes have trained, with SyncBN, and tested."""
    path = out / 'teacher' / 'epoch_1.pth'
    run(
        out,
        job(
            out / 'teacher',
            TEACHER,
            'sync_bn=torch',
            'train_dataloader.dataset.indices=64',
            'train_dataloader.batch_size=16',
        ),
        *(trial_of(out, path, number) for number in (1, 2)),
    )
    return path


def trial_of(out, checkpoint, processes):
    """Returns the job of a teacher's test on 30 images."""
    arguments = [
        str(TEACHER),
        str(checkpoint),
        '--work-dir',
        str(out / 'test'),
    ]
    arguments += ['--cfg-options', 'test_dataloader.dataset.indices=30']
    return [
        str(out / f'test_{processes}.log'),
        'test.py',
        processes,
        arguments,
    ]


def job(work_dir, config, *options, processes=2, epochs=1, resume=False):
    """Returns a job of `forked_tools.py`, a short training."""
    arguments = [str(config), '--work-dir', str(work_dir)]
    arguments += ['--resume'] if resume else []
    arguments += short(epochs, *NO_VALIDATION, *options)
    return [f'{work_dir}.log', 'train.py', processes, arguments]


def distillation(work_dir, *options, config=DIGITS, **settings):
    """Returns the job of a tiny SSD-KD."""
    tiny = [f'{key}={value}' for key, value in TINY.items()]
    length = 'train_dataloader.dataset.length=16'
    return job(work_dir, config, *tiny, length, *options, **settings)


def run(out, *jobs):
    """Runs jobs by one process that imports everything once."""
    file = out / 'jobs.json'
    file.write_text(json.dumps(jobs))
    done = subprocess.run(
        [sys.executable, str(ROOT / 'tests/forked_tools.py'), str(file)],
        env={
            **os.environ,
            'OMP_NUM_THREADS': '1',
            'PYTHONPATH': f'{ROOT}:{ROOT / "tests"}',
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def check_equal(work_dir, *but):
    """Compares what two processes have in the end."""
    first, second = (
        torch.load(work_dir / f'process_{rank}.pt') for rank in range(2)
    )
    assert len(first) > 50 and first.keys() == second.keys()
    for name, value in first.items():
        if name not in but:
            assert torch.equal(value, second[name]), name


def test_teacher(out, teacher):
    """All processes have the same, and test it as one process does."""
    check_equal(out / 'teacher')
    found = [
        re.findall(r'accuracy/top1: ([\d.]+)', log.read_text())
        for log in (out / 'test_1.log', out / 'test_2.log')
    ]
    assert found[0] == found[1] and len(found[0]) == 1


def test_peers(out, teacher):
    """MMRazor's data-free algorithms, each on noise of its own."""
    options = [
        f'model.teachers.teacher.ckpt_path={teacher}',
        'train_dataloader.batch_size=4',
        'train_dataloader.dataset.length=16',
        'model.student_iter=2',
    ]
    run(
        out,
        *(
            job(
                out / name,
                DIGITS.with_name(DIGITS.name.replace('ssdkd', name)),
                *options,
            )
            for name in PEERS
        ),
    )
    for name in PEERS:
        check_equal(out / name)


def test_distillers_and_teachers(out, teacher):
    """With connectors, without, with two teachers, born from one."""
    one = f'model.teacher_ckpt={teacher}'
    names = dict(
        fitnets='ssdkd_fitnets_resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
        kd='ssdkd_kd_resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
        two='ssdkd_logits_2-resnet18-w16_resnet18-w8_1xb64-40e_digits.py',
        inherited='ssdkd_logits_resnet18-w16_resnet18-w8-inherited_'
        '1xb64-12e_digits.py',
    )
    options = {key: [one] for key in names}
    options['fitnets'] = [one, 'sync_bn=torch']
    options['two'] = [
        f'model.teachers.{name}.ckpt_path={teacher}'
        for name in ('standard', 'unit')
    ]
    # Both are the one teacher, with the scale that it learnt on.
    scale = 'model.teachers.unit.build_cfg.data_preprocessor'
    options['two'] += [f'{scale}.mean=[78.0]', f'{scale}.std=[96.0]']
    options['inherited'] = [one, 'model.student_init.num_images=64']
    run(
        out,
        *(
            distillation(
                out / key, *options[key], config=DIGITS.with_name(name)
            )
            for key, name in names.items()
        ),
    )
    for key in names:
        check_equal(out / key, 'generator.latent')


def saved(checkpoint):
    """Returns a checkpoint's weights, and what it has of each process."""
    state = torch.load(checkpoint, map_location='cpu')['state_dict']
    return state, state.pop('_extra_state')


def test_resuming(out):
    """Two processes go on bit for bit; one gets the samples of both."""
    whole, again, alone = (out / name for name in ('a', 'b', 'c'))
    run(out, distillation(whole, 'model.teacher_ckpt=None', epochs=2))
    for folder in (again, alone):
        folder.mkdir()
        (folder / 'epoch_1.pth').symlink_to(whole / 'epoch_1.pth')
    run(
        out,
        *(
            distillation(
                folder,
                'model.teacher_ckpt=None',
                processes=number,
                epochs=2,
                resume=True,
            )
            for folder, number in ((again, 2), (alone, 1))
        ),
    )
    weights, extra = saved(whole / 'epoch_2.pth')
    resumed, resumed_extra = saved(again / 'epoch_2.pth')
    assert all(torch.equal(resumed[key], weights[key]) for key in weights)
    shards = [extra['processes'], resumed_extra['processes']]
    for left, right in zip(*shards):
        images = [
            p['replay_buffer']['samples']['images'] for p in (left, right)
        ]
        assert torch.equal(*images)
        assert torch.equal(
            left['random_stream']['cpu'], right['random_stream']['cpu']
        )
    first, second = (
        shard['replay_buffer']['samples']['images'] for shard in shards[0]
    )
    assert not torch.equal(first, second)
    _, extra = saved(alone / 'epoch_2.pth')
    assert len(extra['replay_buffer']['samples']['images']) > len(first)
