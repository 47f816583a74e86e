"""Losses are checked before weights move by them."""

import copy
from types import SimpleNamespace

import pytest
import torch
from toy_models import build, optimizers, same, snapshot, ssdkd, steps

from mmrazor_ssdkd.models.algorithms.loss_guard import LossGuard

NAN = float('nan')
WRAPPER = SimpleNamespace()


def _break(module):
    """Makes a layer give NaN without changing a weight."""
    module.register_forward_hook(lambda *_: _[2] * NAN)


@pytest.mark.parametrize(
    ('broken', 'part', 'whose', 'match'),
    [
        ('student', 'student', 'architecture', 'what the student gives'),
        ('teacher', 'student', 'architecture', 'what the teacher gives'),
        ('generator', 'generator', 'generator', 'what the generator gives'),
        ('teacher', 'generator', 'generator', 'what the teacher gives'),
        ('student', 'generator', 'generator', 'got loss_kd=nan in'),
    ],
)
def test_nothing_moves(broken, part, whose, match):
    """The message names the part, the step, the cause and what to try."""
    # With stored logits no teacher runs.
    algorithm = build(ssdkd(replay_buffer=dict(store_logits=False)))
    wrapper = optimizers(algorithm)
    done = 3 if part == 'student' else 2
    steps(algorithm, wrapper, done)
    before = snapshot(getattr(algorithm, part))
    module = getattr(algorithm, broken)
    _break(module.head.fc if broken != 'generator' else module)
    with pytest.raises(ValueError) as caught:
        steps(algorithm, wrapper, 1)
    message = str(caught.value)
    assert f'losses of `{whose}` must be finite' in message
    assert match in message and f'in step {done + 1};' in message
    assert f'lower `optim_wrapper.{whose}.optimizer.lr`' in message
    after = snapshot(getattr(algorithm, part))
    weights = dict(getattr(algorithm, part).named_parameters())
    # A round draws its noise first.
    weights.pop('latent', None)
    assert all(torch.equal(before[key], after[key]) for key in weights)


def test_too_large_a_sum():
    """Of losses that are finite each."""
    huge = torch.tensor(3e38)
    with pytest.raises(ValueError, match='got a sum that is not in step 1;'):
        LossGuard().check('generator', WRAPPER, dict(a=huge, b=huge))


def test_loss_scalers_skip_by_themselves():
    """They lower their scale where a loss overflows."""
    scaling = SimpleNamespace(loss_scaler=None)
    LossGuard().check('architecture', scaling, dict(a=torch.tensor(NAN)))


class _Elsewhere(torch.Tensor):
    """Says that it lies on an accelerator."""

    device = torch.device('cuda')


def test_accelerator_is_read_later():
    """The first broken step counts; it is read before saving."""
    guard = LossGuard()
    for iteration in range(1, 49):
        guard.start(iteration)
        value = NAN if iteration in (7, 9) else 1.0
        loss = torch.tensor(value).as_subclass(_Elsewhere)
        guard.check('architecture', WRAPPER, dict(loss_kd=loss))
        guard.check('generator', WRAPPER, dict(a=torch.tensor(1.0)))
        if iteration < 7:
            guard.raise_noted()
    guard.start(49)
    message = 'losses of `architecture` must be finite.* in step 8;'
    with pytest.raises(ValueError, match=message):
        guard.start(50)
    algorithm = build(ssdkd())
    algorithm.state_dict()
    algorithm.loss_guard._noted = guard._noted
    with pytest.raises(ValueError, match=message):
        algorithm.state_dict()


def test_a_good_state_mends():
    """What was noted before it is taken over does not count after."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    good = copy.deepcopy(algorithm.state_dict())
    nan, one = torch.tensor([NAN]), torch.ones(1)
    algorithm.replay_buffer.update_priority(torch.tensor([0]), nan, one)
    guard = algorithm.loss_guard
    guard.check('generator', WRAPPER, dict(a=nan.as_subclass(_Elsewhere)))
    for _ in '12':
        with pytest.raises(ValueError, match='must be finite'):
            algorithm.state_dict()
        guard.forget()
    algorithm.load_state_dict(good)
    steps(algorithm, wrapper, 3)
    algorithm.state_dict()


def overshoot(algorithm, factor):
    """Lets a generator make a multiple of what it does."""
    algorithm.generator.register_forward_hook(lambda *_: _[2] * factor)


def test_a_generator_that_overshoots_by_rounding():
    """White stays white."""
    algorithm = build(ssdkd())
    overshoot(algorithm, 256 / 255)
    steps(algorithm, optimizers(algorithm), 1)
    with torch.no_grad():
        made = algorithm.generator(algorithm.generator.latent)
    stored = algorithm.replay_buffer.stored('images')['images'][-len(made) :]
    wanted = made.clamp(0, 255)
    assert (stored - wanted).abs().max() <= 0.5


@pytest.mark.parametrize('factor', [-1, 10])
def test_a_generator_of_another_range(factor):
    algorithm = build(ssdkd())
    overshoot(algorithm, factor)
    match = '`generator` must make images in 0 to 255, but got values from'
    with pytest.raises(ValueError, match=match):
        steps(algorithm, optimizers(algorithm), 1)


def test_good_losses_change_nothing():
    """Not a bit, with or without the check."""
    students = []
    for guarded in (True, False):
        algorithm = build(ssdkd())
        if not guarded:
            algorithm.loss_guard.check = lambda *_: None
        steps(algorithm, optimizers(algorithm), 3)
        students.append(snapshot(algorithm.student))
    assert same(*students)
