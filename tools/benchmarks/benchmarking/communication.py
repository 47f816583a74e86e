"""Counts what the processes of a training say to each other."""

import json
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from mmrazor_ssdkd.distributed import process_number

__all__ = ['CommunicationHook', 'note_name']

_COLLECTIVES = ('all_gather', 'all_reduce', 'broadcast')


def note_name(rank: int) -> str:
    """Returns what a process's notes are called in its work directory."""
    return f'communication_{rank}.json'


@HOOKS.register_module()
class CommunicationHook(Hook):
    """Notes what a training costs, and the part that is communication.

    Each process leaves a file of JSON in the work directory: its ``steps``,
    the ``seconds`` and ``processor_seconds`` from the first step to the end,
    and of the collectives ``calls``, ``nbytes`` handed over and
    ``waited``, the seconds in them, those that it waits for others included.
    On a GPU these are but the time until they are in its queue.
    """

    def before_train(self, runner: Runner) -> None:
        """Starts to count."""
        self._notes = dict(steps=0, calls=0, nbytes=0, waited=0.0)
        self._own = {name: getattr(dist, name) for name in _COLLECTIVES}
        for name, collective in self._own.items():
            setattr(dist, name, self._counting(collective))
        self._start = time.perf_counter(), time.process_time()

    def after_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Counts a step."""
        self._notes['steps'] += 1

    def after_train(self, runner: Runner) -> None:
        """Writes the notes."""
        wall, processor = self._start
        notes = dict(
            self._notes,
            seconds=time.perf_counter() - wall,
            processor_seconds=time.process_time() - processor,
        )
        for name, collective in self._own.items():
            setattr(dist, name, collective)
        path = Path(runner.work_dir) / note_name(process_number())
        path.write_text(json.dumps(notes))

    def _counting(self, collective: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a collective that is counted."""

        @wraps(collective)
        def counted(*args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = collective(*args, **kwargs)
            sent = next(a for a in args[::-1] if isinstance(a, torch.Tensor))
            self._notes['calls'] += 1
            self._notes['nbytes'] += sent.numel() * sent.element_size()
            self._notes['waited'] += time.perf_counter() - start
            return result

        return counted
