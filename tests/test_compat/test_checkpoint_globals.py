"""Tests of reading mmengine's checkpoints, and nothing worse."""

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub

from mmrazor_ssdkd.checkpoints import read_checkpoint


class Call:
    """Pickles as a call of any function, as a malicious file has it."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple:
        """Returns what unpickling is to call."""
        return self.call


def save(content: Any, folder: Path) -> Path:
    """Writes a checkpoint and returns its path."""
    torch.save(content, folder / 'checkpoint.pth')
    return folder / 'checkpoint.pth'


def test_checkpoint_of_mmengine_loads(tmp_path):
    """A message hub comes back with its histories, values and methods."""
    hub = MessageHub.get_instance('test_checkpoint_globals')
    for loss in (1.0, 2.0, 6.0):
        hub.update_scalar('train/loss', loss)
    hub.update_info('iter', 3)
    hub.update_info('lr', np.float64(0.5))
    hub.update_info('accuracy', np.float32(0.25))
    hub.update_info('counts', np.arange(4))
    path = save(dict(message_hub=hub.state_dict()), tmp_path)
    # Without these in the file the test would show nothing.
    content = path.read_bytes()
    assert b'HistoryBuffer' in content
    assert b'getattr' in content

    state = torch.load(path, weights_only=True)['message_hub']

    loss = state['log_scalars']['train/loss']
    assert isinstance(loss, HistoryBuffer)
    assert loss.data[0].tolist() == [1.0, 2.0, 6.0]
    assert loss.statistics('mean') == 3.0
    assert loss.statistics('max') == 6.0
    assert loss.statistics('min') == 1.0
    assert loss.statistics('current') == 6.0
    info = state['runtime_info']
    assert (info['iter'], info['lr'], info['accuracy']) == (3, 0.5, 0.25)
    assert info['counts'].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize('dtype', ['?', 'b', 'B', 'i', 'q', 'e', 'f', 'd'])
def test_array_loads(tmp_path, dtype):
    """Arrays and scalars of every usual type come back as they were."""
    array = np.array([0, 1, 1]).astype(dtype)
    path = save([array, array[1]], tmp_path)
    loaded, scalar = torch.load(path, weights_only=True)
    assert loaded.dtype == array.dtype
    assert loaded.tolist() == array.tolist()
    assert scalar == array[1]


def test_malicious_file_does_not_run(tmp_path):
    """A file that asks for a shell command raises and runs none."""
    witness = tmp_path / 'witness'
    path = save(Call(os.system, f'touch {witness}'), tmp_path)
    with pytest.raises(pickle.UnpicklingError, match='system'):
        torch.load(path, weights_only=True)
    assert not witness.exists()
    # The file does what it threatens where nothing protects.
    torch.load(path, weights_only=False)
    assert witness.exists()


@pytest.mark.parametrize(
    ('owner', 'name'),
    [
        (HistoryBuffer, '__init__'),
        (HistoryBuffer, 'register_statistics'),
        (OrderedDict, 'fromkeys'),
        (OrderedDict, 'max'),
    ],
)
def test_getattr_on_anything_else_raises(tmp_path, owner, name):
    """A pickled `getattr` reaches four methods of HistoryBuffer alone."""
    path = save(Call(getattr, owner, name), tmp_path)
    with pytest.raises(pickle.UnpicklingError, match=f'only look up.*{name}'):
        torch.load(path, weights_only=True)


def test_what_others_allow_changes_nothing(tmp_path):
    """numpy's own names, which torch would take or not, by chance."""
    history = HistoryBuffer([1.0, 2.0], [1, 1])
    (tmp_path / 'theirs').mkdir()
    path = save(dict(a=history, w=torch.ones(1)), tmp_path)
    for _ in range(20):
        # Other objects each time, so that they are in another order.
        others = [
            (lambda *_: 1 / 0, f'numpy._core.multiarray.{name}')
            for name in ('_reconstruct', 'scalar')
        ]
        others += [
            (lambda *_: 1 / 0, 'numpy.core.multiarray._reconstruct'),
            (lambda *_: 1 / 0, 'numpy.ndarray'),
            (lambda *_: 1 / 0, 'numpy.dtype'),
            Theirs,
        ]
        with torch.serialization.safe_globals(others):
            before = set(torch.serialization.get_safe_globals())
            found = read_checkpoint(str(path), 'checkpoint')
            assert found['a'].mean() == 1.5
            assert set(torch.serialization.get_safe_globals()) == before
            # What they allow beside is read, too.
            theirs = save(dict(a=Theirs()), tmp_path / 'theirs')
            assert isinstance(read_checkpoint(str(theirs), 'c')['a'], Theirs)


class Theirs:
    """Of another library, which allows it."""


def test_message_of_a_refused_call_is_short(tmp_path):
    """A list of ten times one list, and so on, has a `repr` without end."""
    many: Any = ['x'] * 10
    for _ in range(10):
        many = [many] * 10
    for call in (
        Call(getattr, many, 'mean'),
        Call(np.dtype, many),
        Call(np.ndarray, many),
    ):
        with pytest.raises(pickle.UnpicklingError) as info:
            torch.load(save(call, tmp_path), weights_only=True)
        assert len(str(info.value)) < 2000


def test_getattr_cannot_reach_globals(tmp_path):
    """The way from a method to its module's globals is closed."""
    method = Call(getattr, HistoryBuffer, 'mean')
    path = save(Call(getattr, method, '__globals__'), tmp_path)
    with pytest.raises(pickle.UnpicklingError, match='only look up'):
        torch.load(path, weights_only=True)
    assert 'np' in torch.load(path, weights_only=False)


def test_array_of_objects_raises(tmp_path):
    """An array that holds arbitrary objects is refused."""
    path = save(np.array([None], dtype=object), tmp_path)
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)
