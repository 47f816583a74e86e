"""Kills real trainings at random moments and resumes them.

``python tests/killed_runs.py --kills 100`` says after how many kills how many
runs were finished, and how many kills hit a file half written. It fails where
a finished run's last checkpoint differs in a single bit from that of a run
that was left alone.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'tools'))

from tool_calls import DIGITS, TINY  # noqa: E402
from train import main as train  # noqa: E402

STEPS = 16
OPTIONS = {
    **TINY,
    'train_dataloader.dataset.length': 2 * STEPS,
    'train_cfg.max_epochs': 2,
    'model.teacher_ckpt': None,
    'val_cfg': None,
    'val_dataloader': None,
    'val_evaluator': None,
    'randomness.seed': 3,
    'default_hooks.checkpoint.by_epoch': False,
    'default_hooks.checkpoint.interval': 1,
    'default_hooks.checkpoint.max_keep_ckpts': 1,
}


def start(work_dir: Path) -> int:
    """Starts or goes on with a training; returns its process.

    A fork has imported everything already, so that most of its time, and so
    most kills, fall into the training.
    """
    process = os.fork()
    if process:
        return process
    log = os.open(f'{work_dir}.log', os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    options = [f'{key}={value}' for key, value in OPTIONS.items()]
    sys.argv = ['train.py', str(DIGITS), '--work-dir', str(work_dir)]
    sys.argv += ['--resume', '--cfg-options', *options]
    code = 1
    try:
        train()
        code = 0
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def ends_within(process: int, seconds: float, work_dir: Path) -> bool:
    """Returns whether a training ended well in time, or kills it.

    Every other moment is put off until a file stands half written.

    Raises:
        RuntimeError: It failed.
    """
    end = time.monotonic() + seconds
    inside = int(1000 * seconds) % 2 == 0
    while time.monotonic() < end + 2 * inside:
        done, status = os.waitpid(process, os.WNOHANG)
        if done:
            if status:
                raise RuntimeError(f'a training failed: {status}')
            return True
        if inside and time.monotonic() > end and _halves(work_dir):
            break
        time.sleep(0.0005)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    return False


def _halves(work_dir: Path) -> list[Path]:
    """Returns the files that are being written."""
    return list(work_dir.glob('.*.partial'))


def last(work_dir: Path) -> dict[str, Any]:
    """Returns what must not depend on kills in the last checkpoint.

    A kill after a save and before the older file's deletion leaves both.
    """
    checkpoint = torch.load(work_dir / f'iter_{STEPS}.pth', weights_only=False)
    return {
        key: checkpoint[key]
        for key in ('state_dict', 'optimizer', 'param_schedulers')
    }


def differences(ours: Any, theirs: Any, name: str = '') -> list[str]:
    """Returns the names of what is not equal bit for bit."""
    if isinstance(ours, torch.Tensor):
        same = ours.dtype == theirs.dtype and torch.equal(ours, theirs)
        return [] if same else [name]
    if isinstance(ours, dict):
        if ours.keys() != theirs.keys():
            return [name]
        return [
            found
            for key in ours
            for found in differences(ours[key], theirs[key], f'{name}.{key}')
        ]
    if isinstance(ours, (list, tuple)):
        if len(ours) != len(theirs):
            return [name]
        return [
            found
            for i, pair in enumerate(zip(ours, theirs))
            for found in differences(*pair, f'{name}.{i}')
        ]
    return [] if ours == theirs else [name]


def campaign(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kills runs until there were enough kills and the last one finished.

    Args:
        folder (Path): For the work directories.
        kills (int): How many at least.
        seed (int): Of the moments.

    Returns:
        dict: `kills`, `inside_writes` (a file stood half written) and
        `finished` runs.

    Raises:
        RuntimeError: A run failed, or ended elsewhere.
    """
    draws = random.Random(seed)
    begin = time.monotonic()
    alone = folder / 'alone'
    if not ends_within(start(alone), 600, alone):
        raise RuntimeError('the run that is left alone does not end')
    seconds = time.monotonic() - begin
    wanted = last(alone)
    counts = dict(kills=0, inside_writes=0, finished=0)
    while counts['kills'] < kills:
        work_dir = folder / f'killed_{counts["finished"]}'
        moment = draws.uniform(0, seconds)
        while not ends_within(start(work_dir), moment, work_dir):
            counts['kills'] += 1
            counts['inside_writes'] += bool(_halves(work_dir))
            moment = draws.uniform(0, seconds)
        found = differences(last(work_dir), wanted)
        if found:
            raise RuntimeError(f'{work_dir} differs in {found[:5]}')
        shutil.rmtree(work_dir)
        counts['finished'] += 1
        print(json.dumps(counts), flush=True)
    return counts


def call(
    description: str, kills: int, campaign: Callable[[Path, int, int], Any]
) -> None:
    """Runs a campaign in a folder that is left only where it fails.

    Args:
        description (str): What it does, for its help.
        kills (int): How many there are unless the command line says so.
        campaign (Callable): Takes the folder, the kills and a seed.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--kills', type=int, default=kills)
    parser.add_argument('--seed', type=int, default=0)
    args = parser.parse_args()
    # A fork cannot use the threads of its parent.
    torch.set_num_threads(1)
    folder = Path(tempfile.mkdtemp())
    campaign(folder, args.kills, args.seed)
    shutil.rmtree(folder)


if __name__ == '__main__':
    call(__doc__, 100, campaign)
