"""Connects processes by gloo, again where it does not come about.

Gloo can miss a connection that it makes, on a busy machine now and then, and
then all wait for each other as long as a collective may take.
"""

import datetime
from typing import Optional

import torch.distributed as dist
from torch.distributed.distributed_c10d import _set_pg_timeout

__all__ = ['connect']

_TRIES = 4
# All processes are there when it begins to count.
_CONNECTING = datetime.timedelta(seconds=15)
# Torch's own for gloo.
_WAITING = datetime.timedelta(minutes=30)


def connect(timeout: datetime.timedelta = _WAITING) -> None:
    """Starts the process group that the environment describes.

    Args:
        timeout (timedelta): How long a process waits for the others, to come
            and in a collective. Defaults to 30 minutes.

    Raises:
        RuntimeError: They cannot be connected.
    """
    store, rank, number = next(dist.rendezvous('env://', timeout=timeout))
    store.set_timeout(timeout)
    for attempt in range(_TRIES):
        own = dist.PrefixStore(f'connection_{attempt}', store)
        _agree(own, 'begin', rank, number)
        failure = _try(own, rank, number)
        if _agree(own, 'end', rank, number, failure is None):
            _set_pg_timeout(timeout)
            return
        if failure is None:
            dist.destroy_process_group()
    raise RuntimeError('gloo does not connect the processes') from failure


def _try(store: dist.Store, rank: int, number: int) -> Optional[Exception]:
    """Connects the processes; returns why not."""
    try:
        dist.init_process_group(
            'gloo',
            store=store,
            rank=rank,
            world_size=number,
            timeout=_CONNECTING,
        )
    except RuntimeError as error:
        return error
    return None


def _agree(
    store: dist.Store, what: str, rank: int, number: int, well: bool = True
) -> bool:
    """Waits for all processes; returns whether all are well."""
    store.set(f'{what}_{rank}', str(well))
    answers = [store.get(f'{what}_{other}') for other in range(number)]
    return all(answer == b'True' for answer in answers)
