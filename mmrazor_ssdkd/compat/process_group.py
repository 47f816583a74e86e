"""Starts a process group that fits the machine."""

import datetime
import os
import subprocess
from collections.abc import Callable
from functools import wraps
from typing import Any

import torch

from .gloo_connection import connect

__all__ = ['start_processes']

_Init = Callable[..., None]

# What each launcher calls a process's number, their count, and its number on
# its machine.
_NAMES = {
    'pytorch': ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    'mpi': (
        'OMPI_COMM_WORLD_RANK',
        'OMPI_COMM_WORLD_SIZE',
        'OMPI_COMM_WORLD_LOCAL_RANK',
    ),
}


def start_processes(init_dist: _Init) -> _Init:
    """Returns a function that takes gloo where there is no GPU.

    mmengine's own always sets a GPU, and under MPI does not say which of a
    machine's processes this is, what its wrappers ask for.
    """

    @wraps(init_dist)
    def init(launcher: str, *args: Any, **kwargs: Any) -> None:
        if launcher in _NAMES:
            _translate(launcher)
        if torch.cuda.is_available() or launcher not in _NAMES:
            init_dist(launcher, *args, **kwargs)
            return
        if (seconds := kwargs.get('timeout')) is None:
            connect()
        else:
            connect(datetime.timedelta(seconds=seconds))

    return init


def _translate(launcher: str) -> None:
    """Gives the environment the names that torch reads.

    Raises:
        ValueError: The launcher has started nothing.
    """
    for name, theirs in zip(_NAMES['pytorch'], _NAMES[launcher]):
        if theirs not in os.environ:
            raise ValueError(
                f'`--launcher` must be what has started this process, but '
                f'got {launcher!r} without {theirs} in the environment'
            )
        os.environ[name] = os.environ[theirs]
    if launcher == 'slurm' and 'MASTER_ADDR' not in os.environ:
        nodes = os.environ.get('SLURM_NODELIST', 'localhost')
        hosts = subprocess.run(
            ['scontrol', 'show', 'hostname', nodes],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        os.environ['MASTER_ADDR'] = hosts.stdout.split()[0]
    os.environ.setdefault('MASTER_PORT', '29500')
