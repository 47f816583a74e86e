"""Views that are drawn once and stored with the teacher's logits of them."""

import pytest
import torch
from toy_models import build, optimizers, segmentation, ssdkd, steps

FLIP = dict(type='mmrazor_ssdkd.RandomView', flip=1.0, shift=0.0)
MOVE = dict(type='mmrazor_ssdkd.RandomView', flip=0.0, shift=0.25)


def images_of(algorithm, number=4):
    """Returns uint8 images that the buffer takes."""
    return torch.randint(256, (number, *algorithm._image_shape[1:])).byte()


@pytest.mark.parametrize('config', [ssdkd, segmentation])
def test_views_are_stored_with_their_logits(config):
    """Not those of the images that they are views of."""
    algorithm = build(
        config(
            distillation=dict(augmentation=FLIP, stored_views=2),
            replay_buffer=dict(max_size=40),
        )
    )
    steps(algorithm, optimizers(algorithm), 1)
    images = images_of(algorithm)
    algorithm.admit_best(images)
    stored = algorithm.replay_buffer.stored('images', 'preds_T')
    flipped = images.flip(-1)
    # The flip resamples, which may round.
    for views in stored['images'][-8:].split(4):
        assert (views.int() - flipped.int()).abs().max() <= 1
    torch.testing.assert_close(
        stored['preds_T'][-8:],
        algorithm.predict_teacher(stored['images'][-8:]),
    )


def test_each_view_is_drawn_anew():
    """Two views of an image are two moves of it."""
    algorithm = build(
        ssdkd(distillation=dict(augmentation=MOVE, stored_views=3))
    )
    first, second, third = algorithm.distillation.views_to_store(
        images_of(algorithm)
    )
    assert not torch.equal(first, second)
    assert not torch.equal(second, third)
    assert first.dtype == torch.uint8


def test_the_buffer_counts_views_and_the_log_images():
    """Of 16 candidates, 8 before the first step and 8 in it."""
    algorithm = build(
        ssdkd(
            distillation=dict(augmentation=MOVE, stored_views=3),
            replay_buffer=dict(max_size=100),
        )
    )
    steps(algorithm, optimizers(algorithm), 1)
    assert len(algorithm.replay_buffer) == 48
    assert algorithm.num_synthesized == 16


@pytest.mark.parametrize('stored_views, runs', [(0, 2), (2, 0)])
def test_the_teacher_leaves_the_students_step(stored_views, runs):
    """But for steps in which a round runs."""
    algorithm = build(
        ssdkd(
            distillation=dict(augmentation=MOVE, stored_views=stored_views),
            synthesis=dict(interval=3),
        )
    )
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    seen = []
    algorithm.teacher.register_forward_hook(lambda *_: seen.append(0))
    steps(algorithm, wrapper, 2)
    assert len(seen) == runs


def test_a_stored_view_is_not_viewed_again():
    """Or its logits were not its own."""
    algorithm = build(
        ssdkd(distillation=dict(augmentation=MOVE, stored_views=2))
    )
    steps(algorithm, optimizers(algorithm), 1)
    batch = algorithm.replay_buffer.sample(5)
    seen = algorithm.distillation.view(batch)
    assert torch.equal(seen['images'], batch['images'])
    assert torch.equal(seen['preds_T'], batch['preds_T'])


@pytest.mark.parametrize(
    'config, error, match',
    [
        (
            dict(distillation=dict(stored_views=2)),
            ValueError,
            '`distillation.stored_views` must be 0 without a '
            '`distillation.augmentation`, but got 2',
        ),
        (
            dict(distillation=dict(augmentation=MOVE, stored_views=-1)),
            ValueError,
            '`distillation.stored_views` must be >= 0, but got -1',
        ),
        (
            dict(distillation=dict(augmentation=MOVE, stored_views=1.5)),
            TypeError,
            '`distillation.stored_views`.*1.5',
        ),
        (
            dict(
                distillation=dict(augmentation=MOVE, stored_views=2),
                replay_buffer=dict(store_logits=False),
            ),
            ValueError,
            '`replay_buffer.store_logits` must be True where '
            '`distillation.stored_views` is 2',
        ),
        (
            dict(distillation=dict(augmentation=MOVE, stored_views=4)),
            ValueError,
            '`replay_buffer.max_size` must be >= `synthesis.admit` times '
            '`distillation.stored_views` in each process, 32, but got 24',
        ),
    ],
)
def test_wrong_uses(config, error, match):
    """Each is named when the algorithm is built."""
    with pytest.raises(error, match=match):
        build(ssdkd(**config))
