"""Tests of channels that only go together."""

import torch

from mmrazor_ssdkd.models.inheritance.channel_blocks import (
    find_block,
    merge_blocks,
)

ONE = torch.tensor([[0, 1], [2, 3]])
TWO = torch.tensor([[4], [5]])
THREE = torch.tensor([[6, 7], [8, 9]])


def test_blocks_that_share_channels_become_one():
    merged = merge_blocks([[ONE], [THREE], [TWO, ONE], [THREE.flip(0)]])
    assert [[m.tolist() for m in block] for block in merged] == [
        [THREE.tolist()],
        [ONE.tolist(), TWO.tolist(), ONE.tolist()],
        [THREE.flip(0).tolist()],
    ]


def test_a_block_is_found_by_all_its_channels():
    blocks = [[ONE, TWO], [THREE]]
    block, matrix = find_block(blocks, [5, 4])
    assert block is blocks[0]
    assert matrix is TWO
    assert find_block(blocks, [0, 1]) is None
