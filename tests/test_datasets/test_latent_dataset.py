"""Tests of the training set of a method that has none."""

import pytest
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS
from torch.utils.data import DataLoader, default_collate

from mmrazor_ssdkd.datasets import LatentDataset


@pytest.mark.parametrize('length', [1, 5, 10**9])
def test_length(length):
    """It is as long as the data scale, at no cost."""
    assert len(LatentDataset(length)) == length


def test_items_are_counted():
    """An item is the number of its draw, and iteration ends."""
    dataset = LatentDataset(4)
    assert [item['inputs'] for item in dataset] == [0, 1, 2, 3]


@pytest.mark.parametrize('index', [3, -1, 100])
def test_index_out_of_range_raises(index):
    """Only the draws of an epoch exist."""
    with pytest.raises(IndexError, match='`index` must be in 0 to 2'):
        LatentDataset(3)[index]


def test_items_collate():
    """A batch has one entry per draw, whose number is all that counts."""
    dataset = LatentDataset(5)
    items = [dataset[i] for i in (4, 2)]
    assert torch.equal(default_collate(items)['inputs'], torch.tensor([4, 2]))
    # mmengine's own, which leaves numbers alone.
    assert pseudo_collate(items) == dict(inputs=[4, 2])


def test_loader():
    """A stock loader makes batches of the student's size."""
    loader = DataLoader(LatentDataset(10), batch_size=4, shuffle=True)
    batches = [batch['inputs'] for batch in loader]
    assert [len(batch) for batch in batches] == [4, 4, 2]
    assert sorted(torch.cat(batches).tolist()) == list(range(10))


def test_builds_from_config():
    """A config with the prefix builds one."""
    cfg = dict(type='mmrazor_ssdkd.LatentDataset', length=1280)
    assert len(DATASETS.build(cfg)) == 1280


@pytest.mark.parametrize(
    ('length', 'error', 'message'),
    [
        (0, ValueError, r'`length` must be >= 1, but got 0'),
        (-5, ValueError, r'`length` must be >= 1, but got -5'),
        (2.5, TypeError, r'`length` must be an int, but got 2\.5'),
        (True, TypeError, r'`length` must be an int, but got True'),
        ('8', TypeError, r"`length` must be an int, but got '8'"),
    ],
)
def test_bad_length_raises(length, error, message):
    """The message has the name, rule and value."""
    with pytest.raises(error, match=message):
        LatentDataset(length)
