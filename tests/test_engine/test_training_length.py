"""Tests of how long a config trains."""

import pytest
from mmengine.config import Config

from mmrazor_ssdkd.engine import set_epochs, warn_of_unfinished


def test_set_epochs_of_several_schedules():
    """Schedules that end with the training still do."""
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=60, val_interval=10),
            param_scheduler=dict(
                generator=[],
                architecture=[
                    dict(type='LinearLR', end=5),
                    dict(type='CosineAnnealingLR', end=60),
                ],
            ),
        )
    )
    set_epochs(cfg, 6)
    assert cfg.train_cfg == dict(max_epochs=6, val_interval=10)
    ends = [schedule.end for schedule in cfg.param_scheduler.architecture]
    assert ends == [5, 6]


def test_set_epochs_of_one_schedule():
    """A single schedule is no dict of lists."""
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=60),
            param_scheduler=dict(type='CosineAnnealingLR', end=60),
        )
    )
    set_epochs(cfg, 12)
    assert cfg.param_scheduler.end == 12


def test_set_epochs_of_steps_and_a_cosine():
    """Steps keep their share, and a cosine ends with the training."""
    steps = dict(type='MultiStepLR', milestones=[30, 45, 59])
    cosine = dict(type='CosineAnnealingLR', T_max=60)
    restarts = dict(type='CosineAnnealingLR', T_max=20)
    halves = dict(type='StepLR', step_size=30)
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=60),
            param_scheduler=[steps, cosine, restarts, halves],
        )
    )
    set_epochs(cfg, 20)
    first, second, third, fourth = cfg.param_scheduler
    assert first.milestones == [10, 15, 20]
    assert (second.T_max, third.T_max) == (20, 20)
    assert fourth.step_size == 10
    set_epochs(cfg, 1)
    assert first.milestones == [1, 1, 1]
    assert fourth.step_size == 1


@pytest.mark.parametrize(
    ('epochs', 'periods', 'until'),
    [
        (75, [60, 15], 600),
        (24, [19, 5], 190),
        (8, [6, 2], 60),
        (1, [1, 0], 10),
    ],
)
def test_set_epochs_of_a_last_phase(epochs, periods, until):
    """It keeps its share of the epochs, and starts when synthesis ends."""
    schedule = dict(type='CosineRestartLR', periods=[60, 15])
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=75),
            param_scheduler=schedule,
            model=dict(synthesis=dict(until=600)),
        )
    )
    set_epochs(cfg, epochs)
    assert cfg.param_scheduler.periods == periods
    assert cfg.model.synthesis.until == until


def test_set_epochs_of_an_end_of_synthesis():
    """Without a last phase it is a number of steps, as the interval is."""
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=40),
            param_scheduler=dict(type='CosineAnnealingLR', end=40),
            model=dict(synthesis=dict(until=100)),
        )
    )
    set_epochs(cfg, 10)
    assert cfg.model.synthesis.until == 100


@pytest.mark.parametrize(
    ('validations', 'interval'), [(1, 7), (2, 4), (7, 1), (9, 1)]
)
def test_set_epochs_with_validations(validations, interval):
    cfg = Config(dict(train_cfg=dict(max_epochs=60, val_interval=10)))
    set_epochs(cfg, 7, validations)
    assert cfg.train_cfg == dict(max_epochs=7, val_interval=interval)


def test_set_epochs_that_cannot_be():
    by_epoch = Config(dict(train_cfg=dict(max_epochs=60)))
    with pytest.raises(ValueError, match=r'`epochs` must be >= 1.*0'):
        set_epochs(by_epoch, 0)
    with pytest.raises(TypeError, match='`epochs` must be an int'):
        set_epochs(by_epoch, 1.5)
    assert by_epoch.train_cfg.max_epochs == 60
    by_iter = Config(dict(train_cfg=dict(max_iters=60)))
    with pytest.raises(ValueError, match=r'by iterations.*got 5.*max_iters'):
        set_epochs(by_iter, 5)


@pytest.mark.parametrize(
    ('train_cfg', 'schedules', 'warned'),
    [
        (dict(max_epochs=60), dict(architecture=[dict(end=60)]), False),
        (dict(max_epochs=40), dict(architecture=[dict(end=60)]), True),
        (dict(max_epochs=40), dict(architecture=dict(end=60)), True),
        (dict(max_epochs=40), [dict(end=5), dict(end=60)], True),
        (dict(max_epochs=40), dict(type='LinearLR', end=60), True),
        (dict(max_epochs=40), [dict(end=60, by_epoch=False)], False),
        (dict(max_epochs=40), [dict(T_max=20), dict(end=5)], False),
        (dict(max_epochs=40), None, False),
        (dict(max_iters=40), [dict(end=60)], False),
    ],
)
def test_a_schedule_that_is_longer_than_the_training(
    train_cfg, schedules, warned, monkeypatch
):
    said = []
    monkeypatch.setattr(
        'mmrazor_ssdkd.engine.training_length.print_log',
        lambda text, **_: said.append(text),
    )
    warn_of_unfinished(
        Config(dict(train_cfg=train_cfg, param_scheduler=schedules))
    )
    assert len(said) == warned
    assert all('epoch 60' in text and 'epoch 40' in text for text in said)
