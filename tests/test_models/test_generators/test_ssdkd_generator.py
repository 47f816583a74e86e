"""Tests of the default generator."""

import pytest
import torch
from mmrazor.registry import MODELS
from torch import nn

from mmrazor_ssdkd.models import SSDKDGenerator
from mmrazor_ssdkd.models.generators import ImageGenerator


def make(**changes) -> SSDKDGenerator:
    """Returns a small generator."""
    settings = dict(image_size=16, latent_dim=6, base_channels=4)
    return SSDKDGenerator(**{**settings, **changes})


def activations(generator: nn.Module) -> int:
    """Returns how many numbers one image's forward pass computes."""
    sizes: list[int] = []
    handles = [
        layer.register_forward_hook(
            lambda *args: sizes.append(args[2].numel())
        )
        for layer in generator.modules()
        if not list(layer.children())
    ]
    generator.eval()(torch.zeros(1, 6))
    for handle in handles:
        handle.remove()
    return sum(sizes)


@pytest.mark.parametrize('channels', [1, 3, 4])
@pytest.mark.parametrize(
    ('image_size', 'num_upsamples'),
    [
        (16, 2),
        (32, 3),
        ((8, 24), 2),
        ((7, 4), 2),
        ((17, 9), 3),
        ((30, 41), 1),
        ((21, 64), 4),
        (4, 2),
    ],
)
def test_shape_and_range(image_size, channels, num_upsamples):
    """Any size is hit exactly, with values in 0 to 255."""
    generator = make(
        image_size=image_size, channels=channels, num_upsamples=num_upsamples
    )
    images = generator(100 * torch.randn(3, 6))
    height, width = (
        image_size if isinstance(image_size, tuple) else (image_size,) * 2
    )
    assert images.shape == (3, channels, height, width)
    assert images.dtype == torch.float32
    assert images.min() >= 0
    assert images.max() <= 255


def test_images_use_the_range():
    """A new generator's images are neither flat nor all alike."""
    images = make(base_channels=16)(torch.randn(32, 6))
    assert images.min() < 60
    assert images.max() > 195
    assert images.std(dim=(2, 3)).mean() > 5
    assert images.std(dim=0).mean() > 5


def test_noise_decides_the_image():
    """In eval mode an image depends on its own noise, and on nothing else."""
    generator = make().eval()
    noise = torch.randn(4, 6)
    images = generator(noise)
    torch.testing.assert_close(generator(noise[1:2]), images[1:2])
    assert not torch.allclose(images[0], images[1])


def test_gradients_reach_noise_and_parameters():
    """Every part of the generator learns, and so can its noise."""
    generator = make()
    noise = torch.randn(4, 6, requires_grad=True)
    images = generator(noise)
    (images * torch.randn_like(images)).sum().backward()
    assert (noise.grad != 0).any(dim=1).all()
    weights = [p for p in generator.parameters() if p.dim() > 1]
    assert len(weights) == 4
    assert all((p.grad != 0).any() for p in weights)


def test_parameters_grow_linearly_with_pixels():
    """Four times the pixels add four times the parameters."""
    sizes = (16, 32, 64)
    small, middle, large = (
        sum(p.numel() for p in make(image_size=size).parameters())
        for size in sizes
    )
    assert large - middle == 4 * (middle - small) > 0


@pytest.mark.parametrize('num_upsamples', [2, 3, 4])
def test_activations_grow_linearly_with_pixels(num_upsamples):
    """Four times the pixels need four times the time and memory."""
    small, large = (
        activations(make(image_size=size, num_upsamples=num_upsamples))
        for size in (32, 64)
    )
    assert large == 4 * small > 0


def test_more_upsamples_need_fewer_parameters():
    """Large images start from fewer pixels with another stage."""
    few, many = (
        sum(
            p.numel()
            for p in make(image_size=64, num_upsamples=num).parameters()
        )
        for num in (2, 4)
    )
    assert many < few


def test_number_of_upsamples():
    """The stages double the resolution, rounding up at the small end."""
    generator = make(image_size=(30, 41), num_upsamples=3)
    assert generator.sizes == [(4, 6), (8, 11), (15, 21), (30, 41)]
    assert len(generator.stages) == 3


def test_autocast():
    """Images are made in float32 also under bfloat16 autocast.

    bfloat16 has 8 bits for 256 levels, so that odd levels above 128 would be
    missing.
    """
    generator = make(image_size=32, base_channels=16)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        images = generator(torch.randn(16, 6))
    assert images.dtype == torch.float32
    levels = images.round().unique()
    assert ((levels > 128) & (levels % 2 == 1)).sum() > 10


def test_builds_from_config():
    """A config with the prefix builds one, which is an ImageGenerator."""
    generator = MODELS.build(
        dict(type='mmrazor_ssdkd.SSDKDGenerator', image_size=8)
    )
    assert isinstance(generator, ImageGenerator)
    # The defaults that the docstring gives.
    assert (generator.channels, generator.latent_dim) == (3, 256)
    assert (len(generator.stages), generator.to_image[0].in_channels) == (
        2,
        64,
    )


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(image_size=3), ValueError, r'>= 2 .*= 4, but got \(3, 3\)'),
        (
            dict(image_size=(32, 15), num_upsamples=4),
            ValueError,
            r'`image_size` .*= 16, but got \(32, 15\)',
        ),
        (dict(num_upsamples=0), ValueError, r'`num_upsamples` .* >= 1.*got 0'),
        (dict(num_upsamples=1.5), TypeError, r'`num_upsamples` .* int.*1.5'),
        (dict(base_channels=0), ValueError, r'`base_channels` .* >= 1.*got 0'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        make(**setting)
