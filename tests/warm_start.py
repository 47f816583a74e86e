"""Runs scripts in forks of a process that has imported the package already.

Importing torch, MMRazor, mmpretrain and mmseg takes ten seconds of a
processor, and much of the tools' tests was just that.
"""

import multiprocessing
import os
import random
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
# The server of this process's forks. It starts at the first one, as a new
# interpreter: nothing that tests register or replace here gets into it.
_CONTEXT = multiprocessing.get_context('forkserver')
# The second is what a first model or dataset of MMRazor's imports.
_CONTEXT.set_forkserver_preload(['mmrazor_ssdkd', 'mmrazor.engine'])


def run_script(path: Path, arguments: Sequence[str] = ()) -> tuple[int, str]:
    """Runs a script as ``python PATH ARGUMENTS`` would.

    Args:
        path (Path): Of the script.
        arguments (Sequence[str]): Of its command line. Defaults to none.

    Returns:
        tuple[int, str]: The exit status, negative for a signal's, and what
        was printed.
    """
    with tempfile.NamedTemporaryFile('r', errors='replace') as printed:
        process = _CONTEXT.Process(
            target=_run,
            args=(str(path), list(arguments), dict(os.environ), printed.name),
        )
        process.start()
        process.join()
        return process.exitcode, printed.read()


def _run(
    path: str,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    printed: str,
) -> None:
    """Is the fork."""
    target = os.open(printed, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(target, stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    # It came with the paths of the tests, whose modules no tool may need.
    ours = [str(ROOT / folder) for folder in ('tests', 'tools')]
    others = [entry for entry in sys.path if not entry.startswith(tuple(ours))]
    sys.path[:] = [str(Path(path).parent), *others]
    # Draws of its own, and no thread that the fork left behind.
    random.seed()
    np.random.seed()
    torch.seed()
    torch.set_num_threads(1)
    sys.argv = [path, *arguments]
    runpy.run_path(path, run_name='__main__')
