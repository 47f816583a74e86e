"""Tests that a checkpoint's arrays are of numbers, or refused."""

import copy
import copyreg
import pickle
import zipfile
from pathlib import Path
from typing import Any, Optional

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from warm_start import run_script

# Touches what it loads, as training does, where that still can crash.
LOAD = """
import sys
import torch
import mmrazor_ssdkd
try:
    loaded = torch.load(sys.argv[1], weights_only=True)
    print('loaded', repr(loaded), loaded.tolist())
except Exception as error:
    print('raised', type(error).__name__, error)
"""
# numpy 2 moved their module.
_reconstruct = np.array(0).__reduce__()[0]
scalar = np.float64(0).__reduce__()[0]
BYTES = b'\1\2\3\4\5\6\7\10'


class Call:
    """Pickles as a call and, if there is one, a state for what it returns."""

    def __init__(
        self, function: Any, *args: Any, state: Optional[Any] = None
    ) -> None:
        self.call = (function, args, *([] if state is None else [state]))

    def __reduce__(self) -> tuple:
        """Returns what unpickling is to call."""
        return self.call


class New:
    """Pickles as an array that is made past the constructor's checks."""

    # pickle writes NEWOBJ for what looks like one.
    __class__ = np.ndarray

    def __init__(self, *args: Any) -> None:
        self.args = args

    def __reduce__(self) -> tuple:
        """Returns what protocol 2 writes as NEWOBJ."""
        return copyreg.__newobj__, (np.ndarray, *self.args)


def dtype(code: str, state: Optional[tuple] = None) -> Call:
    """Pickles as a type, with a state of one's choice."""
    return Call(np.dtype, code, False, True, state=state)


def plain(code: str, order: str = '<') -> Call:
    """Pickles as numpy writes a type of numbers."""
    return dtype(code, (3, order, None, None, None, -1, -1, 0))


def array(*state: Any) -> Call:
    """Pickles as numpy writes an array, with a state of one's choice."""
    return Call(_reconstruct, np.ndarray, (0,), b'b', state=state)


class Subclass(np.ndarray):
    """An array of another class."""


HOSTILE = {
    'constructor': Call(np.ndarray, (1,), dtype('O8'), BYTES),
    'constructor of numbers': Call(np.ndarray, (9,), plain('f8'), BYTES),
    'constructor with strides': Call(
        np.ndarray, (2,), plain('b1'), BYTES, 0, (-99,)
    ),
    'newobj': New((1,), plain('f8'), BYTES),
    'objects': np.array([None], dtype=object),
    'objects of bytes': array(1, (1,), dtype('O8'), False, BYTES),
    'objects at once': Call(_reconstruct, np.ndarray, (1,), b'O'),
    'many at once': Call(_reconstruct, np.ndarray, (1 << 40,), b'b'),
    'another class': Call(_reconstruct, Subclass, (0,), b'b'),
    'a structure': np.zeros(1, [('x', object)]),
    'a structure of numbers': np.zeros(1, [('x', 'f4')]),
    'fields by state': array(
        1,
        (1,),
        dtype('f8', (3, '<', None, ('x',), {'x': (plain('f8'), 0)}, 8, 1, 0)),
        False,
        BYTES,
    ),
    'a subarray by state': array(
        1,
        (1,),
        dtype('f8', (3, '<', (plain('f8'), (9,)), None, None, 72, 8, 0)),
        False,
        BYTES,
    ),
    'flags by state': array(
        1,
        (1,),
        dtype('f8', (3, '<', None, None, None, -1, -1, 63)),
        False,
        BYTES,
    ),
    'a size by state': array(
        1,
        (1,),
        dtype('V8', (3, '|', None, None, None, 1 << 20, 1, 0)),
        False,
        BYTES,
    ),
    'a short state': array(1, (1,), dtype('f8', (3, '<')), False, BYTES),
    'a negative shape': array(1, (-1,), plain('f8'), False, BYTES),
    'two negative shapes': array(1, (-1, -1), plain('f8'), False, BYTES),
    'a shape that overflows': array(
        1, (1 << 32, 1 << 32), plain('f8'), False, b''
    ),
    'a shape of bools': array(1, (True,), plain('f8'), False, BYTES),
    'a short buffer': array(1, (2,), plain('f8'), False, BYTES),
    'a long buffer': array(1, (1,), plain('f4'), False, BYTES),
    'a list': array(1, (1,), plain('f8'), False, [1.0]),
    'no type': array(1, (1,), 'f8', False, BYTES),
    'no state': array(()),
    'another version': array(0, (1,), plain('f8'), False, BYTES),
    'a time': np.array(['2020-01-01'], 'M8[D]'),
    'text': np.array(['text']),
    'a number of objects': Call(scalar, dtype('O8'), BYTES),
    'a short number': Call(scalar, plain('f8'), BYTES[:4]),
    'no bytes': Call(bytes, 1 << 40),
}


def save(content: Any, folder: Path) -> Path:
    """Writes a checkpoint and returns its path."""
    path = folder / 'checkpoint.pth'
    torch.save(content, path)
    return path


def rewrite(path: Path, content: bytes) -> None:
    """Puts a pickle in the place of a checkpoint's."""
    with zipfile.ZipFile(path) as file:
        entries = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, 'w') as file:
        for name, old in entries.items():
            file.writestr(name, content if name.endswith('.pkl') else old)


@pytest.mark.parametrize('name', HOSTILE)
def test_anything_but_numbers_raises(tmp_path, name):
    """Refused while it is read, with what an array must be."""
    path = save(HOSTILE[name], tmp_path)
    with pytest.raises(
        pickle.UnpicklingError, match=r'checkpoint must|not an'
    ):
        torch.load(path, weights_only=True)


@pytest.mark.slow
def test_object_array_over_bytes_does_not_crash(tmp_path):
    """In a process of its own, which would end without a word."""
    path = save(HOSTILE['constructor'], tmp_path)
    (tmp_path / 'load.py').write_text(LOAD)
    code, printed = run_script(tmp_path / 'load.py', [str(path)])
    assert code == 0, printed
    assert 'raised UnpicklingError' in printed


def test_array_is_filled_once(tmp_path):
    """A tensor that shares its memory would outlive it."""
    path = save([np.arange(2.0), np.arange(2.0)], tmp_path)
    content = pickle.dumps(np.arange(2.0), 2)
    # The state and the opcode that applies it, once more.
    start = content.index(b'(', content.index(b'R', 60))
    assert content.endswith(b'b.')
    twice = content[:-1] + content[start:]
    assert pickle.loads(twice).tolist() == [0, 1]
    rewrite(path, twice)
    with pytest.raises(pickle.UnpicklingError, match='checkpoint must'):
        torch.load(path, weights_only=True)


@pytest.mark.parametrize(
    'given',
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.zeros((0, 3), np.float32),
        np.array(2.5),
        np.arange(3).astype('>i4'),
        np.array([True, False]),
        # Where numpy keeps the bytes instead of a copy.
        np.arange(200_000.0),
    ],
    ids=str,
)
def test_numbers_load(tmp_path, given):
    """With shape, type and layout, to read and to write."""
    loaded = torch.load(save(given, tmp_path), weights_only=True)
    # numpy turns bytes around that are not in the machine's order.
    assert loaded.dtype == pickle.loads(pickle.dumps(given, 2)).dtype
    assert loaded.shape == given.shape
    assert np.array_equal(loaded, given)
    assert loaded.flags.f_contiguous == given.flags.f_contiguous
    assert loaded.flags.writeable


def test_loaded_array_is_an_ordinary_one(tmp_path):
    """In what is computed from it and in what is pickled of it."""
    given = np.arange(3.0)
    loaded = torch.load(save(given, tmp_path), weights_only=True)
    assert pickle.dumps(loaded, 2) == pickle.dumps(given, 2)
    assert type(loaded + 1) is type(np.append(loaded, 1)) is np.ndarray
    assert type(loaded.sum()) is type(loaded[1:].max()) is np.float64
    assert np.array_equal(copy.deepcopy(loaded), given)
    assert torch.equal(torch.from_numpy(loaded), torch.arange(3.0).double())


def test_history_goes_on(tmp_path):
    """A log's history takes further values and is saved again."""
    history = HistoryBuffer([1.0], [1])
    empty = HistoryBuffer()
    content = [history, empty, np.float32(0.5), np.dtype('f4')]
    for _ in range(2):
        content = torch.load(save(content, tmp_path), weights_only=True)
        content[0].update(3.0)
        content[1].update(4.0)
    assert content[0].data[0].tolist() == [1, 3, 3]
    assert content[1].data[0].tolist() == [4, 4]
    assert content[2] == 0.5 and type(content[2]) is np.float32
    assert np.dtype(content[3]) == np.float32
