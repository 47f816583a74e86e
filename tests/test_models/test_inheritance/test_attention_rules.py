"""Tests of channels that meet in products of matrices."""

import torch
from torch import nn

from mmrazor_ssdkd.models.inheritance.channel_tracer import Tracer


def tracer_of(*tensors):
    """Returns a tracer that knows tensors, (N, heads, tokens, channels)."""
    tracer = Tracer(nn.Module())
    for tensor in tensors:
        size = tensor.shape[1] * tensor.shape[3]
        ids = tracer.ids.fresh(size).view(1, tensor.shape[1], 1, -1)
        tracer.put(tensor, ids.expand(tensor.shape))
    return tracer


def test_heads_stay_known_through_masks_and_softmax():
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    tracer = tracer_of(query, key, value)
    with tracer:
        weights = (query @ key.mT + torch.rand(2, 1, 5, 5)).softmax(-1)
        out = torch.matmul(weights, value)
    assert tracer.get(out)[0, :, 0].tolist() == [[12, 13, 14], [15, 16, 17]]
    (block,) = tracer.result().blocks
    rows = [matrix.tolist() for matrix in block]
    assert [[0, 1, 2], [3, 4, 5]] in rows
    assert [[12, 13, 14], [15, 16, 17]] in rows


def test_batches_of_heads():
    query, key = (torch.rand(2, 2, 5, 3) for _ in range(2))
    tracer = tracer_of(query, key)
    with tracer:
        torch.bmm(query.reshape(4, 5, 3), key.reshape(4, 5, 3).transpose(1, 2))
    (block,) = tracer.result().blocks
    assert block[0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tracer.ids.find(torch.arange(6, 12)).tolist() == list(range(6))


def test_channels_of_one_factor_go_on():
    features = torch.rand(1, 1, 5, 3)
    tracer = tracer_of(features)
    with tracer:
        mixed = torch.rand(1, 1, 7, 5) @ features
        ended = features @ torch.rand(1, 1, 3, 2)
        across = features.mT @ torch.rand(1, 1, 5, 2)
    assert tracer.get(mixed)[0, 0, 0].tolist() == [0, 1, 2]
    assert tracer.get(ended) is None
    assert tracer.get(across)[0, 0, :, 0].tolist() == [0, 1, 2]
