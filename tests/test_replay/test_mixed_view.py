"""Tests of views that are mixed in pairs."""

import pytest
import torch

from mmrazor_ssdkd.replay import MixedView

STILL = dict(flip=0.0, shift=0.0)


def flat(number: int = 400) -> torch.Tensor:
    """Returns images of one value each, the number of the image."""
    values = torch.arange(number, dtype=torch.float)
    return values.view(-1, 1, 1, 1).expand(-1, 2, 8, 12).contiguous()


def test_a_box_of_one_other_image():
    images = flat()
    # Resampling rounds.
    mixed = MixedView(share=1.0, **STILL)(images).round()
    assert mixed.shape == images.shape
    areas = []
    for own, image in enumerate(mixed):
        assert torch.equal(image[0], image[1])
        foreign = image[0] != own
        if not foreign.any():
            continue
        assert len(image[0][foreign].unique()) == 1
        rows, columns = foreign.any(1), foreign.any(0)
        # A box is all within its rows and columns.
        assert foreign.sum() == rows.sum() * columns.sum()
        areas.append(foreign.float().mean().item())
    # Uniform in (0, 1), a standard error of 0.015.
    assert sum(areas) / len(areas) == pytest.approx(0.5, abs=0.06)
    assert min(areas) < 0.1
    assert max(areas) > 0.9


def test_a_weighted_mean_of_two_images():
    images = torch.zeros(400, 1, 4, 4)
    images[::2] = 200.0
    mixed = MixedView(mix='blend', share=1.0, **STILL)(images)
    torch.testing.assert_close(mixed, mixed[:, :, :1, :1].expand_as(mixed))
    values = mixed[:, 0, 0, 0]
    assert values.min() >= 0
    assert values.max() <= 200.01
    # A quarter meets an image of the other kind with each weight.
    between = values[(values > 0.01) & (values < 199.99)]
    assert len(between) == pytest.approx(200, abs=60)
    assert between.mean().item() == pytest.approx(100, abs=15)


@pytest.mark.parametrize('mix', ['cut', 'blend'])
def test_a_share_of_the_images_is_mixed(mix):
    # Apart by more than a small weight blends.
    images = 100 * flat(2000)
    view = MixedView(mix=mix, share=0.25, **STILL)
    changed = (view(images).round() != images).flatten(1).any(1)
    # Few boxes are empty; a standard error of 0.01.
    assert changed.float().mean().item() == pytest.approx(0.24, abs=0.04)
    view.share = 0.0
    torch.testing.assert_close(view(images), images)


def test_bytes_become_floats():
    images = torch.randint(256, (16, 3, 8, 8), dtype=torch.uint8)
    mixed = MixedView(share=1.0)(images)
    assert mixed.dtype == torch.float
    assert mixed.min() >= 0
    assert mixed.max() <= 255.01


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(mix='glue'), ValueError, r"`mix` must be one of .*'glue'"),
        (dict(share=1.5), ValueError, r'`share` must be in \[0, 1\].*1.5'),
        (dict(share='1'), TypeError, r'`share` must be a number'),
        (dict(flip=2), ValueError, r'`flip` must be in \[0, 1\]'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    with pytest.raises(error, match=message):
        MixedView(**setting)
