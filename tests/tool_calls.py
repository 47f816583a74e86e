"""Calls the tools as a user does, from the command line."""

import os
import subprocess
import sys
from pathlib import Path

import torch
from warm_start import run_script

ROOT = Path(__file__).resolve().parents[1]
DIGITS = ROOT / (
    'configs/mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)
# A round of SSD-KD on the digits that takes no time.
TINY = {
    'model.synthesis.interval': 2,
    'model.synthesis.iters': 1,
    'model.synthesis.batch_size': 8,
    'model.synthesis.warmup_rounds': 1,
    'train_dataloader.batch_size': 4,
    'train_dataloader.dataset.length': 8,
    'default_hooks.logger.interval': 2,
}


def find_tool(name):
    """Returns the path of a tool, in whatever folder it stands."""
    (path,) = (ROOT / 'tools').rglob(name)
    return path


def call(tool, *arguments):
    """Runs a tool from elsewhere and returns what it printed."""
    code, printed = run_script(find_tool(tool), [str(a) for a in arguments])
    assert code == 0, printed[-3000:]
    return printed


def call_afresh(tool, *arguments, **environment):
    """Does it in a new interpreter, in which nothing is imported."""
    done = subprocess.run(
        [sys.executable, str(find_tool(tool)), *map(str, arguments)],
        env={**os.environ, 'OMP_NUM_THREADS': '1', **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def log_of(work_dir):
    """Returns all that a run has logged, most of it not at the console."""
    (path,) = work_dir.glob('*/*.log')
    return path.read_text(encoding='utf-8')


def short(epochs, *options):
    """Returns the command line's options of a short seeded run."""
    return [
        '--cfg-options',
        f'train_cfg.max_epochs={epochs}',
        f'train_cfg.val_interval={epochs}',
        'default_hooks.checkpoint.interval=1',
        'default_hooks.checkpoint.max_keep_ckpts=9',
        'randomness.seed=3',
        *options,
    ]


def weights(checkpoint, prefix):
    """Returns a checkpoint's weights under a prefix."""
    state = torch.load(checkpoint, map_location='cpu')['state_dict']
    return {k: v for k, v in state.items() if k.startswith(prefix)}
