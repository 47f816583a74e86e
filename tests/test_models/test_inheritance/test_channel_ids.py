"""Tests of ids that are merged."""

import torch

from mmrazor_ssdkd.models.inheritance.channel_ids import NOBODY, ChannelIds


def test_merged_ids_are_found_as_one():
    ids = ChannelIds()
    one, two, three = ids.fresh(2), ids.fresh(2), ids.fresh(2)
    ids.unify(two, three)
    ids.unify(one, two.flip(0))
    assert ids.find(one).tolist() == [0, 1]
    assert ids.find(two).tolist() == [1, 0]
    assert ids.find(three).tolist() == [1, 0]
    assert len(ids) == 6


def test_nobody_merges_with_none():
    ids = ChannelIds()
    some = ids.fresh(2)
    ids.unify(some, torch.tensor([NOBODY, NOBODY]))
    assert ids.find(torch.tensor([[1, NOBODY]])).tolist() == [[1, NOBODY]]


def test_what_repeats_in_memory_is_merged_once():
    ids = ChannelIds()
    one, two = ids.fresh(3), ids.fresh(3)
    size = (1000, 3, 1000, 1000)
    ids.unify(*(i.view(1, 3, 1, 1).expand(size) for i in (one, two)))
    assert ids.find(two).tolist() == [0, 1, 2]


def test_parameters_are_alone_until_they_meet_features():
    ids = ChannelIds()
    own, other, made = ids.fresh(2, True), ids.fresh(2, True), ids.fresh(1)
    ids.unify(own, other)
    assert ids.alone() == {0, 1}
    ids.unify(other[:1], made)
    assert ids.alone() == {1}
