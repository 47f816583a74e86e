"""Reads a checkpoint from a file or an address, whole or not at all."""

import os
import pickle
import re
import zipfile
from pathlib import Path
from typing import Any

import torch

from mmrazor_ssdkd.compat.checkpoint_globals import own_globals_first
from mmrazor_ssdkd.validation import shown

from .download import cache_folder, download
from .sizes import check_archive_sizes, check_content_sizes

__all__ = ['read_checkpoint']

# What safetensors' own readers take.
_LONGEST_HEADER = 100_000_000
# How torch says that one may have a file's code run.
_ADVICE = re.compile(
    r' In PyTorch 2\.6, we .* trusted source\.'
    r'| Please use `torch\.serialization\.add_safe_globals.*'
)


def read_checkpoint(
    source: str, name: str, map_location: Any = 'cpu'
) -> dict[str, Any]:
    """Reads a checkpoint with ``weights_only``.

    Args:
        source (str): Path or http(s) URL.
        name (str): The argument that ``source`` was given as, for messages.
        map_location (str | torch.device | Callable, optional): Where its
            tensors go, as torch has it. Defaults to 'cpu'.

    Returns:
        dict: What it holds.

    Raises:
        TypeError: ``source`` is no path.
        ValueError: The file is missing, damaged, holds no dict or anything
            that loading would have to run code for or that is larger than
            the file, or cannot be downloaded.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(
            f'`{name}` must be a path or an http(s) URL, but got '
            f'{shown(source)}'
        )
    source = str(source)
    remote = source.startswith(('http://', 'https://'))
    # Unlike their namesakes these take what can be no name of a file.
    path = Path(os.path.expanduser(source))
    if not remote and not os.path.isfile(path):
        raise ValueError(
            f'`{name}` must be an existing file or an http(s) URL, but got '
            f'{shown(source, longest=1000)}'
        )
    place = f' in the cache {str(cache_folder())!r}' if remote else ''
    try:
        if remote:
            return download(source, lambda file: _read(file, map_location))
        return _read(path, map_location)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f'`{name}` must hold weights alone, but {source!r}{place} is '
            f'damaged or asks to run code{_asked(error)}: {_reason(error)}'
        ) from error
    # A damaged file fails in as many ways as a pickle has opcodes.
    except Exception as error:
        raise ValueError(
            f'`{name}` must be a whole checkpoint, but {source!r}{place} '
            f'cannot be read: {_reason(error)}'
        ) from error


def first_line(error: Exception) -> str:
    """Returns what matters of a long message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # load_state_dict puts the model's name first and the reason second.
    return ' '.join(lines[:2]) or type(error).__name__


def _reason(error: Exception) -> str:
    """Returns why a file is refused, without how to have its code run."""
    inner = error.__context__
    # torch.load wraps the reason in that advice, and raises it from None.
    if error.__suppress_context__ and isinstance(
        inner, pickle.UnpicklingError
    ):
        error = inner
    # Its text alone is a key.
    kind = 'KeyError: ' if isinstance(error, KeyError) else ''
    return kind + _ADVICE.sub('', first_line(error))


def _asked(error: Exception) -> str:
    """Returns which class a pickle needs, and what to save instead."""
    found = re.search(r'GLOBAL ([\w.]+) was not', str(error))
    if not found:
        return ''
    return (
        f' (that of {found[1]}; of a network save the `state_dict()`, from '
        'where it is known)'
    )


def _read(path: Path, map_location: Any) -> dict[str, Any]:
    """Reads a whole file."""
    if _is_safetensors(path):
        return _read_safetensors(path, map_location)
    _check_archive(path)
    with own_globals_first():
        checkpoint = torch.load(path, map_location, weights_only=True)
    if not isinstance(checkpoint, dict):
        raise TypeError(
            f'it must hold a dict, but holds {type(checkpoint).__name__}'
        )
    check_content_sizes(checkpoint, path)
    return checkpoint


def _check_archive(path: Path) -> None:
    """Looks into a zip, which torch's files are.

    Raises:
        BadZipFile: Bits flipped, for which torch never asks, or it would
            grow when it is read.
        UnpicklingError: It is of TorchScript, whose loading may run code.
    """
    # What torch wrote before 1.6 is no zip and has nothing to compare with.
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as file:
        if any(name.endswith('/constants.pkl') for name in file.namelist()):
            raise pickle.UnpicklingError(
                'it is a network of TorchScript, of which the weights are '
                '`torch.jit.load(...).state_dict()`; save those'
            )
        check_archive_sizes(file, path)
        damaged = file.testzip()
    if damaged:
        raise zipfile.BadZipFile(f'its part {damaged!r} is damaged')


def _is_safetensors(path: Path) -> bool:
    """Returns whether a file begins as safetensors do.

    Eight bytes say how long the JSON after them is. The name of a download
    says nothing until it is whole.
    """
    with path.open('rb') as file:
        start = file.read(9)
    size = int.from_bytes(start[:8], 'little')
    return start[8:] == b'{' and size < _LONGEST_HEADER


def _read_safetensors(path: Path, map_location: Any) -> dict[str, Any]:
    """Reads a file of weights alone."""
    try:
        from safetensors.torch import load_file
    except ImportError as error:
        raise ImportError(
            'it is of safetensors, for which `pip install safetensors` is '
            'needed'
        ) from error
    weights: dict[str, Any] = load_file(path)
    if isinstance(map_location, (str, torch.device)):
        weights = {k: v.to(map_location) for k, v in weights.items()}
    return weights
