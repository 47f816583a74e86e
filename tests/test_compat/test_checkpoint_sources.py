"""Tests that mmengine reads checkpoints as this package does."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.runner import checkpoint, load_checkpoint
from mmengine.runner.checkpoint import CheckpointLoader
from torch import nn


class Call:
    """Pickles as a call of any function, as a malicious file has it."""

    def __init__(self, function: Any, *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple:
        """Returns what unpickling is to call."""
        return self.call


def save(content: Any, folder: Path) -> str:
    """Writes a file and returns its path."""
    path = folder / 'weights.pth'
    torch.save(content, path)
    return str(path)


def test_weights_load(tmp_path):
    """As ever."""
    source, model = nn.Linear(2, 2), nn.Linear(2, 2)
    load_checkpoint(model, save(source.state_dict(), tmp_path))
    assert torch.equal(model.weight, source.weight)


def test_home_and_device(tmp_path, monkeypatch):
    """A path under `~`, and tensors where they are asked for."""
    save(dict(x=torch.ones(1)), tmp_path)
    monkeypatch.setenv('HOME', str(tmp_path))
    loaded = CheckpointLoader.load_checkpoint('~/weights.pth', 'meta')
    assert loaded['x'].device.type == 'meta'


def test_environment_cannot_turn_the_protection_off(tmp_path, monkeypatch):
    """torch's variable decides only where nobody else does."""
    witness = tmp_path / 'witness'
    path = save(dict(x=Call(os.system, f'touch {witness}')), tmp_path)
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    with pytest.raises(ValueError, match='asks to run code') as info:
        CheckpointLoader.load_checkpoint(path, 'cpu')
    assert path in str(info.value)
    assert not witness.exists()


@pytest.mark.parametrize('scheme', ['http', 'https', 'torchvision'])
def test_address_is_read_by_this_package(monkeypatch, scheme):
    """Also where a model zoo's name stands for it."""
    asked = []

    def download(url, read):
        asked.append(url)
        return dict(x=1)

    module = 'mmrazor_ssdkd.checkpoints.reading.download'
    monkeypatch.setattr(module, download)
    address = 'https://example.com/w.pth'
    monkeypatch.setattr(
        checkpoint, 'get_torchvision_models', lambda: {'name': address}
    )
    source = f'{scheme}://example.com/w.pth'
    if scheme == 'torchvision':
        source, scheme = 'torchvision://name', 'https'
    assert CheckpointLoader.load_checkpoint(source) == dict(x=1)
    assert asked == [f'{scheme}://example.com/w.pth']
