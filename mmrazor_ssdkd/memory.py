"""Refuses sizes that no memory of this machine can hold."""

import os
from contextlib import suppress
from pathlib import Path

import torch

from .validation import shown

__all__ = ['check_memory']

# Where Linux says what a container may have, in its two versions.
_CONTAINER = (
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
)


def check_memory(what: str, nbytes: int, **sizes: object) -> None:
    """Raises a ValueError where something cannot fit into any memory.

    Args:
        what (str): What would take them, for the message.
        nbytes (int): The bytes that it would take.
        **sizes: What they depend on, by argument, for the message.

    Raises:
        ValueError: There is no memory as large.
    """
    limit = _host_memory()
    # Asked only then, since asking takes hold of the accelerator.
    if nbytes > limit and torch.cuda.is_available():
        limit = max(limit, torch.cuda.get_device_properties(0).total_memory)
    if nbytes > limit:
        names = ', '.join(f'`{name}`' for name in sizes)
        values = ', '.join(shown(value) for value in sizes.values())
        raise ValueError(
            f'{names} must let {what} fit into memory, {limit:,} bytes, but '
            f'got {values}, with which it takes {nbytes:,} bytes'
        )


def _host_memory() -> int:
    """Returns the bytes that this process can have at most."""
    limits = []
    # Not every platform knows its pages, its containers and its limits.
    with suppress(AttributeError, ValueError, OSError):
        limits.append(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES'))
    for path in _CONTAINER:
        with suppress(ValueError, OSError):
            limits.append(int(Path(path).read_text()))
    with suppress(ImportError, ValueError, OSError):
        limits.append(_left_to_process())
    return min(limits, default=2**62)


def _left_to_process() -> int:
    """Returns the bytes that this process may still ask for."""
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return 2**62
    pages = int(Path('/proc/self/statm').read_text().split()[0])
    return limit - pages * os.sysconf('SC_PAGE_SIZE')
