"""Finds the checkpoint that a run goes on from."""

import logging
import os
import zipfile
from pathlib import Path
from typing import Any, Optional, Union

import torch
from mmengine.logging import print_log

from mmrazor_ssdkd.compat.checkpoint_globals import own_globals_first

__all__ = ['find_latest_checkpoint']

# Whether it holds optimizers, when it was saved, and at which step.
_Age = tuple[bool, str, int, int]


def find_latest_checkpoint(work_dir: Union[str, Path]) -> Optional[str]:
    """Returns the newest whole checkpoint of a work directory.

    The file ``last_checkpoint`` may be missing, empty or name one that is
    gone, broken or older; where it names one elsewhere, that one counts, too.
    The time is the one that a checkpoint notes of itself, since copies of a
    file are younger than it. It is a local one, so that where clocks have
    gone back the file may name one that is further on. Files that no run can
    go on from, such as an exported student, do not count.

    Args:
        work_dir (str | Path): Where a run left its checkpoints.

    Returns:
        str | None: Its path, or what ``last_checkpoint`` names where that is
        on no local disk or a folder; None where there is none.

    Raises:
        ValueError: All checkpoints are broken.
    """
    named = _named(Path(work_dir))
    # Unlike their namesakes these take what can be no name of a file.
    if '://' in named or (named and os.path.isdir(named)):
        return named
    paths = sorted(Path(work_dir).glob('*.pth'))
    known = {path.resolve(): path for path in paths}
    noted = None
    if os.path.isfile(named):
        noted = known.get(Path(named).resolve())
        paths += [] if noted else [Path(named)]
    broken, found = _by_age(paths, noted)
    for path in found:
        if _is_intact(path):
            _report(path, broken)
            return str(path)
        broken.append(path)
    if broken:
        raise ValueError(
            f'`resume` must find a whole checkpoint, but in {str(work_dir)!r} '
            f'all are broken: {[p.name for p in broken]}; delete them to '
            'start anew'
        )
    print_log(f'Found no checkpoint to resume in {work_dir}', 'current')
    return None


def _named(work_dir: Path) -> str:
    """Returns what ``last_checkpoint`` says; nothing if it cannot be read."""
    try:
        return (work_dir / 'last_checkpoint').read_text().strip('\0 \n\r\t')
    except (OSError, UnicodeDecodeError):
        return ''


def _by_age(
    paths: list[Path], noted: Optional[Path]
) -> tuple[list[Path], list[Path]]:
    """Returns the unreadable paths, and those of runs, the newest first."""
    broken: list[Path] = []
    ages: dict[Path, _Age] = {}
    for path in paths:
        try:
            age = _age(path)
        # A damaged file fails in as many ways as a pickle has opcodes.
        except Exception:
            broken.append(path)
        else:
            if age is not None:
                ages[path] = age
    found = sorted(ages, key=ages.__getitem__, reverse=True)
    if noted in ages and _is_newer(noted, found[0], ages):
        found.remove(noted)
        found.insert(0, noted)
    return broken, found


def _is_newer(noted: Path, newest: Path, ages: dict[Path, _Age]) -> bool:
    """Returns whether a clock that went back hides what was saved last."""
    resumable, _, epoch, iteration = ages[noted]
    rival, _, its_epoch, its_iteration = ages[newest]
    ahead = iteration > its_iteration and epoch >= its_epoch
    saved = noted.stat().st_mtime >= newest.stat().st_mtime
    return resumable >= rival and ahead and saved


def _age(path: Path) -> Optional[_Age]:
    """Returns a checkpoint's age, or None where no run can go on from it."""
    # Mapped, so that of its tensors nothing is read.
    with own_globals_first():
        checkpoint = torch.load(
            path,
            map_location='cpu',
            weights_only=True,
            mmap=zipfile.is_zipfile(path),
        )
    if not isinstance(checkpoint, dict):
        return None
    meta: Any = checkpoint.get('meta')
    parts = ('state_dict', 'message_hub')
    if not isinstance(meta, dict) or any(p not in checkpoint for p in parts):
        return None
    epoch, iteration = meta.get('epoch'), meta.get('iter')
    if not isinstance(epoch, int) or not isinstance(iteration, int):
        return None
    time = str(meta.get('time', ''))
    return 'optimizer' in checkpoint, time, epoch, iteration


def _is_intact(path: Path) -> bool:
    """Returns whether a file has every byte that was written to it."""
    if not zipfile.is_zipfile(path):
        return True  # Torch's old format has no checksums.
    try:
        with zipfile.ZipFile(path) as file:
            return file.testzip() is None
    except (zipfile.BadZipFile, OSError):
        return False


def _report(path: Path, broken: list[Path]) -> None:
    """Logs what is resumed and what is passed over."""
    if broken:
        print_log(
            f'Passed over broken checkpoints: {list(map(str, broken))}',
            'current',
            logging.WARNING,
        )
    print_log(f'The newest whole checkpoint is {path}', 'current')
