"""Downloads a checkpoint once, and keeps it if it is one."""

import hashlib
import os
import re
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import torch

__all__ = ['cache_folder', 'download']

# Seconds without a connection or a byte, after which nothing comes any more.
TIMEOUT = 30.0
# Bytes per second that a server must send on average after as long.
_SLOWEST = 1024
_CHUNK = 1 << 16
# Some servers turn Python's own name away.
_AGENT = 'mmrazor_ssdkd'


def cache_folder() -> Path:
    """Returns torch's folder for downloaded checkpoints."""
    return Path(torch.hub.get_dir()) / 'checkpoints'


def download(url: str, read: Callable[[Path], Any]) -> Any:
    """Returns what is at an address, from the cache if it was read before.

    Args:
        url (str): An http(s) URL. The whole of it is the key in the cache:
            files of one name at two addresses are two.
        read (Callable): Reads a file and raises for a broken one, which is
            not kept then.

    Returns:
        object: What ``read`` returned.

    Raises:
        OSError: The server does not answer, answers with an error, stops in
            between or is too slow, or the cache cannot be written.
        Exception: What ``read`` raised.
    """
    path = cache_folder() / _name(url)
    if not path.is_file():
        return _download(url, path, read)
    try:
        return read(path)
    # It was whole once; the disk or another program may have broken it.
    except Exception as error:
        try:
            return _download(url, path, read)
        except OSError:
            # The file need not be at fault, and stays for a later try.
            raise error from None


def _download(url: str, path: Path, read: Callable[[Path], Any]) -> Any:
    """Returns what is at an address, and puts it at a path if it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not with `tempfile`, whose files nobody else may read.
    partial = path.with_name(f'{path.name}.{uuid4().hex}.partial')
    try:
        with partial.open('xb') as file:
            _fetch(url, file.write)
        content = read(partial)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return content


def _name(url: str) -> str:
    """Returns the file of an address, which people can recognise, too."""
    end = re.sub(r'[^\w.-]', '_', urlsplit(url).path.rsplit('/')[-1])[-80:]
    return f'{hashlib.sha256(url.encode()).hexdigest()[:16]}-{end}'


def _fetch(url: str, write: Callable[[bytes], Any]) -> None:
    """Hands on what a server sends, to the last byte of it."""
    request = urllib.request.Request(url, headers={'User-Agent': _AGENT})
    start, received = time.monotonic(), 0
    response: HTTPResponse
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        size = response.headers.get('Content-Length')
        # `read` would wait for a whole chunk, however slowly it drips.
        while chunk := response.read1(_CHUNK):
            write(chunk)
            received += len(chunk)
            seconds = time.monotonic() - start
            if seconds > TIMEOUT and received < _SLOWEST * seconds:
                raise TimeoutError(
                    f'only {received} bytes came in {seconds:.0f} seconds'
                )
    if size is not None and received != int(size):
        raise ConnectionError(f'only {received} of {size} bytes came')
