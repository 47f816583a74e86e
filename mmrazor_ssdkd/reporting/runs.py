"""Finds the runs that a folder holds, and what each of them left there."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Optional, Union

from mmengine.config import Config

from .scalars import read_scalars

__all__ = [
    'RECORD',
    'Run',
    'find_runs',
    'read_config_of',
    'runs_of',
    'time_of',
]

# Beside the log of a training's start; `RunRecordHook` writes it.
RECORD = 'run.json'
# How mmengine names the folder of a start.
_STAMP = '%Y%m%d_%H%M%S'
# A quickstart's folder holds two work directories, a table's many.
_DEPTH = 2


@dataclass(frozen=True)
class Run:
    """A training, with all the times that it was started or gone on with.

    Attributes:
        name (str): What tells it from the others of the folder.
        work_dir (Path): Where its checkpoints are.
        starts (tuple[Path, ...]): The folders of its logs, the oldest first.
        newest (bool): Whether it is the last one in its work directory, whose
            checkpoints are then its own.
    """

    name: str
    work_dir: Path
    starts: tuple[Path, ...]
    newest: bool

    @property
    def config(self) -> Optional[Config]:
        """Its config, as the last start had it; None where none is left."""
        return read_config_of(self.starts[-1], self.work_dir)


def find_runs(folder: Union[str, Path]) -> list[Run]:
    """Returns the runs of a work directory, or of those that a folder holds.

    Args:
        folder (str | Path): A work directory, a folder of work directories,
            or the folder of a single start.

    Returns:
        list[Run]: By name, and the oldest first within a work directory.

    Raises:
        ValueError: There is none.
    """
    root = Path(folder)
    # Unlike its namesake it takes what can be no name of a folder.
    if not os.path.isdir(root):
        raise ValueError(f'`work_dir` must be a folder, but got {str(root)!r}')
    if _is_start(root):
        work_dir = root.resolve().parent
        name = f'{work_dir.name}, {root.name}'
        return [Run(name, work_dir, (root,), _is_newest(root))]
    level = [root]
    for _ in range(_DEPTH + 1):
        found = [run for folder in level for run in runs_of(folder, root)]
        if found:
            return found
        level = sorted(p for f in level for p in _folders(f))
    raise ValueError(
        '`work_dir` must hold the logs of a run (a folder such as '
        '20260131_120000, which mmengine makes), or folders that do, but '
        f'{str(root)!r} holds none'
    )


def read_config_of(start: Path, work_dir: Path) -> Optional[Config]:
    """Returns the config of a start.

    Args:
        start (Path): The folder of its logs.
        work_dir (Path): Where the runner left a copy of it.

    Returns:
        Config | None: None where none is left, or it cannot be read.
    """
    copies = sorted(work_dir.glob('*.py'), key=lambda p: p.stat().st_mtime)
    for path in [start / 'vis_data' / 'config.py', *reversed(copies)]:
        if not path.is_file():
            continue
        try:
            return Config.fromfile(path)
        # Whatever it inherits from or imports may be gone.
        except Exception:
            continue
    return None


def time_of(stamp: str) -> Optional[datetime]:
    """Returns the time in the name of a start, or in a checkpoint.

    Args:
        stamp (str): As mmengine writes it.

    Returns:
        datetime | None: None of another text.
    """
    try:
        return datetime.strptime(stamp, _STAMP)
    except ValueError:
        return None


def runs_of(work_dir: Path, root: Path) -> list[Run]:
    """Returns the runs of one work directory, the oldest first.

    Args:
        work_dir (Path): Where their checkpoints are, if it is one.
        root (Path): It, or a folder above, which their names leave out.

    Raises:
        OSError: It cannot be read.
    """
    chains: list[list[Path]] = []
    for start in _starts_of(work_dir):
        if chains and _goes_on(start, work_dir):
            chains[-1].append(start)
        else:
            chains.append([start])
    name = '.' if work_dir == root else str(work_dir.relative_to(root))
    if name == '.':
        name = root.resolve().name
    return [
        Run(_name(name, chain, chains), work_dir, tuple(chain), last)
        for chain, last in zip(chains, _lasts(len(chains)))
    ]


def _folders(folder: Path) -> list[Path]:
    """Returns the folders in one that may be read."""
    return [
        path
        for path in folder.iterdir()
        if path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    ]


def _lasts(number: int) -> list[bool]:
    """Returns which of some things is the last."""
    return [index == number - 1 for index in range(number)]


def _name(
    name: str, chain: Sequence[Path], chains: Sequence[Sequence[Path]]
) -> str:
    """Returns a run's name, with its time where there are several."""
    return name if len(chains) == 1 else f'{name}, {chain[0].name}'


def _is_start(path: Path) -> bool:
    """Returns whether a folder is the logs of a training's start."""
    if time_of(path.name) is None or not path.is_dir():
        return False
    # What a test finds lies beside its log, and only there.
    return not (path / f'{path.name}.json').exists()


def _starts_of(work_dir: Path) -> list[Path]:
    """Returns the starts of a work directory's trainings, the oldest first.

    A test that found nothing, since it failed, leaves the same folder as a
    training that took no step, and is taken for one where no other is.
    """
    starts = sorted(p for p in work_dir.iterdir() if _is_start(p))
    return [start for start in starts if _has_trained(start)] or starts


def _has_trained(start: Path) -> bool:
    """Returns whether a start left what a training alone does."""
    return (start / RECORD).exists() or bool(read_scalars([start]).train)


def _is_newest(start: Path) -> bool:
    """Returns whether no later start is in its work directory."""
    starts = _starts_of(start.parent)
    return not any(other.name > start.name for other in starts)


def _goes_on(start: Path, work_dir: Path) -> bool:
    """Returns whether a start resumed what was before it."""
    config = read_config_of(start, work_dir)
    return bool(config is not None and config.get('resume'))
