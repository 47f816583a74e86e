"""Tests of functions that are short for others."""

import pytest
import torch
from inherited_networks import Network, trace
from torch import nn

from mmrazor_ssdkd.models.inheritance.channel_tracer import Tracer
from mmrazor_ssdkd.models.inheritance.shorthand_rules import (
    _parse,
    _written_out,
)


def heads(tracer, tensor):
    """Gives (N, heads, tokens, channels) ids of its heads' channels."""
    size = tensor.shape[1] * tensor.shape[3]
    ids = tracer.ids.fresh(size).view(1, tensor.shape[1], 1, -1)
    tracer.put(tensor, ids.expand(tensor.shape))


def blocks(tracer):
    """Returns what goes together, in an order of its own."""
    return sorted(
        sorted(matrix.tolist() for matrix in block)
        for block in tracer.result().blocks
    )


@pytest.mark.parametrize(
    ('equation', 'shapes'),
    [
        ('bhid,bhjd->bhij', [(2, 3, 4, 5), (2, 3, 6, 5)]),
        ('b h i j, b h j d -> b i h d', [(2, 3, 4, 5), (2, 3, 5, 6)]),
        ('bchw,bciw->bwhi', [(2, 3, 4, 5), (2, 3, 6, 5)]),
        ('...id,...jd->...ij', [(2, 3, 4, 5), (3, 6, 5)]),
        ('...d,de', [(2, 3, 4), (4, 5)]),
        ('ed,...d->...e', [(5, 4), (2, 3, 4)]),
        ('bhd,hde->be', [(2, 3, 4), (3, 4, 5)]),
        ('bc,bc->b', [(2, 3), (2, 3)]),
        ('bc,bc->bc', [(2, 3), (2, 3)]),
        ('bc,bp->bcp', [(2, 3), (2, 4)]),
        ('bcp,bp->b', [(2, 3, 4), (2, 4)]),
        ('bhid,bhjd->bhij', [(2, 3, 4, 1), (1, 3, 6, 5)]),
        ('...d,d->...', [(2, 3, 4), (4,)]),
        ('i,j->ij', [(2,), (3,)]),
        ('...ij->ij', [(2, 3, 4)]),
        ('bnc->bcn', [(2, 3, 4)]),
        ('bnc->bc', [(2, 3, 4)]),
        ('ba', [(2, 3)]),
    ],
)
def test_what_an_equation_is_short_for(equation, shapes):
    torch.manual_seed(0)
    tensors = [torch.rand(shape) for shape in shapes]
    parsed = _parse(equation, [tensor.dim() for tensor in tensors])
    made = _written_out(Tracer(nn.Module()), tensors, parsed)
    torch.testing.assert_close(made, torch.einsum(equation, *tensors))


@pytest.mark.parametrize(
    ('equation', 'dims'),
    [('bii->bi', [3]), ('ab,bc,cd->ad', [2, 2, 2]), ([0, 1], [2])],
)
def test_what_is_not_followed(equation, dims):
    assert _parse(equation, dims) is None


@pytest.mark.parametrize('dotted', [False, True])
def test_attention(dotted):
    """Leaves the same behind as products of matrices."""
    start = '...' if dotted else 'bh'
    query, key, value = (torch.rand(2, 2, 5, 3) for _ in range(3))
    found = []
    for written in (False, True):
        tracer = Tracer(nn.Module())
        for tensor in (query, key, value):
            heads(tracer, tensor)
        with tracer:
            if written:
                weights = torch.einsum(
                    f'{start}id,{start}jd->{start}ij', query, key
                ).softmax(-1)
                out = torch.einsum(
                    f'{start}ij,{start}jd->{start}id', [weights, value]
                )
            else:
                out = (query @ key.mT).softmax(-1) @ value
        same = tracer.ids.find(torch.arange(18)).tolist()
        found.append([tracer.get(out).tolist(), same, blocks(tracer)])
    assert found[0] == found[1]
    assert found[0][1] == [*range(6), *range(6), *range(12, 18)]


def test_places_of_a_criss_cross():
    """As in CCNet: each place looks at its row."""
    query, key, value = (torch.rand(2, 3, 4, 5) for _ in range(3))
    tracer = Tracer(nn.Module())
    for tensor in (query, key, value):
        tracer.label(tensor, tracer.ids.fresh(3), 1)
    with tracer:
        weights = torch.einsum('bchw,bchj->bhwj', query, key).softmax(-1)
        out = torch.einsum('bchj,bhwj->bchw', value, weights)
    assert tracer.get(out)[0, :, 0, 0].tolist() == [6, 7, 8]
    assert tracer.ids.find(torch.arange(3, 6)).tolist() == [0, 1, 2]


@pytest.mark.parametrize('equation', ['bnc,co->bno', 'co,bnc->bno'])
def test_a_layer(equation):
    class Written(Network):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.rand(3, 4))
            self.fc = nn.Linear(4, 5)

        def run(self, x):
            tensors = [x.flatten(2).transpose(1, 2), self.weight]
            if equation.startswith('co'):
                tensors.reverse()
            return self.fc(torch.einsum(equation, *tensors).mean(1))

    found = trace(Written())
    assert found.inputs['weight'].equal(found.image)
    assert found.outputs['weight'].equal(found.inputs['fc.weight'])


def test_a_layer_and_its_bias_at_once():
    """As those of transformers' ImageGPT."""

    class Added(Network):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.rand(3, 4))
            self.bias = nn.Parameter(torch.rand(4))
            self.fc = nn.Linear(4, 5)

        def run(self, x):
            rows = x.flatten(2).transpose(1, 2).reshape(-1, 3)
            made = torch.addmm(self.bias, rows, self.weight)
            return self.fc(made.view(len(x), -1, 4).mean(1))

    found = trace(Added())
    assert found.inputs['weight'].equal(found.image)
    assert found.outputs['weight'].equal(found.inputs['fc.weight'])
    assert found.slots['bias', 0].equal(found.outputs['weight'])


def test_attention_with_a_mask_at_once():
    query, key = (torch.rand(4, 5, 3) for _ in range(2))
    tracer = Tracer(nn.Module())
    for tensor in (query, key):
        tracer.label(tensor, tracer.ids.fresh(3), 2)
    with tracer:
        out = torch.baddbmm(
            torch.rand(1, 5, 5), batch1=query, batch2=key.mT, alpha=0.5
        )
    # Of a single head.
    assert tracer.get(out).unique().tolist() == [6]
    assert tracer.ids.find(torch.arange(3, 6)).tolist() == [0, 1, 2]
