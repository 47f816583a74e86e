"""Writes files so that no name ever stands for half a file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Union

from mmrazor_ssdkd.distributed import process_number

__all__ = ['check_new', 'write_bytes', 'write_text']


def write_bytes(
    path: Union[str, Path], data: bytes, durable: bool = True
) -> None:
    """Writes a file beside its name, flushes it to disk and renames it.

    Whatever stops it, a kill included, the name stands for what it stood for
    before, or for all of ``data``. A link stays, and its target is replaced;
    a device or a pipe is written to.

    Args:
        path (str | Path): The file; its folder exists.
        data (bytes): All of its content.
        durable (bool): Whether to wait for the disk, so that it outlasts a
            loss of power. Defaults to True.

    Raises:
        OSError: It cannot be written; names ``path``.
    """
    given = Path(path)
    target = Path(os.path.realpath(path))
    try:
        # Asked before it is resolved: a pipe's real name is none of a file.
        if given.exists() and not given.is_file() and not given.is_dir():
            given.write_bytes(data)
            return
        partial = target.with_name(_partial_name(target.name))
        try:
            _write(partial, data, durable)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    if durable:
        _flush_folder(target.parent)


def write_text(path: Union[str, Path], text: str) -> None:
    """Writes a text as :func:`write_bytes` does, in UTF-8.

    Args:
        path (str | Path): The file; its folder exists.
        text (str): All of its content.

    Raises:
        OSError: It cannot be written; names ``path``.
    """
    write_bytes(path, text.encode())


def check_new(name: str, path: Union[str, Path], force: bool = False) -> None:
    """Raises a ValueError where a tool would replace what exists.

    Args:
        name (str): The argument that says where, for the message.
        path (str | Path): The file. A device or a pipe replaces nothing.
        force (bool): Whether a file may be replaced. Defaults to False.

    Raises:
        ValueError: It exists, or is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(
            f'`{name}` must be a file, but got the folder {str(path)!r}'
        )
    if not force and path.is_file():
        raise ValueError(
            f'`{name}` must be new unless --force is given, but {str(path)!r} '
            'exists'
        )


def _partial_name(name: str) -> str:
    """Returns what a file is called while it is written.

    Always the same, so that what a kill leaves is used up later, but another
    for each process of a training: mmengine lets all write a test's results.
    """
    rank = process_number()
    return f'.{name}.{rank}.partial' if rank else f'.{name}.partial'


def _write(path: Path, data: bytes, durable: bool) -> None:
    """Writes a file where it is, and reads no success from a full disk."""
    with path.open('wb') as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Makes a new name in a folder outlast a loss of power."""
    # Not every file system and platform lets a folder be flushed.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
