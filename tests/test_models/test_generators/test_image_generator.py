"""Tests of what all generators share."""

import numpy as np
import pytest
import torch
from torch import nn

from mmrazor_ssdkd.models.generators import ImageGenerator, SSDKDGenerator


def make(**changes) -> SSDKDGenerator:
    """Returns a small generator."""
    settings = dict(image_size=8, channels=1, latent_dim=5, base_channels=4)
    return SSDKDGenerator(**{**settings, **changes})


@pytest.mark.parametrize(
    ('image_size', 'expected'),
    [(16, (16, 16)), ((8, 12), (8, 12)), ([8, 12], (8, 12))],
)
def test_image_size(image_size, expected):
    """One number is a square, two are height and width."""
    assert make(image_size=image_size).image_size == expected


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(image_size=()), ValueError, r'`image_size` must be an int or.*'),
        (dict(image_size=(8, 8, 8)), ValueError, r'but got \(8, 8, 8\)'),
        (dict(image_size=8.0), ValueError, r'`image_size` .* but got 8.0'),
        (dict(image_size=None), ValueError, r'`image_size` .* but got None'),
        (dict(image_size=(8, 8.0)), TypeError, r'`image_size` .* int.*8.0'),
        (dict(image_size=True), TypeError, r'`image_size` .* int.*True'),
        (dict(image_size=(8, 0)), ValueError, r'`image_size` .* >= 1.*got 0'),
        (dict(channels=0), ValueError, r'`channels` must be >= 1.*got 0'),
        (dict(latent_dim=-3), ValueError, r'`latent_dim` must be >= 1.*-3'),
        (dict(latent_dim=2.5), TypeError, r'`latent_dim` .* an int.*2.5'),
    ],
)
def test_bad_sizes_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        make(**setting)


def test_numpy_sizes_raise():
    """An integer of another library is no int, and says so."""
    with pytest.raises(TypeError, match='`latent_dim` must be an int'):
        make(latent_dim=np.int64(5))


def test_fresh_latent():
    """Noise is standard normal and new each time."""
    generator = make()
    first, second = generator.draw_latent(4000), generator.draw_latent(4000)
    assert first.shape == (4000, 5)
    assert not torch.equal(first, second)
    # A standard deviation of the mean of 20,000 values is 0.007.
    torch.testing.assert_close(
        first.mean(), torch.tensor(0.0), atol=0.05, rtol=0
    )
    torch.testing.assert_close(
        first.std(), torch.tensor(1.0), atol=0.05, rtol=0
    )


def test_fresh_latent_is_on_the_generator_s_device():
    """Noise is made where the parameters are; 'meta' stands for a GPU."""
    generator = make().to('meta')
    assert generator.device.type == 'meta'
    assert generator.draw_latent(3).is_meta


def test_held_latent_is_a_parameter():
    """Held noise is found by optimizers, checkpoints and `to`."""
    generator = make()
    assert generator.latent is None
    assert 'latent' not in dict(generator.named_parameters())
    generator.hold_latent(6)
    assert isinstance(generator.latent, nn.Parameter)
    assert generator.latent.shape == (6, 5)
    assert generator.latent.std() > 0.5
    assert dict(generator.named_parameters())['latent'] is generator.latent
    assert 'latent' in generator.state_dict()
    assert generator.to('meta').latent.is_meta


def test_held_latent_gets_gradients():
    """Noise is optimised through the images that are made of it."""
    generator = make()
    generator.hold_latent(6)
    images = generator(generator.latent)
    (images * torch.randn_like(images)).sum().backward()
    assert (generator.latent.grad != 0).any(dim=1).all()


@pytest.mark.parametrize('batch_size', [0, -1])
def test_holding_no_latent_raises(batch_size):
    """A batch of noise has at least one vector."""
    with pytest.raises(ValueError, match='`batch_size` must be >= 1'):
        make().hold_latent(batch_size)


def test_base_class_makes_no_images():
    """What a subclass has to write is asked for when it is called."""
    with pytest.raises(NotImplementedError):
        ImageGenerator(8, channels=1, latent_dim=5)(torch.zeros(2, 5))
