"""Tests of channels that meet in products of matrices."""

import pytest
import torch
from inherited_networks import Network, inherit, randomize
from torch import nn
from torch.nn import functional as F

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


def test_places_are_weighed_by_a_mask_of_one_channel():
    """As a global context is."""
    features, mask = torch.rand(2, 1, 3, 5), torch.rand(2, 1, 5, 1)
    tracer = Tracer(nn.Module())
    tracer.put(features, tracer.ids.fresh(3).view(3, 1).expand(2, 1, 3, 5))
    tracer.put(mask, tracer.ids.fresh(1).view(1, 1).expand(2, 1, 5, 1))
    with tracer:
        out = features @ mask.softmax(2)
    assert tracer.get(out)[0, 0, :, 0].tolist() == [0, 1, 2]


def rows_of(block):
    """Returns a block's matrices, without those of heads."""
    return [matrix.tolist() for matrix in block if matrix.shape[1] > 1]


def linear(query, key, value):
    """Returns what a linear attention gives, its sums normalised."""
    query, key = query.relu(), key.relu()
    sums = query @ key.mean(-2, keepdim=True).mT
    return query @ ((key.mT * 0.5) @ value) / sums


def linear_with_ones(query, key, value):
    """Returns the same, whose values have ones beside them for the sums."""
    value = F.pad(value, (0, 1), value=1)
    out = query @ (key.mT @ value)
    return out[..., :-1] / out[..., -1:]


@pytest.mark.parametrize('attention', [linear, linear_with_ones])
def test_linear_attention(attention):
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    tracer = tracer_of(query, key, value)
    with tracer:
        out = attention(query, key, value)
    assert tracer.get(out)[0, :, 0].tolist() == [[12, 13, 14], [15, 16, 17]]
    assert tracer.ids.find(torch.arange(6, 12)).tolist() == list(range(6))
    (block,) = tracer.result().blocks
    assert [[0, 1, 2], [3, 4, 5]] in rows_of(block)
    assert [[12, 13, 14], [15, 16, 17]] in rows_of(block)


def test_cross_covariance_attention():
    """Its values are mixed over channels: by keys, to queries."""
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    tracer = tracer_of(query, key, value)
    temperature = torch.rand(2, 1, 1)
    tracer.put(
        temperature,
        tracer.ids.fresh(2, alone=True).view(2, 1, 1),
    )
    with tracer:
        weights = (query.mT @ key * temperature).softmax(-1)
        out = weights.contiguous() @ value.mT
    assert tracer.get(out)[0, :, :, 0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tracer.ids.find(torch.arange(12, 18)).tolist() == list(range(6, 12))
    (block,) = tracer.result().blocks
    rows = rows_of(block)
    assert [[0, 1, 2], [3, 4, 5]] in rows
    assert [[6, 7, 8], [9, 10, 11]] in rows
    assert [[18], [19]] in [matrix.tolist() for matrix in block]


def test_weights_of_tokens_that_are_the_other_way_round():
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    tracer = tracer_of(query, key, value)
    with tracer:
        # Keys by queries, so that queries are summed over.
        out = (query.mT @ key).mT @ value.mT
    assert tracer.get(out)[0, :, :, 0].tolist() == [[6, 7, 8], [9, 10, 11]]
    assert tracer.ids.find(torch.arange(12, 18)).tolist() == list(range(6))


def test_a_bias_of_heads_beside_queries_and_keys():
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    tracer = tracer_of(query, key, value)
    bias = torch.rand(1, 2, 5, 5)
    heads = tracer.ids.fresh(2)
    tracer.put(bias, heads.view(1, 2, 1, 1).expand(1, 2, 5, 5))
    with tracer:
        F.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    (block,) = tracer.result().blocks
    assert heads[:, None].tolist() in [matrix.tolist() for matrix in block]


class Shared(Network):
    """Heads of 4 channels, which some layers treat alike."""

    def __init__(self, heads, kind):
        super().__init__()
        self.heads, self.kind = heads, kind
        width = 4 * heads
        self.stem, self.qkv = (
            nn.Conv2d(3, width, 2, 2),
            nn.Linear(width, 3 * width),
        )
        self.fc = nn.Linear(width, 3)
        self.norm, self.conv = (
            nn.LayerNorm(4),
            nn.Conv2d(4, 4, 3, 1, 1, groups=4),
        )
        self.register_buffer('cosine', torch.rand(16, 4))

    def treat(self, x):
        if self.kind == 'norm':
            return self.norm(x)
        if self.kind == 'buffer':
            return x * self.cosine
        if self.kind == 'convolution':
            maps = x.flatten(0, 1).mT.unflatten(2, (4, 4))
            return self.conv(maps).flatten(2).mT.view(x.shape)
        return x

    def run(self, x):
        x = self.stem(x).flatten(2).mT
        qkv = self.qkv(x).view(*x.shape[:2], 3, self.heads, 4)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (self.treat(query) @ self.treat(key).mT).softmax(-1)
        out = weights @ (value.type_as(query) + 0)
        return self.fc(out.transpose(1, 2).flatten(2).mean(1))


@pytest.mark.parametrize('heads', [1, 2])
@pytest.mark.parametrize('kind', ['', 'norm', 'buffer', 'convolution'])
def test_heads_that_share_a_layer_are_chosen_whole(heads, kind):
    """The same for queries, keys and values; what they share is copied."""
    student, teacher = Shared(heads, kind), randomize(Shared(4, kind))
    copies = {copy.name: copy for copy in inherit(student, teacher).copies}
    rows = copies['qkv.weight'].index[0].view(3, heads, 4)
    first = rows[0, :, 0]
    assert (first % 4 == 0).all() and len(first.unique()) == heads
    for part in range(3):
        wanted = 16 * part + first[:, None] + torch.arange(4)
        assert rows[part].equal(wanted)
    if kind == 'norm':
        assert student.norm.weight.equal(teacher.norm.weight)
    if kind == 'convolution':
        assert student.conv.weight.equal(teacher.conv.weight)
