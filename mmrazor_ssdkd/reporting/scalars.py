"""Reads what a run logged, from mmengine's files of JSON lines."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ['Entry', 'Scalars', 'read_scalars']

Entry = dict[str, Any]
# What mmengine logs beside values.
_TIMES = ('time', 'data_time', 'memory', 'step', 'iter', 'epoch', 'eta')


@dataclass
class Scalars:
    """What training and validation logged, in the order of their steps.

    Attributes:
        train (list[dict]): With ``step``, the runner's iterations.
        val (list[dict]): With ``step``, epochs unless the run counts none.
        unreadable (int): Lines that are no JSON, as a kill leaves them.
    """

    train: list[Entry] = field(default_factory=list)
    val: list[Entry] = field(default_factory=list)
    unreadable: int = 0

    @property
    def metrics(self) -> list[str]:
        """Names of what validation measured, in its order."""
        names = {k: 0 for e in self.val for k in e if k not in _TIMES}
        return [key for key in names if self.last(key) is not None]

    def series(self, key: str) -> tuple[list[int], list[float]]:
        """Returns steps and values of a key.

        Args:
            key (str): As it was logged.

        Returns:
            tuple: Two lists of one length, empty where it never was.
        """
        entries = [
            (entry['step'], entry[key])
            for entry in [*self.train, *self.val]
            if _is_number(entry.get(key))
        ]
        return [step for step, _ in entries], [value for _, value in entries]

    def last(self, key: str) -> Any:
        """Returns the last value of a key, None where there is none.

        Also one that cannot be drawn, such as NaN: what a run came to is not
        what it was before.
        """
        for entry in reversed([*self.train, *self.val]):
            if isinstance(entry.get(key), (int, float)):
                return entry[key]
        return None

    def mean(self, key: str) -> Any:
        """Returns the mean of a key, None where there is none."""
        values = self.series(key)[1]
        return sum(values) / len(values) if values else None

    @property
    def not_finite(self) -> list[str]:
        """Names of what was NaN or infinite at a step, in their order."""
        names = {
            key: 0
            for entry in [*self.train, *self.val]
            for key, value in entry.items()
            if isinstance(value, float) and not math.isfinite(value)
        }
        return list(names)


def read_scalars(starts: Iterable[Path]) -> Scalars:
    """Reads the logs of a run that was gone on with, as one.

    Args:
        starts (Iterable[Path]): The folders of its logs, the oldest first.

    Returns:
        Scalars: Of steps that a later start took again, its values.
    """
    whole = Scalars()
    for start in starts:
        part = _read(start)
        whole.train = _before(whole.train, part.train) + part.train
        whole.val = _before(whole.val, part.val) + part.val
        whole.unreadable += part.unreadable
    return whole


def _read(start: Path) -> Scalars:
    """Reads the log of one start."""
    found = Scalars()
    for path in (
        start / 'vis_data' / 'scalars.json',
        start / 'vis_data' / f'{start.name}.json',
    ):
        if path.is_file():
            break
    else:
        return found
    for line in path.read_text('utf-8', errors='replace').splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            found.unreadable += 1
            continue
        if not isinstance(entry, dict) or not _is_number(entry.get('step')):
            found.unreadable += 1
            continue
        # Only training's say how many iterations there were.
        (found.train if 'iter' in entry else found.val).append(entry)
    return found


def _before(old: Sequence[Entry], new: Sequence[Entry]) -> list[Entry]:
    """Returns the entries of steps that were not taken again."""
    if not new:
        return list(old)
    first = new[0]['step']
    return [entry for entry in old if entry['step'] < first]


def _is_number(value: Any) -> bool:
    """Returns whether a value can be drawn."""
    return isinstance(value, (int, float)) and math.isfinite(value)
