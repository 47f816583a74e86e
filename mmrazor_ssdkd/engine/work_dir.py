"""Keeps two trainings out of one work directory."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Optional, Union

__all__ = [
    'check_copy',
    'check_deletable',
    'check_unused',
    'delete_checkpoints',
    'held',
    'named_files',
]

# What mmengine's CheckpointHook writes.
_CHECKPOINTS = ('epoch_*.pth', 'iter_*.pth', 'best_*.pth', 'last_checkpoint')
# How launchers tell a process which of several it is.
_RANKS = ('RANK', 'SLURM_PROCID', 'OMPI_COMM_WORLD_RANK')


@contextmanager
def held(work_dir: Union[str, Path]) -> Iterator[None]:
    """Holds a work directory, which is made, against other processes inside.

    The lock is the operating system's and ends with the process, however
    that ends. Of a training's several processes the first one takes it.

    Args:
        work_dir (str | Path): Where a training writes.

    Raises:
        ValueError: Another process holds it.
    """
    if not _is_first_process():
        yield
        return
    path = Path(work_dir) / '.lock'
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open('a+') as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError) as error:
            file.seek(0)
            raise ValueError(
                '`work_dir` must not be of a running training, but '
                f'{str(work_dir)!r} is held by process '
                f'{file.read() or "unknown"}; wait for its end or give '
                'another --work-dir'
            ) from error
        file.truncate(0)
        file.write(f'{os.getpid()} on {socket.gethostname()}')
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def check_unused(work_dir: Union[str, Path], config: Optional[str]) -> None:
    """Raises an error where a new training would write over something.

    Args:
        work_dir (str | Path): Where it would write.
        config (str, optional): The file of its config, of which a runner
            leaves a copy there.

    Raises:
        ValueError: There are checkpoints, or a file with the config's name
            that no run left.
    """
    check_copy(work_dir, config)
    found = _checkpoints(work_dir)
    if found and _is_first_process():
        raise ValueError(
            f'`work_dir` must be new, but {str(work_dir)!r} has '
            f'{found[-1].name!r} of another run; go on from it with --resume, '
            'give another --work-dir, or give up its checkpoints with '
            '--overwrite'
        )


def check_copy(work_dir: Union[str, Path], config: Optional[str]) -> None:
    """Raises an error where the copy of a config would replace a file.

    Args:
        work_dir (str | Path): Where a runner leaves it.
        config (str, optional): The file of the config.

    Raises:
        ValueError: There is a file with the config's name that no run left.
    """
    if config is None or not _is_first_process():
        return
    work_dir = Path(work_dir)
    if not (copy := work_dir / Path(config).name).exists():
        return
    # A run leaves a folder of logs beside it.
    a_run = any(path.is_dir() for path in work_dir.glob('[0-9]*_[0-9]*'))
    if not a_run or copy.samefile(config):
        raise ValueError(
            f'`work_dir` must not have a file of the name of the config, but '
            f'{str(copy)!r} would be replaced; give another --work-dir'
        )


def check_deletable(
    work_dir: Union[str, Path], config: Optional[dict[str, Any]]
) -> None:
    """Raises an error where a config reads the checkpoints of a run.

    Args:
        work_dir (str | Path): Where they are.
        config (dict, optional): What is to train there.

    Raises:
        ValueError: It reads one of them.
    """
    read = named_files(config)
    for path in _checkpoints(work_dir) if _is_first_process() else []:
        for file in read:
            # A link may lead nowhere.
            if path.exists() and path.samefile(file):
                raise ValueError(
                    f'`work_dir` must not be what the config reads, but '
                    f'{str(file)!r} would be deleted; give another --work-dir'
                )


def delete_checkpoints(
    work_dir: Union[str, Path], config: Optional[dict[str, Any]] = None
) -> None:
    """Deletes the checkpoints of a run, so that nothing resumes from them.

    Args:
        work_dir (str | Path): Where they are.
        config (dict, optional): What is to train there. Defaults to None.

    Raises:
        ValueError: The config reads one of them.
    """
    check_deletable(work_dir, config)
    for path in _checkpoints(work_dir) if _is_first_process() else []:
        path.unlink()


def named_files(config: Any) -> list[Path]:
    """Returns the local files that a config names, such as checkpoints.

    Args:
        config (Any): It, or what is in one. Addresses are no local files.

    Returns:
        list[Path]: Those that exist.
    """
    names = map(os.path.expanduser, dict.fromkeys(_strings(config)))
    # Unlike a Path's method, it takes texts that no file could be called.
    return [Path(name) for name in names if os.path.isfile(name)]


def _lock(file: IO[str]) -> None:
    """Locks a file, or raises an error where another process does."""
    try:
        import fcntl
    except ImportError:  # Windows has none.
        return
    # Of this process alone: children that outlive it do not hold it.
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _checkpoints(work_dir: Union[str, Path]) -> list[Path]:
    """Returns what a CheckpointHook left in a folder, the newest last."""
    found = [p for name in _CHECKPOINTS for p in Path(work_dir).glob(name)]
    files = [path for path in found if path.is_file() or path.is_symlink()]
    return sorted(files, key=lambda path: path.lstat().st_mtime)


def _strings(value: Any) -> Iterator[str]:
    """Yields every string in nested dicts and lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)


def _is_first_process() -> bool:
    """Returns whether this is the process that writes."""
    return all(os.environ.get(name, '0') == '0' for name in _RANKS)
