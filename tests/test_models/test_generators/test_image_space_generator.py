"""Tests of the adapter for MMRazor's generators."""

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.models import ImageSpaceGenerator

MEAN = [125.0, 60.0, 190.0]
STD = [10.0, 5.0, 2.0]
KINDS = ('DAFLGenerator', 'ZSKTGenerator')
GRAY = torch.tensor(MEAN).view(-1, 1, 1)


def make(kind: str = 'DAFLGenerator', **changes) -> ImageSpaceGenerator:
    """Returns an adapted generator of 32x32 images."""
    size = changes.pop('img_size', 32)
    inner = dict(type=kind, img_size=size, latent_dim=6, hidden_channels=8)
    settings = dict(generator=inner, image_size=32, mean=MEAN, std=STD)
    return ImageSpaceGenerator(**{**settings, **changes})


@pytest.mark.parametrize('kind', KINDS)
def test_images_have_the_configured_mean_and_std(kind):
    """What ends in a BatchNorm is mapped to the dataset's statistics."""
    images = make(kind)(torch.randn(64, 6))
    assert images.shape == (64, 3, 32, 32)
    assert_close(images.mean(dim=(0, 2, 3)), torch.tensor(MEAN))
    assert_close(
        images.std(dim=(0, 2, 3)), torch.tensor(STD), atol=0.0, rtol=0.02
    )


@pytest.mark.parametrize('kind', KINDS)
def test_images_are_clamped(kind):
    """Values beyond 0 to 255 are cut off, on both sides."""
    images = make(kind, mean=[0, 128, 255], std=[100, 100, 100])(
        torch.randn(16, 6)
    )
    assert images.min() == 0
    assert images.max() == 255
    assert images[:, 1].std() > 50


@pytest.mark.parametrize('kind', KINDS)
def test_gradients_reach_the_noise(kind):
    """Noise and the adapted generator both learn."""
    generator = make(kind)
    noise = torch.randn(4, 6, requires_grad=True)
    images = generator(noise)
    (images * torch.randn_like(images)).sum().backward()
    assert (noise.grad != 0).any(dim=1).all()
    assert any((p.grad != 0).any() for p in generator.parameters())


def test_attributes_are_those_of_the_adapted_generator():
    """Noise has the adapted generator's size, images the mean's channels."""
    generator = make()
    assert generator.latent_dim == 6
    assert generator.channels == 3
    assert generator.image_size == (32, 32)
    generator.hold_latent(4)
    assert generator(generator.latent).shape == (4, 3, 32, 32)


def test_statistics_are_no_weights():
    """Mean and std come from the config, not from a checkpoint."""
    generator = make()
    assert {'mean', 'std'}.isdisjoint(generator.state_dict())
    # And still move with the generator.
    assert generator.to('meta').mean.is_meta


def test_autocast():
    """Images are float32 also under bfloat16 autocast."""
    generator = make()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        assert generator(torch.randn(4, 6)).dtype == torch.float32


def test_generator_that_quietly_makes_another_size_raises():
    """MMRazor's makes 28x28 of img_size=30: the message says so."""
    with pytest.raises(ValueError, match=r'`image_size`.*28, 28.*30, 30'):
        make(img_size=30, image_size=30)


@pytest.mark.parametrize('image_size', [16, (32, 16)])
def test_other_size_raises(image_size):
    """The two sizes in one config must agree."""
    with pytest.raises(ValueError, match=r'`image_size`.*\(3, 32, 32\)'):
        make(image_size=image_size)


def test_other_number_of_channels_raises():
    """A gray mean and std do not fit images of three channels."""
    with pytest.raises(ValueError, match=r'\(3, 32, 32\).*\(1, 32, 32\)'):
        make(mean=[125.0], std=[50.0])


@pytest.mark.parametrize(
    'std', [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0], []]
)
def test_bad_std_raises(std):
    """A std is positive, and there is one per channel."""
    with pytest.raises(ValueError, match='`std` must hold one number > 0'):
        make(std=std)
