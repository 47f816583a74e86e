"""Tests that a damaged file is named instead of half read."""

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
