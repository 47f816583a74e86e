"""Refuses files that would take far more memory than they have bytes."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mmrazor_ssdkd.validation import shown

__all__ = ['check_archive_sizes', 'check_content_sizes', 'tensors_in']


def check_archive_sizes(file: zipfile.ZipFile, path: Path) -> None:
    """Raises a BadZipFile for parts that would grow when they are read.

    Zeros deflate to a thousandth; torch deflates nothing.

    Args:
        file (ZipFile): A checkpoint.
        path (Path): Where it is.
    """
    parts = file.infolist()
    for part in parts:
        if part.compress_type != zipfile.ZIP_STORED:
            raise zipfile.BadZipFile(
                f'its part {part.filename!r} is compressed, which torch '
                'does not write'
            )
    size = sum(part.file_size for part in parts)
    allowed = os.path.getsize(path)
    if size > allowed:
        raise zipfile.BadZipFile(
            f'its parts have {size} bytes, more than the {allowed} of the file'
        )


def check_content_sizes(content: Any, path: Path) -> None:
    """Raises a ValueError for tensors that are larger than their file.

    A file of two kilobytes can name a tensor of any shape, over one number
    that all its places share or over memory that nothing was written to.
    Looking at its values would fill as much memory. Nothing is looked at
    here.

    Args:
        content (object): What was read.
        path (Path): The file that it is of.
    """
    allowed, total = os.path.getsize(path), 0
    storages: set[int] = set()
    for place, tensor in tensors_in(content):
        # These have no storage of their own, and no model takes them.
        if tensor.layout != torch.strided or tensor.is_meta:
            continue
        if not tensor.is_nested:
            _check(place, tensor.numel() * tensor.element_size(), allowed)
        storage = tensor.untyped_storage()
        # Tensors may share one, as tied weights do.
        if storage._cdata not in storages:
            storages.add(storage._cdata)
            total += storage.nbytes()
            _check(place, total, allowed)


def _check(place: str, size: int, allowed: int) -> None:
    """Raises a ValueError for more bytes than a file has."""
    if size > allowed:
        raise ValueError(
            f'with {place!r} its tensors take {size} bytes, more than the '
            f'{allowed} of the file'
        )


def tensors_in(
    content: Any, place: str = ''
) -> Iterator[tuple[str, torch.Tensor]]:
    """Yields all tensors in dicts and lists, and where they are.

    Args:
        content (object): Anything.
        place (str): Where it is itself. Defaults to the top, ''.

    Yields:
        tuple[str, torch.Tensor]: The names of what a tensor is in, with dots
        between them, and the tensor.
    """
    # A file can hold a dict that holds itself.
    seen: set[int] = set()
    found = [(place, content)]
    while found:
        place, content = found.pop()
        if isinstance(content, torch.Tensor):
            yield place, content
        elif _holds_more(content) and id(content) not in seen:
            seen.add(id(content))
            items: Any = enumerate(content)
            if isinstance(content, dict):
                items = content.items()
            found.extend((_join(place, key), item) for key, item in items)


def _join(place: str, key: Any) -> str:
    """Returns where something is, by the name that it has there."""
    name = key if isinstance(key, str) else shown(key)
    return f'{place}.{name}' if place else name


def _holds_more(content: Any) -> bool:
    """Returns whether something may hold tensors."""
    return isinstance(content, (dict, list, tuple, set, frozenset))
