"""What a checkpoint holds of each of several processes."""

from collections.abc import Callable
from typing import Any

from mmengine.logging import print_log

from mmrazor_ssdkd.distributed import (
    deal,
    gather_objects,
    num_processes,
    process_number,
)

__all__ = ['SharedState']

_KEY = 'processes'


class SharedState:
    """Collects the processes' states, and finds a process's own again.

    mmengine saves on the first process alone, where a collective would wait
    for the others for ever: it must come before.
    """

    def __init__(self) -> None:
        self._gathered: list[dict[str, Any]] = []

    def gather(self, own: dict[str, Any]) -> None:
        """Collects the states of all processes on the first one.

        Args:
            own (dict): This process's ``random_stream`` and
                ``replay_buffer``.
        """
        if num_processes() > 1:
            self._gathered = gather_objects(own)

    def collected(self, own: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Returns what is to be saved, and forgets what was gathered.

        Args:
            own (Callable): Returns this process's state.

        Returns:
            dict: The one process's state, or ``processes``, those of all.
        """
        if self._gathered:
            gathered, self._gathered = self._gathered, []
            return {_KEY: gathered}
        return own()

    @staticmethod
    def pick(state: dict[str, Any], max_size: int) -> dict[str, Any]:
        """Returns this process's part of what was saved.

        With another number of processes the samples are dealt out anew, and
        random streams start where this run has seeded them, but for the first
        process's.

        Args:
            state (dict): What :meth:`collected` returned.
            max_size (int): How many samples this process can hold.

        Returns:
            dict: Its ``random_stream`` and ``replay_buffer``.
        """
        states = state.get(_KEY) or [state]
        number, rank = num_processes(), process_number()
        if len(states) == number:
            return states[rank]
        print_log(
            f'The checkpoint is of {len(states)} process(es): the samples of '
            f'its replay buffer are dealt out anew among {number}',
            logger='current',
        )
        buffers = [saved['replay_buffer'] for saved in states]
        return dict(
            random_stream=states[0]['random_stream'] if rank == 0 else {},
            replay_buffer=deal(buffers, number, rank, max_size),
        )
