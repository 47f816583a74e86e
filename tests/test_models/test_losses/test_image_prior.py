"""What stands in for L_BN where a teacher has no BatchNorm."""

import pytest
import torch
from torch.testing import assert_close
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.models import ImagePrior
from mmrazor_ssdkd.registry import MODELS


class Teacher(torch.nn.Module):
    """Something with a data preprocessor."""

    def __init__(self, mean=100.0, std=50.0):
        super().__init__()
        self.data_preprocessor = MODELS.build(
            dict(type='mmpretrain.ClsDataPreprocessor', mean=[mean], std=[std])
        )


def prior(**weights):
    """Returns a prior of some weights, the others 0."""
    zero = dict.fromkeys(('tv_weight', 'norm_weight', 'statistics_weight'), 0)
    return ImagePrior(**{**zero, **weights})


def test_total_variation():
    """Neighbours in both directions, as the teacher sees them."""
    images = torch.tensor([[[[100.0, 150.0], [100.0, 200.0]]]])
    inputs = (images[0, 0] - 100) / 50
    expected = (1 + 4) / 2 + (0 + 1) / 2
    assert_close(inputs, torch.tensor([[0.0, 1.0], [0.0, 2.0]]))
    loss = prior(tv_weight=3)(images, Teacher())
    assert_close(loss, torch.tensor(3 * expected))
    one = prior(tv_weight=3)(torch.full((2, 1, 1, 1), 9.0), Teacher())
    assert one == 0


def test_norm_and_statistics():
    """Noise of the teacher's statistics has a norm of 1, and no distance."""
    noise = torch.randn(64, 1, 32, 32)
    images = 100 + 50 * noise
    loss = prior(norm_weight=2)(images, Teacher())
    assert_close(loss, torch.tensor(2.0), rtol=0.02, atol=0)
    assert prior(statistics_weight=2)(images, Teacher()) < 0.02
    shifted = prior(statistics_weight=2)(150 + 100 * noise, Teacher())
    assert_close(shifted, torch.tensor(2 * (1 + 3.0)), rtol=0.02, atol=0)


def test_mean_over_teachers():
    """Each with its own normalisation."""
    images = torch.full((2, 1, 4, 4), 100.0)
    loss = prior(norm_weight=1)(images, Teacher(), Teacher(mean=0.0))
    assert_close(loss, torch.tensor((0 + 4) / 2.0))
    assert prior()(images, Teacher()) == 0


@pytest.mark.parametrize(
    'name', ['tv_weight', 'norm_weight', 'statistics_weight']
)
def test_unfit_weights_raise(name):
    """The message has the weight."""
    with pytest.raises(ValueError, match=f'`{name}` must be >= 0.*got -1'):
        prior(**{name: -1})
    with pytest.raises(TypeError, match=f'`{name}` must be a number'):
        prior(**{name: 'a'})


def free_of_batch_norm():
    """Config of a classifier with GroupNorm."""
    config = classifier(8)
    config['backbone']['norm_cfg'] = dict(type='GN', num_groups=2)
    return config


def test_generator_of_a_teacher_without_batch_norm():
    """It learns from the prior, which is logged."""
    config = ssdkd(
        teacher=free_of_batch_norm(),
        bn_loss=dict(loss_weight=0),
        task_loss=dict(loss_weight=0),
        synthesis=dict(
            adversarial_weight=0,
            image_prior=dict(type='mmrazor_ssdkd.ImagePrior'),
            iters=20,
            warmup_rounds=0,
            interval=1,
        ),
    )
    algorithm = build(config)
    before = snapshot(algorithm.generator)
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert learnt(before, algorithm.generator)
    losses = [log['generator.loss_prior'] for log in logs]
    assert losses[-1] < losses[0]


def test_other_component_raises():
    """The message has the argument."""
    wrong = dict(type='mmrazor_ssdkd.BNStatisticsLoss')
    with pytest.raises(TypeError, match=r'`synthesis.image_prior` must be'):
        build(ssdkd(synthesis=dict(image_prior=wrong)))
