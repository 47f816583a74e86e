"""Calls the tools as a user does, from the command line."""

import os
import subprocess
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]


def call(tool, *arguments, **environment):
    """Runs a tool from elsewhere and returns what it printed."""
    done = subprocess.run(
        [sys.executable, str(ROOT / 'tools' / tool), *map(str, arguments)],
        env={**os.environ, 'OMP_NUM_THREADS': '1', **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


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
