"""Channels that only go together, such as the heads of an attention."""

from collections.abc import Iterable
from typing import Optional

import torch

__all__ = ['Block', 'find_block', 'merge_blocks']

# Matrices of ids, (blocks, channels of a block), whose rows belong together.
Block = list[torch.Tensor]


def merge_blocks(blocks: list[Block]) -> list[Block]:
    """Makes blocks that share some of their channels one.

    Args:
        blocks (list): As they were found.

    Returns:
        list: Blocks that are chosen independently.
    """
    merged: list[Block] = []
    for block in blocks:
        shared = [other for other in merged if _share(block, other)]
        # By identity: tensors have no truth value.
        merged = [
            other for other in merged if all(other is not s for s in shared)
        ]
        merged.append([matrix for part in (*shared, block) for matrix in part])
    return merged


def _share(left: Block, right: Block) -> bool:
    """Returns whether blocks have a matrix in common."""
    return any(torch.equal(one, other) for one in left for other in right)


def find_block(
    blocks: list[Block], channels: Iterable[int]
) -> Optional[tuple[Block, torch.Tensor]]:
    """Finds what block some channels are of.

    Args:
        blocks (list): The network's.
        channels (Iterable[int]): All of a kind, by id.

    Returns:
        tuple | None: The block and which of its matrices they are, if any.
    """
    wanted = set(channels)
    for block in blocks:
        for matrix in block:
            if set(matrix.reshape(-1).tolist()) == wanted:
                return block, matrix
    return None
