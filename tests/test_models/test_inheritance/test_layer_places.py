"""Rows of maps, and how much each counts."""

import pytest
import torch
from torch import nn

from mmrazor_ssdkd.models.inheritance import layer_places
from mmrazor_ssdkd.models.inheritance.layer_places import Places


def maps():
    """Logits of two images of 4x4: a corner of class 1, all else class 0."""
    logits = torch.zeros(2, 2, 4, 4)
    logits[:, 0] = 1.0
    logits[:, 1, :2, :2] = 2.0
    return logits


def test_classes_count_the_same():
    """However few pixels they have."""
    places = Places(2)
    places.balance(maps())
    shares = places.shares(torch.Size((4, 4)), 32)
    labels = places._pick(maps().argmax(1).float().flatten(1)[:, None])[:, 0]
    corner, rest = (shares[labels == label] for label in (1, 0))
    assert len(corner) == 8 and len(rest) == 24
    # But for the hundredth of an even share that is added to both.
    torch.testing.assert_close(corner.sum(), rest.sum(), rtol=2e-2, atol=0.0)
    torch.testing.assert_close(shares.mean(), torch.tensor(1.0))


def test_coarse_and_fine_maps():
    """A place counts as the pixels that it stands for do on average."""
    places = Places(2)
    places.balance(maps())
    fine, one = (
        places.shares(torch.Size((side, side)), 2 * side**2) for side in (8, 1)
    )
    torch.testing.assert_close(one, torch.ones(2))
    assert len(fine) == 128
    torch.testing.assert_close(fine.mean(), torch.tensor(1.0))


def test_what_is_no_map():
    """Classes of images, and tokens, count as they come."""
    places = Places(2)
    places.balance(torch.zeros(2, 10))
    assert places.shares(torch.Size((4, 4)), 32) is None
    places.balance(maps())
    assert places.shares(torch.Size(()), 2) is None
    # Windows of 2x2 that each are a map.
    assert places.shares(torch.Size((2, 2)), 32) is None


def test_one_logit():
    """A segmentor's one logit is of two classes."""
    places = Places(2)
    places.balance(maps()[:, 1:] - maps()[:, :1])
    two = Places(2)
    two.balance(maps())
    size = torch.Size((4, 4))
    assert torch.equal(places.shares(size, 32), two.shares(size, 32))


@pytest.mark.parametrize(
    'convolution',
    [
        dict(kernel_size=3, padding=1),
        dict(kernel_size=3, padding=1, stride=2),
        dict(kernel_size=3, padding=2, dilation=2),
        dict(kernel_size=(3, 1), padding=(1, 0), stride=(1, 2)),
        dict(kernel_size=1, stride=2),
        dict(kernel_size=4, stride=3, dilation=2),
        dict(kernel_size=3, padding=1, groups=2),
    ],
    ids=str,
)
def test_inputs_of_a_convolution_make_its_outputs(convolution, monkeypatch):
    """Rows are what its kernel sees at the drawn places of each image."""
    monkeypatch.setattr(layer_places, '_ROWS', 2 * 11)
    layer = nn.Conv2d(4, 6, **convolution).double()
    images = torch.randn(2, 4, 9, 11).double()
    places = Places(2)
    size = layer(images).shape[2:]
    rows = places.inputs(layer, images, size)
    larger = torch.Size((size[0] + 1, size[1]))
    assert places.inputs(layer, images, larger) is None
    groups = rows.view(len(rows), layer.groups, -1)
    weight = layer.weight.view(layer.groups, 6 // layer.groups, -1)
    made = torch.einsum('rgi,goi->rgo', groups.double(), weight).flatten(1)
    wanted = places.outputs(layer, layer(images))
    assert len(rows) == 2 * min(11, layer(images)[0, 0].numel())
    torch.testing.assert_close((made + layer.bias).float(), wanted)
