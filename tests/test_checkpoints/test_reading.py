"""Tests that a damaged file is named instead of half read."""

import pickle
import zipfile
from pathlib import Path

import pytest
import torch

from mmrazor_ssdkd.checkpoints import read_checkpoint


@pytest.fixture
def path(tmp_path) -> Path:
    """A good checkpoint."""
    path = tmp_path / 'weights.pth'
    torch.save(dict(x=torch.ones(64), y='text'), path)
    return path


@pytest.mark.parametrize('bit', [0, 3, 7])
@pytest.mark.parametrize('entry', ['data/0', 'data.pkl'])
def test_flipped_bit_raises(path, entry, bit):
    """Of weights, which torch would take, and of all else."""
    with zipfile.ZipFile(path) as file:
        (name,) = (n for n in file.namelist() if n.endswith(entry))
        content = file.read(name)
    whole = bytearray(path.read_bytes())
    start = whole.index(content)
    whole[start + len(content) // 2] ^= 1 << bit
    path.write_bytes(whole)
    with pytest.raises(ValueError, match='`checkpoint` must be') as info:
        read_checkpoint(str(path), 'checkpoint')
    assert repr(str(path)) in str(info.value)
    assert entry in str(info.value)


def test_flipped_bit_passes_by_torch(path):
    """Or nobody would have to ask."""
    whole = bytearray(path.read_bytes())
    start = whole.index(torch.ones(64).numpy().tobytes())
    whole[start + 3] ^= 1
    path.write_bytes(whole)
    assert not torch.equal(torch.load(path)['x'], torch.ones(64))


def test_home_is_found(path, monkeypatch):
    """A path under `~`, as mmengine has it."""
    monkeypatch.setenv('HOME', str(path.parent))
    assert read_checkpoint('~/weights.pth', 'checkpoint')['y'] == 'text'


@pytest.mark.parametrize('name', ['x' * 300, 'a\0b', '~nobody_here/a.pth'])
def test_what_is_no_name_of_a_file(name):
    """Is no file either."""
    with pytest.raises(ValueError, match='`checkpoint` must be an existing'):
        read_checkpoint(name, 'checkpoint')


class Thing:
    """Of a class that torch does not know."""


def test_advises_nobody_to_run_code(path):
    """Neither by another call of torch's nor by a list of its own."""
    torch.save(dict(a=Thing()), path)
    with pytest.raises(ValueError, match='asks to run code') as info:
        read_checkpoint(str(path), 'checkpoint')
    assert 'safe_globals' not in str(info.value)
    assert 'weights_only' not in str(info.value)


def test_says_the_reason_within_another_error(path):
    """What was handled around it is no reason."""
    torch.jit.script(torch.nn.ReLU()).save(str(path))
    try:
        raise pickle.UnpicklingError('another one')
    except pickle.UnpicklingError:
        with pytest.raises(ValueError, match='TorchScript'):
            read_checkpoint(str(path), 'checkpoint')
