"""Trainings as torchrun starts, ends and restarts them."""

import os
import socket
import subprocess
import sys

import pytest
import torch
from tool_calls import DIGITS, ROOT, TINY, short

pytestmark = pytest.mark.slow

ENVIRONMENT = {
    **os.environ,
    'OMP_NUM_THREADS': '1',
    'PYTHONPATH': f'{ROOT}:{ROOT / "tests"}',
}


def free_port():
    """Returns a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def node(config, work_dir, port, log):
    """Starts one of two machines of a training."""
    tiny = [f'{key}={value}' for key, value in TINY.items()]
    return subprocess.Popen(
        [
            *(sys.executable, '-m', 'torch.distributed.run'),
            *('--nnodes=2', '--nproc_per_node=1', '--rdzv_id=digits'),
            *('--rdzv_backend=c10d', f'--rdzv_endpoint=127.0.0.1:{port}'),
            *('--local_addr=127.0.0.1', '--max_restarts=1'),
            *(str(ROOT / 'tools/train.py'), str(config)),
            *('--launcher', 'pytorch', '--work-dir', str(work_dir)),
            *short(2, 'model.teacher_ckpt=None', *tiny),
            *('val_cfg=None', 'val_dataloader=None', 'val_evaluator=None'),
        ],
        env=ENVIRONMENT,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def test_two_machines_go_on_after_a_failure(tmp_path):
    """Both from the last checkpoint, though one of them alone has failed."""
    logs = [tmp_path / f'node_{number}.log' for number in range(2)]
    config = tmp_path / 'failing.py'
    config.write_text(
        f'_base_ = {str(DIGITS)!r}\n'
        "custom_imports = dict(imports=['failing_once'])\n"
        "custom_hooks = [dict(type='mmengine.FailOnce')]\n"
    )
    port = free_port()
    nodes = []
    try:
        for log in logs:
            with log.open('w') as file:
                nodes.append(node(config, tmp_path / 'run', port, file))
        codes = [process.wait(900) for process in nodes]
    finally:
        for process in nodes:
            process.kill()
    texts = [log.read_text() for log in logs]
    assert codes == [0, 0], '\n'.join(text[-2000:] for text in texts)
    assert any('the second process fails' in text for text in texts)
    assert all('run/epoch_1.pth' in text for text in texts)
    checkpoint = torch.load(tmp_path / 'run/epoch_2.pth', map_location='cpu')
    extra = checkpoint['state_dict']['_extra_state']
    assert len(extra['processes']) == 2


def test_killed_process():
    """The other one ends, and the run goes on bit for bit."""
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / 'tests/killed_processes.py'),
            *('--kills', '2'),
        ],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert '"kills"' in done.stdout
