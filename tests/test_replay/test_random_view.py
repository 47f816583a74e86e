"""Tests of the views of replayed images."""

import pytest
import torch

from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.replay import RandomView


def images(n: int = 6, height: int = 5, width: int = 8) -> torch.Tensor:
    """Returns random uint8 images, (N, 3, H, W)."""
    own = torch.Generator().manual_seed(0)
    return torch.randint(
        256, (n, 3, height, width), generator=own, dtype=torch.uint8
    )


def test_without_any_change_the_images_are_the_same():
    view = RandomView(flip=0.0, shift=0.0)
    torch.testing.assert_close(
        view(images()), images().float(), atol=1e-3, rtol=0
    )


def test_a_flip_mirrors_left_and_right():
    view = RandomView(flip=1.0, shift=0.0)
    torch.testing.assert_close(
        view(images()), images().flip(-1).float(), atol=1e-3, rtol=0
    )


def test_half_of_many_images_flip():
    torch.manual_seed(0)
    stored = images(400)
    seen = RandomView(flip=0.5, shift=0.0)(stored)
    mirrored = seen.isclose(stored.flip(-1).float(), atol=1e-2)
    share = mirrored.flatten(1).all(1).float().mean()
    assert 0.4 < share < 0.6


def test_a_zoom_magnifies_the_middle():
    """At twice the size the middle half fills the image."""
    ramp = torch.arange(8.0).expand(1, 1, 4, 8)
    seen = RandomView(flip=0.0, shift=0.0, zoom=(2, 2))(ramp)
    expected = torch.arange(8) / 2 + 1.75
    torch.testing.assert_close(seen[0, 0, 1], expected)


def test_a_shift_stays_below_its_share_and_is_filled():
    torch.manual_seed(0)
    white = torch.full((200, 1, 32, 32), 255.0)
    seen = RandomView(flip=0.0, shift=0.25)(white)
    black = (seen == 0).float().mean(dim=(1, 2, 3))
    # A quarter of either side at most: 1 - (3 / 4) ** 2.
    assert black.max() <= 7 / 16
    assert black.max() > 0.3
    border = RandomView(flip=0.0, shift=0.25, padding='border')(white)
    torch.testing.assert_close(border, white)


@pytest.mark.parametrize(('side', 'most'), [(32, 6), (8, 1), (4, 0)])
def test_a_shift_is_never_more_than_its_share(side, most):
    """0.2 of a side, in whole pixels that are all as likely."""
    torch.manual_seed(0)
    stored = torch.zeros(2000, 1, side, side)
    stored[:, :, :, side // 2] = 1.0
    seen = RandomView(flip=0.0, shift=0.2)(stored)
    moves = seen.amax((1, 2)).argmax(1) - side // 2
    values, counts = moves.unique(return_counts=True)
    assert values.tolist() == list(range(-most, most + 1))
    assert counts.min() > 0.7 * counts.max()


def test_a_shift_blurs_nothing():
    """Whole pixels: what is seen of an image is what was there."""
    torch.manual_seed(0)
    stored = torch.full((50, 1, 32, 32), 0.0)
    stored[:, :, 16, 16] = 200.0
    seen = RandomView(flip=0.0)(stored)
    torch.testing.assert_close(seen.amax((1, 2, 3)), torch.full((50,), 200.0))
    torch.testing.assert_close(seen.sum((1, 2, 3)), torch.full((50,), 200.0))
    assert len(seen.flatten(1).argmax(1).unique()) > 25


def test_every_image_is_seen_its_own_way():
    torch.manual_seed(0)
    same = images(1, 64, 64).expand(8, -1, -1, -1)
    seen = RandomView(shift=0.2)(same)
    assert len(seen.flatten(1).unique(dim=0)) == 8


def test_the_gradient_reaches_the_images():
    floats = images().float().requires_grad_()
    RandomView(zoom=(0.8, 1.2))(floats).sum().backward()
    assert floats.grad.abs().sum() > 0


def test_it_is_registered():
    view = MODELS.build(dict(type='mmrazor_ssdkd.RandomView', flip=0.0))
    assert isinstance(view, RandomView)


@pytest.mark.parametrize(
    ('argument', 'value', 'error'),
    [
        ('flip', 1.5, ValueError),
        ('flip', 'often', TypeError),
        ('shift', -0.1, ValueError),
        ('zoom', 1.5, ValueError),
        ('zoom', (0, 1), ValueError),
        ('zoom', (2, 1), ValueError),
        ('padding', 'mirror', ValueError),
    ],
)
def test_bad_arguments_raise(argument, value, error):
    with pytest.raises(error, match=f'`{argument}`'):
        RandomView(**{argument: value})
