"""Runs functions in two processes that talk by gloo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import warm_start  # noqa: F401  (where the processes are forked from)


def run_in_two(function: Callable[..., Any], folder: Path) -> list[Any]:
    """Calls a function in each of two processes.

    Args:
        function (Callable): Of a module; takes nothing.
        folder (Path): An empty one.

    Returns:
        list: What each returned.
    """
    mp.start_processes(
        _start, (function, str(folder)), 2, start_method='forkserver'
    )
    return [
        torch.load(folder / f'{rank}.pt', weights_only=False)
        for rank in range(2)
    ]


def _start(rank: int, function: Callable[..., Any], folder: str) -> None:
    """Calls it in one of them."""
    torch.set_num_threads(1)
    dist.init_process_group(
        'gloo', f'file://{folder}/rendezvous', rank=rank, world_size=2
    )
    torch.save(function(), f'{folder}/{rank}.pt')
    dist.destroy_process_group()
