"""Forks the processes of a tool off one that has imported everything.

So they start at once, and most of their time is the training's.

``python tests/forked_tools.py JOBS`` runs jobs one after another: a JSON file
with a list of ``[LOG, TOOL, PROCESSES, ARGUMENTS]``.
"""

import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from mmengine.runner import Runner

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / 'tools'))

import test as test_tool  # noqa: E402
import train as train_tool  # noqa: E402

TOOLS = {'train.py': train_tool.main, 'test.py': test_tool.main}


def start(log: Path, tool: str, number: int, arguments: list) -> list[int]:
    """Starts a tool in some processes.

    The caller must have used no threads: a fork has none of them.

    Args:
        log (Path): Where all write what they say.
        tool (str): Such as 'train.py'.
        number (int): How many processes; one is started without a launcher.
        arguments (list): Of the command line.

    Returns:
        list[int]: Their process ids, in order.
    """
    if number > 1:
        arguments = [*arguments, '--launcher', 'pytorch']
    names = dict(
        WORLD_SIZE=number, MASTER_ADDR='127.0.0.1', MASTER_PORT=_free_port()
    )
    processes = []
    for rank in range(number):
        process = os.fork()
        if not process:
            names.update(RANK=rank, LOCAL_RANK=rank)
            os.environ.update({k: str(v) for k, v in names.items()})
            os._exit(become(tool, log, arguments))
        processes.append(process)
    return processes


def become(tool: str, log: Path, arguments: list) -> int:
    """Runs a tool in this process, which is good for nothing else then.

    A training leaves the weights of every process in its work directory.

    Args:
        tool (str): Such as 'train.py'.
        log (Path): Where it writes what it says.
        arguments (list): Of its command line.

    Returns:
        int: Its exit code.
    """
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.argv = [tool, *map(str, arguments)]
    # Two seconds for a report on the machine.
    Runner._log_env = lambda *_: None
    Runner.train = _keeping_weights(Runner.train)
    code = 1
    try:
        TOOLS[tool]()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
    sys.stderr.flush()
    sys.stdout.flush()
    return code


def _keeping_weights(train: Callable[[Runner], Any]) -> Callable:
    """Returns a training that leaves the weights of this process."""

    def keep(runner: Runner) -> None:
        train(runner)
        rank = os.environ.get('RANK', '0')
        torch.save(
            {
                name: value
                for name, value in runner.model.state_dict().items()
                if isinstance(value, torch.Tensor)
            },
            Path(runner.work_dir) / f'process_{rank}.pt',
        )

    return keep


def _free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def main() -> None:
    """Runs jobs until one fails."""
    # A fork cannot use the threads of its parent.
    torch.set_num_threads(1)
    for log, *job in json.loads(Path(sys.argv[1]).read_text()):
        ends = [os.waitpid(pid, 0)[1] for pid in start(Path(log), *job)]
        if any(ends):
            sys.exit(f'{job}: {ends}\n{Path(log).read_text()[-3000:]}')


if __name__ == '__main__':
    main()
