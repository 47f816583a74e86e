"""The images that fidelity is measured on."""

import pytest
import torch
from toy_models import build, same, segmentation, snapshot, ssdkd

from mmrazor_ssdkd.fidelity import HeldOutImages
from mmrazor_ssdkd.fidelity.mixing import cut, vary
from mmrazor_ssdkd.fidelity.second_generator import second_generator

QUICK = dict(rounds=2, iters=2, batch_size=4)


def make(algorithm, number: int = 6, **changes) -> torch.Tensor:
    """Returns a few images in no time."""
    return HeldOutImages(**{**QUICK, **changes}).make(algorithm, number)


def test_they_are_of_the_seed_and_the_teacher_alone():
    first, second = build(ssdkd(), seed=0), build(ssdkd(), seed=1)
    second.teacher.load_state_dict(first.teacher.state_dict())
    images = make(first)
    assert images.dtype == torch.uint8
    assert images.shape == (6, 1, 16, 16)
    # Another student, another generator, another place of the stream.
    torch.rand(3)
    second.eval()
    assert torch.equal(images, make(second))
    assert not torch.equal(images, make(first, seed=1))


def test_they_need_iterations():
    algorithm = build(ssdkd())
    few, many = make(algorithm), make(algorithm, iters=3)
    assert not torch.equal(few, many)


def test_nothing_else_changes():
    algorithm = build(ssdkd())
    parts = (algorithm.student, algorithm.teacher, algorithm.generator)
    before, state = [*map(snapshot, parts)], torch.get_rng_state()
    modes = [module.training for module in algorithm.modules()]
    make(algorithm)
    assert all(map(same, before, map(snapshot, parts)))
    assert torch.equal(state, torch.get_rng_state())
    assert modes == [module.training for module in algorithm.modules()]


def test_they_fit_better_than_noise():
    algorithm = build(ssdkd())

    def distance(images: torch.Tensor) -> float:
        with algorithm.bn_loss.watch(algorithm.teacher), torch.no_grad():
            algorithm.predict_teacher(images)
            return algorithm.bn_loss().item()

    untrained = second_generator(algorithm.generator, 16)
    with torch.no_grad():
        start = untrained(untrained.latent).round()
    images = make(algorithm, 16, rounds=1, iters=20, batch_size=16)
    assert distance(images) < 0.9 * distance(start)


def test_a_segmentor_has_them():
    images = make(build(segmentation()), 9)
    assert images.shape == (9, 3, 32, 48)


def test_a_second_generator_starts_anew():
    generator = build(ssdkd()).generator
    with torch.no_grad():
        for weight in generator.parameters():
            weight.fill_(float('nan'))
        for value in generator.buffers():
            value.fill_(0)
    other = second_generator(generator, 5)
    assert other.latent.shape == (5, 8)
    assert all(torch.isfinite(p).all() for p in other.parameters())
    norms = [m for m in other.modules() if hasattr(m, 'running_var')]
    assert norms
    assert all((norm.running_var == 1).all() for norm in norms)


def test_mixtures_are_of_two_images():
    images = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, 6, 6) * 50
    for before, after in zip(images, cut(images)):
        foreign = (after != before).sum().item()
        assert foreign in (0, 9)
        assert len(after.unique()) <= 2


def test_views_and_cuts_take_turns():
    images = torch.randint(256, (3, 1, 8, 8), dtype=torch.uint8)
    many = vary(images, 11)
    assert many.shape == (11, 1, 8, 8)
    assert many.dtype == torch.uint8
    assert vary(images, 2).shape == (2, 1, 8, 8)
    # A cut keeps most pixels where they were, a view hardly any.
    kept = (many == images.repeat(4, 1, 1, 1)[:11]).flatten(1).float().mean(1)
    assert (kept[3:6] >= 0.75).all()
    assert (kept[9:] >= 0.75).all()


@pytest.mark.parametrize(
    'wrong, name',
    [
        (dict(rounds=0), 'rounds'),
        (dict(rounds=2, kept=3), 'kept'),
        (dict(iters=0), 'iters'),
        (dict(batch_size=1), 'batch_size'),
        (dict(lr=0), 'lr'),
        (dict(seed=-1), 'seed'),
    ],
)
def test_bad_settings_are_named(wrong, name):
    with pytest.raises(ValueError, match=f'`{name}` must be '):
        HeldOutImages(**wrong)


def test_a_teacher_that_tells_nothing_is_refused():
    off = dict(loss_weight=0.0)
    algorithm = build(ssdkd(bn_loss=off, task_loss=off))
    with pytest.raises(ValueError, match='must be > 0 for images that'):
        make(algorithm)
    prior = dict(type='mmrazor_ssdkd.ImagePrior')
    assert (
        len(make(build(ssdkd(bn_loss=off, synthesis=dict(image_prior=prior)))))
        == 6
    )
