"""Blocks in lists, and which of them are counterparts."""

import torch
from inherited_networks import layer
from torch import nn

from mmrazor_ssdkd.models.inheritance.layer_pairs import pair_tensors


def layers(student, teacher, meta=False):
    """Returns the weights with a counterpart that make channels."""
    with torch.device('meta' if meta else 'cpu'):
        student, teacher = student(), teacher()
    return {
        ours.removesuffix('.weight'): theirs.removesuffix('.weight')
        for ours, theirs in pair_tensors(student, teacher).items()
        if student.state_dict()[ours].dim() > 1
    }


def rows(student, teacher):
    """Returns counterparts of two lists, by their numbers."""
    pairs = layers(lambda: student, lambda: teacher)
    return {
        int(k.split('.')[0]): int(v.split('.')[0]) for k, v in pairs.items()
    }


class Block(nn.Module):
    """A block that changes width, size, both or neither."""

    def __init__(self, before, after, stride=1):
        super().__init__()
        self.inner = layer(before, 6, 1)
        self.conv = nn.Conv2d(6, 6, 3, stride, 1, groups=6)
        self.outer = nn.Conv2d(6, after, 1)


class Other(Block):
    """One of another class."""
