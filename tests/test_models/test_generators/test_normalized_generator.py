"""Tests of the adapter for MMRazor's algorithms."""

import pytest
import torch
from mmrazor.registry import MODELS
from peers import KINDS, OURS, build_peer, peer
from torch.testing import assert_close
from toy_models import classifier, learnt, optimizers, snapshot

from mmrazor_ssdkd.models import NormalizedGenerator
from mmrazor_ssdkd.models.forward import predict_logits

INNER = dict(
    type='mmrazor_ssdkd.SSDKDGenerator',
    image_size=16,
    channels=2,
    latent_dim=6,
    base_channels=8,
)
MEAN = [100.0, 60.0]
STD = [50.0, 20.0]


def make(**changes) -> NormalizedGenerator:
    """Returns an adapted generator of 16x16 images of two channels."""
    settings = dict(generator=INNER, mean=MEAN, std=STD)
    return NormalizedGenerator(**{**settings, **changes})


def test_images_are_normalised():
    """Each channel by its own mean and standard deviation."""
    generator = make().eval()
    noise = torch.randn(4, 6)
    images = generator.generator(noise)
    normalised = generator(noise, 4)
    assert images.max() > 120
    assert_close(normalised[:, 0], (images[:, 0] - 100) / 50)
    assert_close(normalised[:, 1], (images[:, 1] - 60) / 20)


def test_teacher_sees_what_its_preprocessor_would_give_it():
    """Logits are those of the same images under the teacher's own."""
    generator = MODELS.build(OURS).eval()
    teacher = MODELS.build(classifier(channels=3)).eval()
    noise = torch.randn(4, 8)
    images = generator.generator(noise)
    assert_close(
        teacher(generator(noise), mode='tensor'),
        predict_logits(teacher, images, teacher.data_preprocessor),
    )


def test_is_called_as_mmrazor_calls_its_own():
    """`module`, `latent_dim`, noise by position, or none at all."""
    generator = make()
    assert generator.module is generator
    assert generator.module.latent_dim == 6
    assert generator(torch.randn(3, 6), 3).shape == (3, 2, 16, 16)
    fresh = generator(batch_size=5)
    assert fresh.shape == (5, 2, 16, 16)
    assert not torch.equal(fresh, generator(batch_size=5))


def test_noise_follows_the_generator():
    """MMRazor draws it on the CPU, wherever the generator is."""
    generator = make().to('meta')
    assert generator(torch.randn(3, 6), 3).is_meta
    assert generator.mean.is_meta


def test_statistics_are_no_weights():
    """Mean and std come from the config, not from a checkpoint."""
    assert {'mean', 'std'}.isdisjoint(make().state_dict())


@pytest.mark.parametrize('kind', KINDS)
def test_trains_under_mmrazor(kind):
    """Our generator learns in the slot of MMRazor's algorithms."""
    algorithm = build_peer(peer(kind, generator=OURS))
    before = snapshot(algorithm.generator)
    log = algorithm.train_step(
        dict(inputs=torch.zeros(4)), optimizers(algorithm)
    )
    assert all(torch.isfinite(value) for value in log.values())
    assert learnt(before, algorithm.generator)


def test_other_number_of_channels_raises():
    """A gray mean and std do not fit images of two channels."""
    with pytest.raises(ValueError, match=r'`mean`.*`generator`, 2, but got'):
        make(mean=[100.0], std=[50.0])


@pytest.mark.parametrize('std', [[0.0, 1.0], [1.0, -1.0], [1.0]])
def test_bad_std_raises(std):
    """A std is positive, and there is one per channel."""
    with pytest.raises(ValueError, match='`std` must hold one number > 0'):
        make(std=std)


def test_mmrazor_generator_raises():
    """One that is normalised already needs no adapter."""
    inner = dict(
        type='mmrazor.DAFLGenerator',
        img_size=16,
        latent_dim=6,
        hidden_channels=8,
    )
    with pytest.raises(TypeError, match=r'`generator` must be .*DAFLGen'):
        make(generator=inner)
