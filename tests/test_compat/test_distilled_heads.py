"""Tests of MMRazor's head with a token to distil into."""

import torch
from mmrazor.models.architectures.heads import DeiTClsHead


def test_tokens_of_mmcls_and_of_mmpretrain():
    """With the patches before them or without, the result is the same."""
    head = DeiTClsHead(num_classes=3, in_channels=4)
    patches, first, second = torch.randn(3, 2, 4)
    expected = head.layers.head(first)
    assert torch.equal(head(([patches, first, second],)), expected)
    assert torch.equal(head(((first, second),)), expected)
