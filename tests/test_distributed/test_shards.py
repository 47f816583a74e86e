"""Tests of dealing samples out to another number of processes."""

import pytest
import torch

from mmrazor_ssdkd.distributed import deal


def shard(*order: int) -> dict:
    """Returns what a buffer of samples of some ages saved."""
    ages = torch.tensor(order)
    samples = dict(order=ages, images=10 * ages) if order else {}
    return dict(num_added=max(order, default=0) + 1, samples=samples)


@pytest.mark.parametrize('number', [1, 2, 3])
def test_every_sample_goes_to_one(number):
    """None is lost, none is there twice, and parts are of nearly one size."""
    saved = [shard(0, 1, 2), shard(0, 1)]
    hands = [deal(saved, number, rank, 9) for rank in range(number)]
    images = [hand['samples']['images'] for hand in hands]
    assert sorted(torch.cat(images).tolist()) == [0, 0, 10, 10, 20]
    sizes = [len(part) for part in images]
    assert max(sizes) - min(sizes) <= 1
    assert all(hand['num_added'] == 3 for hand in hands)


def test_the_oldest_leave():
    """Where a process holds fewer than it gets."""
    hand = deal([shard(0, 1, 2), shard(0, 1, 3)], 1, 0, 2)
    assert hand['samples']['order'].tolist() == [2, 3]


@pytest.mark.parametrize('saved', [[shard(), shard()], [shard(4)]])
def test_too_few(saved):
    """All start with an empty shard where one would have to."""
    assert all(deal(saved, 2, rank, 9)['samples'] == {} for rank in range(2))
