"""Tries one bad input and says how that went."""

import re
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Seconds that refusing takes at most, and bytes.
PATIENCE = 10
MEMORY = 4 * 2**30


class _TooLong(BaseException):
    """Nothing that a case catches."""


def verdict(
    attempt: Callable[[], Any], named: str, allowed: bool = False
) -> str:
    """Tries something.

    Args:
        attempt (Callable): What shall raise.
        named (str): The argument that the message has to name.
        allowed (bool): Whether it may succeed as well. Defaults to False.

    Returns:
        str: 'ok', or what is wrong.
    """
    try:
        with _patience():
            attempt()
    except _TooLong:
        return f'hangs for {PATIENCE} s'
    except Exception as error:
        return _judge(error, named)
    return 'ok' if allowed else 'silent'


def _judge(error: Exception, named: str) -> str:
    """Returns what is wrong with an error."""
    message = f'{type(error).__name__}: {str(error)[:300]}'
    if not isinstance(error, (TypeError, ValueError)):
        return f'foreign {message}'
    name = rf'`([\w-]+\.)*{re.escape(named)}(\.[^`]*)?`'
    if not re.search(name, str(error)):
        return f'foreign, no `{named}`: {message}'
    if not re.search(r'\bmust\b', str(error)):
        return f'foreign, no rule: {message}'
    if not re.search(r'\bbut\b', str(error)):
        return f'foreign, no value: {message}'
    if len(str(error)) > 2000:
        return f'too long: {message}'
    return 'ok'


@contextmanager
def _patience() -> Iterator[None]:
    """Interrupts the inside when it takes too long."""

    def stop(*_: Any) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def little_memory() -> Iterator[None]:
    """Lets what asks for a terabyte fail instead of ending the process."""
    status = Path('/proc/self/status').read_text()
    size = int(re.search(r'VmSize:\s+(\d+)', status)[1]) * 1024
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)
