"""Trains for long at tiny size and says what grew.

``python tests/endurance_run.py --steps 20000 --json OUT.json`` distils on the
digits' network with a synthesis round every ten steps, a checkpoint every
hundred and a validation on the real digits every five hundred, and notes
memory, open files, threads and the time of a step twenty times on the way.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tool_calls import DIGITS, TINY

from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.files import write_text


class Growth(Hook):
    """Notes what the process holds, in equal parts of the run.

    Args:
        interval (int): Steps between two notes.
    """

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self.notes: list[dict[str, Any]] = []
        self._times: list[float] = []

    def before_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Starts a step's clock."""
        self._start = time.process_time()

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Stops it, and notes the rest."""
        self._times.append(time.process_time() - self._start)
        if not self.every_n_train_iters(runner, self.interval):
            return
        # The generator's own random state is no tensor.
        weights = [*runner.model.parameters(), *runner.model.buffers()]
        self.notes.append(
            dict(
                step=runner.iter + 1,
                megabytes=_status('VmRSS') / 1024,
                threads=_status('Threads'),
                files=len(os.listdir('/proc/self/fd')),
                # Its median is that of steps without a round.
                milliseconds=1000 * median(self._times),
                finite=all(bool(v.isfinite().all()) for v in weights),
                work_dir=len(list(Path(runner.work_dir).rglob('*'))),
            )
        )
        self._times = []


def _status(key: str) -> int:
    """Returns a number of this process's status."""
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith(key + ':'):
            return int(line.split()[1])
    raise RuntimeError(f'no {key}')


def run(steps: int, work_dir: str) -> list[dict[str, Any]]:
    """Trains and returns the notes, twenty of them, oldest first."""
    options = {
        **TINY,
        'model.teacher_ckpt': None,
        'model.synthesis.interval': 10,
        'train_dataloader.dataset.length': 4 * steps,
        'train_cfg.max_epochs': 1,
        'randomness.seed': 3,
        'default_hooks.logger.interval': 50,
    }
    cfg = load_config(str(DIGITS), work_dir, options)
    cfg.default_hooks.checkpoint.update(interval=100, by_epoch=False)
    # A schedule of one epoch would have no learning rate left half way.
    cfg.param_scheduler.architecture = []
    cfg.train_cfg = dict(
        by_epoch=False, max_iters=steps, val_interval=min(500, steps)
    )
    cfg.log_processor = dict(by_epoch=False)
    runner = Runner.from_cfg(cfg)
    growth = Growth(max(1, steps // 20))
    runner.register_hook(growth)
    runner.train()
    return growth.notes


def main() -> None:
    """Runs it and writes the notes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--steps', type=int, default=20000)
    parser.add_argument('--json', type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        notes = run(args.steps, folder)
    write_text(args.json, json.dumps(notes, indent=1))


if __name__ == '__main__':
    main()
