"""Finds out by its graph which operation a network ends in."""

import re
from collections.abc import Iterator
from typing import Any

import torch

__all__ = ['ends_in']

# Operations that only move numbers, or give such as lie between theirs.
_MOVING = {
    'AdaptiveAvgPool2D',
    'Alias',
    'Amax',
    'AsStrided',
    'AvgPool2D',
    'Cat',
    'Clamp',
    'Clone',
    'Expand',
    'Index',
    'Max',
    'MaxPool2DWithIndices',
    'Mean',
    'Permute',
    'ReshapeAlias',
    'Select',
    'Slice',
    'Split',
    'Squeeze',
    'Stack',
    'T',
    'ToCopy',
    'Transpose',
    'Unbind',
    'UnsafeView',
    'Unsqueeze',
    'UpsampleBicubic2D',
    'UpsampleBilinear2D',
    'UpsampleNearest2D',
    'UpsampleNearestExact2D',
    'View',
}
_NUMBERED = re.compile(r'(\w+)Backward\d*')


def ends_in(logits: torch.Tensor, *operations: str) -> bool:
    """Returns whether the last thing that a network does is of some kinds.

    What moves or mixes its results afterwards, such as a reshaping or a
    resizing of maps, does not count.

    Args:
        logits (torch.Tensor): What a network gave, with its graph.
        *operations (str): As torch names their nodes: 'Sigmoid' of
            ``SigmoidBackward0``; 'Log.Sigmoid' is a logarithm of one.
    """
    ends = list(_ends(logits.grad_fn))
    return bool(ends) and all(end in operations for end in ends)


def _ends(node: Any) -> Iterator[str]:
    """Yields the names of the last operations, '' of an unknown one."""
    # Concatenations share what they are of.
    seen, rest = set(), [node]
    while rest:
        node = rest.pop()
        if node in seen:
            continue
        seen.add(node)
        name = _name(node)
        before = [n for n, _ in getattr(node, 'next_functions', ()) if n]
        if name in _MOVING and before:
            rest.extend(before)
        elif name == 'Log' and len(before) == 1:
            yield from (f'Log.{end}' for end in _ends(before[0]))
        else:
            yield name


def _name(node: Any) -> str:
    """Returns what torch calls a node's operation."""
    found = _NUMBERED.fullmatch(type(node).__name__)
    return found[1] if found else ''
