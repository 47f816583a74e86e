"""Which loops and batches SSD-KD trains in."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.dataset import DefaultSampler, InfiniteSampler
from mmengine.runner import EpochBasedTrainLoop, ValLoop
from mmrazor.engine.runner import DartsEpochBasedTrainLoop
from torch.utils.data import DataLoader
from toy_models import build, ssdkd

from mmrazor_ssdkd.datasets import LatentDataset
from mmrazor_ssdkd.engine.train_loop import check_train_loop


def _loop(batch_size, length=8, kind=EpochBasedTrainLoop, **settings):
    """Returns a loop that has a loader and nothing else."""
    loop = object.__new__(kind)
    loop.dataloader = DataLoader(
        LatentDataset(length), batch_size=batch_size, **settings
    )
    return loop


@pytest.fixture(scope='module')
def pooled():
    """An algorithm whose student ends in features of one pixel."""
    student = dict(ssdkd()['architecture'], _scope_='mmpretrain')
    student['backbone'] = dict(student['backbone'], strides=(4, 4))
    return build(ssdkd(architecture=student))


def test_batches_of_one(pooled):
    """Also the last of an epoch, but not where it is dropped or endless."""
    before = {k: v.clone() for k, v in pooled.student.state_dict().items()}
    for loop in (_loop(1), _loop(7), _loop(1, drop_last=True)):
        with pytest.raises(ValueError, match=r'batch_size` must be >= 2'):
            check_train_loop(loop, pooled)
    sampler = InfiniteSampler(LatentDataset(8))
    for loop in (_loop(2), _loop(7, drop_last=True), _loop(3, 8)):
        check_train_loop(loop, pooled)
    check_train_loop(_loop(7, sampler=sampler), pooled)
    for key, value in pooled.student.state_dict().items():
        assert torch.equal(value, before[key])
    assert pooled.student.training


def _share(monkeypatch, length, processes=2):
    """Returns a loop of one of several processes, in batches of 64."""
    module = 'mmengine.dataset.sampler.get_dist_info'
    monkeypatch.setattr(module, lambda: (0, processes))
    sampler = DefaultSampler(range(length), shuffle=False)
    return _loop(64, length, sampler=sampler)


def test_batches_of_one_of_several_processes(pooled, monkeypatch):
    """Each draws its part of an epoch."""
    check_train_loop(_share(monkeypatch, 193), pooled)
    with pytest.raises(ValueError, match='64 of 65 draws, and a last batch'):
        check_train_loop(_share(monkeypatch, 130), pooled)


def test_students_that_take_one():
    """Where each norm sees several values a single image will do."""
    check_train_loop(_loop(1), build(ssdkd()))


def test_loader_of_ones_own(pooled):
    """Of what it draws nothing is known."""
    loop = _loop(2)
    loop.dataloader = [[0, 1], [2, 3]]
    with pytest.raises(TypeError, match=r'`train_dataloader` .* for SSDKD'):
        check_train_loop(loop, pooled)


@pytest.mark.parametrize('kind', [ValLoop, DartsEpochBasedTrainLoop])
def test_other_loops(pooled, kind):
    """Of validation, or of a search among supernets."""
    with pytest.raises(ValueError, match=rf'`train_cfg.*{kind.__name__}'):
        check_train_loop(_loop(2, kind=kind), pooled)


def test_batch_size(pooled):
    """Is a number of draws."""
    with pytest.raises(TypeError, match=r'batch_size` must be an int.*None'):
        check_train_loop(_loop(None), pooled)


def test_other_models():
    """Train as they like."""
    check_train_loop(SimpleNamespace(), torch.nn.Linear(1, 1))
