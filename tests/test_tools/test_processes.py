"""Trainings in two processes, as torchrun starts them."""

import os
import subprocess
import sys

import pytest
import torch
from tool_calls import DIGITS, ROOT, TINY, short

pytestmark = pytest.mark.slow


def train(work_dir, processes, epochs, *arguments):
    """Trains the digits without a teacher's weights; returns the log."""
    tiny = [f'{key}={value}' for key, value in TINY.items()]
    done = subprocess.run(
        [
            *(sys.executable, '-m', 'torch.distributed.run', '--standalone'),
            *('--local-addr', '127.0.0.1', '--nproc_per_node', str(processes)),
            *(str(ROOT / 'tools/train.py'), str(DIGITS)),
            *('--launcher', 'pytorch', '--work-dir', str(work_dir)),
            *arguments,
            *short(epochs, 'model.teacher_ckpt=None', *tiny),
            'train_dataloader.dataset.length=16',
        ],
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def saved(checkpoint):
    """Returns a checkpoint's weights, and what it has of each process."""
    state = torch.load(checkpoint, map_location='cpu')['state_dict']
    return state, state.pop('_extra_state')


def test_resuming(tmp_path):
    """Two processes go on bit for bit; one gets the samples of both."""
    whole, again, alone = (tmp_path / name for name in ('a', 'b', 'c'))
    train(whole, 2, 2)
    weights, extra = saved(whole / 'epoch_2.pth')
    for folder in (again, alone):
        folder.mkdir()
        (whole / 'epoch_1.pth').rename(folder / 'epoch_1.pth')
        train(folder, 1 if folder is alone else 2, 2, '--resume')
        (folder / 'epoch_1.pth').rename(whole / 'epoch_1.pth')
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
