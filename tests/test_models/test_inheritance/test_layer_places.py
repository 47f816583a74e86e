"""Rows of maps, and how much each counts."""

import torch

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
    shares = places.shares(torch.Size((4, 4)))
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
    fine, one = (places.shares(torch.Size(size)) for size in ((8, 8), (1, 1)))
    torch.testing.assert_close(one, torch.ones(2))
    assert len(fine) == 128
    torch.testing.assert_close(fine.mean(), torch.tensor(1.0))


def test_what_is_no_map():
    """Classes of images, and tokens, count as they come."""
    places = Places(2)
    places.balance(torch.zeros(2, 10))
    assert places.shares(torch.Size((4, 4))) is None
    places.balance(maps())
    assert places.shares(torch.Size(())) is None


def test_one_logit():
    """A segmentor's one logit is of two classes."""
    places = Places(2)
    places.balance(maps()[:, 1:] - maps()[:, :1])
    two = Places(2)
    two.balance(maps())
    size = torch.Size((4, 4))
    assert torch.equal(places.shares(size), two.shares(size))
