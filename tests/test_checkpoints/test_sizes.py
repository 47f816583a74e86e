"""Tests that no small file fills the memory."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from mmrazor_ssdkd.checkpoints import read_checkpoint
from mmrazor_ssdkd.checkpoints.sizes import tensors_in

# 4 GB of numbers.
MANY = 1 << 30


class Huge:
    """Pickles as a call that makes a tensor of any size."""

    def __reduce__(self) -> Any:
        """One that torch allows."""
        return torch.Tensor, (MANY,)


def huge_content() -> dict[str, Any]:
    """Contents by name, each of which names far more numbers than it has."""
    shared = torch.zeros(1).expand(MANY)
    own: dict[str, Any] = dict(w=shared)
    own['own'] = own
    return {
        'weight': dict(w=shared),
        'beside the weights': dict(w=torch.ones(1), state=[(dict(a=shared),)]),
        'a file that holds itself': own,
        'a call': dict(w=torch.ones(1), a=Huge()),
    }


@pytest.mark.parametrize('name', huge_content())
def test_tensor_that_is_larger_than_its_file_raises(tmp_path, name):
    """Before anything looks at its numbers."""
    path = tmp_path / 'weights.pth'
    torch.save(huge_content()[name], path)
    assert path.stat().st_size < 10_000
    with pytest.raises(ValueError, match='4294967296 bytes, more than the'):
        read_checkpoint(str(path), 'checkpoint')


def test_many_that_are_together_larger_raise(tmp_path):
    """Each of them is smaller than the file."""
    content = dict(w=torch.ones(1000), a=[Large() for _ in range(10)])
    path = tmp_path / 'weights.pth'
    torch.save(content, path)
    with pytest.raises(ValueError, match='more than the'):
        read_checkpoint(str(path), 'checkpoint')


class Large(Huge):
    """Of 4,000 bytes."""

    def __reduce__(self) -> Any:
        """One that torch allows."""
        return torch.Tensor, (1000,)


def test_zip_that_grows_raises(tmp_path):
    """Zeros deflate to a thousandth; torch never deflates."""
    path, deflated = tmp_path / 'weights.pth', tmp_path / 'small.pth'
    torch.save(dict(w=torch.zeros(1 << 20)), path)
    repack(path, deflated)
    assert deflated.stat().st_size < 20_000
    with pytest.raises(ValueError, match='is compressed'):
        read_checkpoint(str(deflated), 'checkpoint')


def repack(path: Path, other: Path) -> None:
    """Compresses a zip's parts."""
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(other, 'w', zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))


def test_what_shares_memory_is_read(tmp_path):
    """Tied weights, parts of one tensor and a small one that is expanded."""
    weight = torch.arange(4096.0)
    content = dict(
        a=weight,
        b=weight.view(64, 64),
        c=weight[7:9],
        d=torch.ones(1).expand(64),
        e=torch.nn.Parameter(weight),
    )
    path = tmp_path / 'weights.pth'
    for new in (True, False):
        torch.save(content, path, _use_new_zipfile_serialization=new)
        found = read_checkpoint(str(path), 'checkpoint')
        assert all(torch.equal(found[k], content[k]) for k in content)


def test_places_of_tensors():
    """By the names of what they are in."""
    one = torch.ones(1)
    content = {'a': [one, {2: (one,)}], 'b': 'text', 'c': {one}}
    places = sorted(place for place, _ in tensors_in(content))
    assert places == ['a.0', 'a.1.2.0', 'c.0']
    assert [place for place, _ in tensors_in(one, 'x')] == ['x']
