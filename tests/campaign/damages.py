"""Checkpoints that are none, are broken, or would run code."""

import copy
import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

Checkpoint = dict[str, Any]
# Writes a damaged file to a path, from a sound checkpoint.
Damage = Callable[[Path, Checkpoint], Any]


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, sentinel: Path) -> None:
        self.command = f'touch {sentinel}'

    def __reduce__(self) -> tuple:
        return os.system, (self.command,)


def sentinel(path: Path) -> Path:
    """Returns what exists once code of a damaged file ran."""
    return path.with_name('ran')


def _bytes(checkpoint: Any, **options: Any) -> bytes:
    """Returns what torch writes."""
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer, **options)
    return buffer.getvalue()


def _raw(change: Callable[[bytes], bytes], **options: Any) -> Damage:
    """Changes the bytes of a file."""
    return lambda path, checkpoint: path.write_bytes(
        change(_bytes(checkpoint, **options))
    )


def _holds(make: Callable[[Path], Any]) -> Damage:
    """Holds something else than a checkpoint."""
    return lambda path, _: path.write_bytes(_bytes(make(path)))


def _state(change: Callable[[dict[str, Any]], Any]) -> Damage:
    """Changes the weights."""

    def damage(path: Path, checkpoint: Checkpoint) -> None:
        changed = dict(checkpoint)
        state = copy.deepcopy(dict(checkpoint['state_dict']))
        changed['state_dict'] = change(state)
        path.write_bytes(_bytes(changed))

    return damage


def _weights(change: Callable[[Any], Any], of: str = 'conv.weight') -> Damage:
    """Changes a weight of each network."""
    return _state(
        lambda state: {
            key: change(value) if key.endswith(of) else value
            for key, value in state.items()
        }
    )


def _filled(number: float, of: str = 'conv.weight') -> Damage:
    """Puts a number into a weight of each network."""

    def fill(weight: torch.Tensor) -> torch.Tensor:
        weight = weight.clone()
        weight.view(-1)[0] = number
        return weight

    return _weights(fill, of)


def _flipped(data: bytes) -> bytes:
    """Flips a bit in the largest part of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        largest = max(
            (part for part in file.infolist() if 'data/' in part.filename),
            key=lambda part: part.file_size,
        )
    # Behind its header and name; torch fills up to 64 bytes.
    place = largest.header_offset + 30 + len(largest.filename)
    place += (64 - place % 64) % 64
    return data[:place] + bytes([data[place] ^ 64]) + data[place + 1 :]


def _zip_of_text(path: Path, _: Checkpoint) -> None:
    """Writes an archive that torch did not write."""
    with zipfile.ZipFile(path, 'w') as file:
        file.writestr('readme.txt', 'nothing')


DAMAGES: dict[str, Damage] = {
    'missing': lambda path, _: None,
    'folder': lambda path, _: path.mkdir(),
    'pipe': lambda path, _: os.mkfifo(path),
    'link to itself': lambda path, _: path.symlink_to(path),
    'empty': lambda path, _: path.write_bytes(b''),
    'text': lambda path, _: path.write_text('weights\n'),
    'web page': lambda path, _: path.write_text('<!DOCTYPE html>'),
    'json': lambda path, _: path.write_text(json.dumps(dict(state_dict={}))),
    'zeros': lambda path, _: path.write_bytes(bytes(4096)),
    'noise': lambda path, _: path.write_bytes(bytes(range(256)) * 9),
    'zip of text': _zip_of_text,
    'half': _raw(lambda data: data[: len(data) // 2]),
    'short': _raw(lambda data: data[:-20]),
    'head': _raw(lambda data: data[:100]),
    'tail': _raw(lambda data: data[100:]),
    'flipped bit': _raw(_flipped),
    'old half': _raw(
        lambda data: data[: len(data) // 2],
        _use_new_zipfile_serialization=False,
    ),
    'pickle': lambda path, _: path.write_bytes(pickle.dumps([1, 2])),
    'pickle of code': lambda path, _: path.write_bytes(
        pickle.dumps(Evil(sentinel(path)))
    ),
    'code': _holds(lambda path: Evil(sentinel(path))),
    'code in state': _holds(
        lambda path: dict(state_dict=dict(a=Evil(sentinel(path))))
    ),
    'None': _holds(lambda _: None),
    'list': _holds(lambda _: [torch.ones(2)]),
    'tensor': _holds(lambda _: torch.ones(2)),
    'words': _holds(lambda _: 'weights'),
    'empty dict': _holds(lambda _: {}),
    'no state': _holds(lambda _: dict(meta=dict(epoch=1, iter=1))),
    'state None': _state(lambda _: None),
    'state list': _state(lambda state: list(state.values())),
    'state empty': _state(lambda _: {}),
    'state of numbers': _state(lambda state: dict(enumerate(state.values()))),
    'missing key': _state(
        lambda state: {
            k: v for k, v in state.items() if not k.endswith('conv.weight')
        }
    ),
    'another key': _state(
        lambda state: {
            **state,
            **{
                k.replace('conv', 'other'): v
                for k, v in state.items()
                if 'conv' in k
            },
        }
    ),
    'renamed keys': _state(
        lambda state: {f'{k}.renamed': v for k, v in state.items()}
    ),
    'two names': _state(
        lambda state: {**state, **{f'module.{k}': v for k, v in state.items()}}
    ),
    'another task': _weights(lambda w: torch.ones(1, 7), 'head.weight'),
    'other shapes': _weights(lambda w: torch.ones(1)),
    'words for weights': _weights(lambda w: 'words'),
    'None for weights': _weights(lambda w: None),
    'integers': _weights(lambda w: w.long()),
    'bools': _weights(lambda w: w > 0),
    'complex': _weights(lambda w: w.to(torch.complex64)),
    'sparse': _weights(lambda w: w.to_sparse()),
    'doubles too large': _weights(lambda w: w.double() * 1e300),
    'nan': _filled(float('nan')),
    'inf': _filled(float('inf')),
    'nan in statistics': _filled(float('nan'), 'running_mean'),
    'negative variance': _filled(-1.0, 'running_var'),
}
# Files that are as good as any.
SOUND: dict[str, Damage] = {
    'sound': _raw(lambda data: data),
    'old format': _raw(
        lambda data: data, _use_new_zipfile_serialization=False
    ),
    'code in its text': lambda path, checkpoint: path.write_bytes(
        _bytes(
            {
                **checkpoint,
                'meta': {
                    **checkpoint.get('meta', {}),
                    'config': f'__import__("os").system("touch '
                    f'{sentinel(path)}")\n',
                },
            }
        )
    ),
}
