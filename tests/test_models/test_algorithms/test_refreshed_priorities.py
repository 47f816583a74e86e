"""Priorities of all stored samples, computed anew before a draw."""

import pytest
import torch
from toy_models import build, optimizers, segmentation, ssdkd, steps

from mmrazor_ssdkd.models.algorithms.distillation import Distillation
from mmrazor_ssdkd.models.forward import frozen
from mmrazor_ssdkd.models.losses import kl_divergence


def trained(config=ssdkd, number=2, **settings):
    """Returns an algorithm after a few steps, most samples not yet drawn."""
    torch.manual_seed(0)
    logits = settings.pop('store_logits', True)
    algorithm = build(
        config(
            replay_buffer=dict(max_size=40, store_logits=logits),
            distillation=settings,
        )
    )
    steps(algorithm, optimizers(algorithm), number)
    return algorithm


def expected(algorithm):
    """Returns w times the divergence of the student as it is now."""
    stored = algorithm.replay_buffer.stored('images', 'weight')
    with torch.no_grad(), frozen(algorithm.student):
        preds_T = algorithm.predict_teacher(stored['images'])
        preds_S = algorithm.predict_student(stored['images'], preds_T)
    return stored['weight'] * kl_divergence(preds_S, preds_T)


def refresh(algorithm):
    """Computes them anew."""
    algorithm.refresh_priorities(optimizers(algorithm)['architecture'])


def priorities(algorithm):
    """Returns a copy of what is stored."""
    return algorithm.replay_buffer.stored('priority')['priority'].clone()


@pytest.mark.parametrize('config', [ssdkd, segmentation])
@pytest.mark.parametrize('store_logits', [True, False])
def test_all_are_those_of_the_student_now(config, store_logits):
    """Drawn or not, with the weights of their last draws."""
    algorithm = trained(config, store_logits=store_logits, refresh_interval=1)
    weight = algorithm.replay_buffer.stored('weight')['weight'].clone()
    assert len(weight.unique()) > 1
    stale = priorities(algorithm)
    assert not torch.allclose(stale, expected(algorithm))
    refresh(algorithm)
    torch.testing.assert_close(priorities(algorithm), expected(algorithm))
    assert torch.equal(
        algorithm.replay_buffer.stored('weight')['weight'], weight
    )


@pytest.mark.parametrize(
    'interval, due', [(0, []), (1, [0, 1, 2]), (2, [0, 2])]
)
def test_when(interval, due, monkeypatch):
    """Before every draw of a step that is a multiple of the interval."""
    torch.manual_seed(0)
    algorithm = build(
        ssdkd(
            replay_buffer=dict(max_size=40),
            distillation=dict(refresh_interval=interval),
            # Rounds compute those of what enters.
            synthesis=dict(warmup_rounds=2, until=0),
        )
    )
    fresh = []
    sample = algorithm.replay_buffer.sample

    def watched(*args, **kwargs):
        found = priorities(algorithm)
        if torch.allclose(found, expected(algorithm), rtol=1e-4):
            fresh.append(algorithm.iteration)
        return sample(*args, **kwargs)

    monkeypatch.setattr(algorithm.replay_buffer, 'sample', watched)
    steps(algorithm, optimizers(algorithm), 3)
    # The samples are new in the first step, whatever the interval.
    assert sorted({0, *due}) == fresh


def test_the_models_stay():
    """Modes, weights and BatchNorm's statistics."""
    algorithm = trained(refresh_interval=1)
    algorithm.student.train()
    before = {
        name: value.clone() for name, value in algorithm.named_parameters()
    }
    before |= {
        name: value.clone() for name, value in algorithm.named_buffers()
    }
    refresh(algorithm)
    assert algorithm.student.training
    assert not algorithm.teacher.training
    after = dict(algorithm.named_parameters()) | dict(
        algorithm.named_buffers()
    )
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_broken_student_is_named():
    """As in a step without, with what to try."""
    algorithm = trained(refresh_interval=1)
    next(algorithm.student.parameters()).data.fill_(float('nan'))
    with pytest.raises(ValueError, match=r'`architecture` .*student.* lower'):
        refresh(algorithm)


def test_draws_are_told_apart():
    """For a buffer that counts them."""
    algorithm = trained(refresh_interval=1)
    buffer, refreshed = algorithm.replay_buffer, []
    buffer.refresh_priority = lambda index, priority: refreshed.extend(index)
    buffer.update_priority = None
    refresh(algorithm)
    assert sorted(map(int, refreshed)) == list(range(len(buffer)))


@pytest.mark.parametrize('value, error', [(-1, ValueError), (0.5, TypeError)])
def test_no_interval(value, error):
    """Is an error that names it."""
    with pytest.raises(error, match='refresh_interval'):
        Distillation(refresh_interval=value)
