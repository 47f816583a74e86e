"""Kills one of two processes of a real training again and again.

``python tests/killed_processes.py --kills 10`` trains the digits in two
processes under torchrun's own agent, which starts both anew after each kill
at a random moment, and they go on from their last checkpoint. It says how
many kills there were, how many of the first process, how many before the
first checkpoint, and for how long at most the other process outlived one. It
fails where the last checkpoint differs in a single bit from that of a
training that was left alone.
"""

import json
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from forked_tools import become
from killed_runs import DIGITS, OPTIONS, call, differences, last
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

# A minute is what a failure may take to end all processes.
MOST_SECONDS = 60
_LENGTH = 'train_dataloader.dataset.length'


def train(work_dir: str) -> None:
    """Trains as one of the processes; notes which one it is."""
    # What torchrun starts has no handler of its agent's.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    names = ('TORCHELASTIC_RESTART_COUNT', 'RANK')
    restart, rank = (os.environ[name] for name in names)
    Path(f'{work_dir}.{restart}.{rank}').write_text(f'{os.getpid()}\n')
    # As many steps as one process does.
    options = [f'{key}={value}' for key, value in OPTIONS.items()]
    options.append(f'{_LENGTH}={2 * OPTIONS[_LENGTH]}')
    arguments = [DIGITS, '--work-dir', work_dir, '--launcher', 'pytorch']
    arguments += ['--cfg-options', *options]
    if code := become('train.py', Path(f'{work_dir}.log'), arguments):
        os._exit(code)


class Training:
    """A training in two processes, under an agent such as torchrun has.

    They are forks, which have imported everything already, so that most kills
    fall into the training.

    Args:
        work_dir (Path): Its work directory.
        restarts (int): How often they may be started anew.
    """

    def __init__(self, work_dir: Path, restarts: int) -> None:
        self.work_dir = work_dir
        self._restarts = restarts
        self._agent = os.fork()
        self._ended = False
        if not self._agent:
            code = 1
            try:
                self._serve()
                code = 0
            finally:
                os._exit(code)

    def _serve(self) -> None:
        """Is the agent."""
        log = os.open(f'{self.work_dir}.log', os.O_WRONLY | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=2,
            run_id='killed',
            rdzv_backend='c10d',
            rdzv_endpoint='127.0.0.1:0',
            local_addr='127.0.0.1',
            max_restarts=self._restarts,
            start_method='fork',
        )
        elastic_launch(config, train)(str(self.work_dir))

    def has_ended(self, seconds: float = 0.0) -> bool:
        """Returns whether it ends well within some seconds.

        Raises:
            RuntimeError: It has failed.
        """
        end = time.monotonic() + seconds
        while not self._ended:
            done, status = os.waitpid(self._agent, os.WNOHANG)
            if done and status:
                raise RuntimeError(f'a training failed: {status}')
            self._ended = bool(done)
            if time.monotonic() >= end:
                break
            time.sleep(0.001)
        return self._ended

    def processes(self, restart: int) -> list[int]:
        """Waits for its processes and returns them; none if it has ended."""
        files = [Path(f'{self.work_dir}.{restart}.{rank}') for rank in (0, 1)]
        while not self.has_ended():
            if all(file.exists() and file.read_text() for file in files):
                return [int(file.read_text()) for file in files]
        return []


def is_alive(process: int) -> bool:
    """Returns whether a process runs."""
    try:
        state = Path(f'/proc/{process}/stat').read_text().split()[2]
    except OSError:
        return False
    return state != 'Z'


def survive(
    work_dir: Path, kills: int, seconds: float, draws: random.Random
) -> dict[str, Any]:
    """Kills a process of a training again and again, until that ends.

    Args:
        work_dir (Path): Of the training.
        kills (int): How many at most.
        seconds (float): The longest time from a start to a kill.
        draws (random.Random): Of the moments, and of who is killed.

    Returns:
        dict: `kills`, `of_the_first`, `before_a_checkpoint` and `outlived`,
        the most seconds.

    Raises:
        RuntimeError: The other process does not end, or the training fails.
    """
    counts = dict(kills=0, of_the_first=0, before_a_checkpoint=0, outlived=0.0)
    training = Training(work_dir, kills)
    for restart in range(kills):
        pair = training.processes(restart)
        if training.has_ended(draws.uniform(0, seconds)):
            return counts
        rank = draws.randrange(2)
        saved = list(work_dir.glob('iter_*.pth'))
        if not all(map(is_alive, pair)):
            break
        os.kill(pair[rank], signal.SIGKILL)
        begin = time.monotonic()
        while is_alive(pair[1 - rank]):
            if time.monotonic() > begin + MOST_SECONDS:
                raise RuntimeError('a process outlives the other')
            time.sleep(0.001)
        outlived = round(time.monotonic() - begin, 2)
        counts['kills'] += 1
        counts['of_the_first'] += rank == 0
        counts['before_a_checkpoint'] += not saved
        counts['outlived'] = max(counts['outlived'], outlived)
    if not training.has_ended(600):
        raise RuntimeError('a training does not end')
    return counts


def campaign(folder: Path, kills: int, seed: int) -> None:
    """Kills processes until there were enough kills, and compares.

    Args:
        folder (Path): For the work directories.
        kills (int): How many at least.
        seed (int): Of the moments.

    Raises:
        RuntimeError: A training failed, or ended elsewhere.
    """
    draws = random.Random(seed)
    alone = Training(folder / 'alone', 0)
    alone.processes(0)
    begin = time.monotonic()
    if not alone.has_ended(600):
        raise RuntimeError('the training that is left alone does not end')
    seconds = time.monotonic() - begin
    wanted = last(folder / 'alone')
    done, runs = 0, 0
    while done < kills:
        # One may end before it is killed.
        work_dir = folder / f'killed_{runs}'
        runs += 1
        counts = survive(work_dir, kills - done, seconds, draws)
        found = differences(last(work_dir), wanted)
        if found:
            raise RuntimeError(f'{work_dir} differs in {found[:5]}')
        done += counts['kills']
        print(json.dumps(counts), flush=True)


if __name__ == '__main__':
    call(__doc__, 10, campaign)
