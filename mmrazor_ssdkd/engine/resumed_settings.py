"""Lets a run that resumes go on with the settings of its config."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from mmengine.logging import print_log
from mmengine.optim import OptimWrapperDict, ReduceOnPlateauParamScheduler
from mmengine.runner import EpochBasedTrainLoop, Runner

__all__ = ['settings_of_config']

# How far a schedule has come; all its other attributes are its settings.
_PROGRESS = ('optimizer', 'step', 'last_step', '_global_step', '_last_value')
_FOLLOWING = ReduceOnPlateauParamScheduler
# What one has seen of its metric, if it is the same metric.
_SEEN = ('best', 'num_bad_epochs', 'cooldown_counter')


@contextmanager
def settings_of_config(runner: Runner) -> Iterator[None]:
    """Keeps optimizers' settings and schedules while the inside resumes.

    mmengine takes both from the checkpoint, so that another learning rate or
    length in the config changes nothing. Where they are what they were, so
    are all numbers; where not, a schedule goes on where it would be had the
    run started with it. One that follows a metric cannot be repeated: what it
    has seen and the numbers that it changes go on from the checkpoint.

    Args:
        runner (Runner): What resumes inside.
    """
    # As resuming itself builds them.
    runner.optim_wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
    if runner.param_schedulers is not None:
        runner.param_schedulers = runner.build_param_scheduler(
            runner.param_schedulers
        )
    groups = [_settings(group) for group in _groups(runner)]
    following, others = _schedules(runner)
    built = [dict(vars(schedule)) for schedule in others]
    fresh = [dict(vars(schedule)) for schedule in following]
    yield
    changed = any(map(_differs, others, built)) or any(
        schedule._global_step != _steps(schedule, runner)
        for schedule in others
    )
    resumed = _resumed(following, fresh, runner)
    kept = _scheduled(resumed if changed else [*resumed, *others])
    for group, settings in zip(_groups(runner), groups):
        group.update(settings | kept.get(id(group), {}))
    if changed:
        for schedule, state in zip(others, built):
            _reset(schedule, state)
        _repeat(others, runner)
        # Another schedule of the same number has moved it again.
        for group in _groups(runner):
            group.update(kept.get(id(group), {}))
        print_log(
            'The schedules are not those of the checkpoint: they go on where '
            'they would be had the run started with them',
            logger='current',
        )


def _groups(runner: Runner) -> list[dict[str, Any]]:
    """Returns the groups of parameters of all optimizers."""
    wrapper = runner.optim_wrapper
    wrappers = [wrapper]
    if isinstance(wrapper, OptimWrapperDict):
        wrappers = list(wrapper.values())
    # With the settings that a wrapper logs, where its parameters have others.
    return list(chain(*(part.param_groups for part in wrappers)))


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    """Returns what an optimizer does with a group."""
    return {key: value for key, value in group.items() if key != 'params'}


def _schedules(runner: Runner) -> tuple[list[Any], list[Any]]:
    """Returns the schedules that follow a metric, and all others."""
    found = runner.param_schedulers or []
    if isinstance(found, dict):
        found = list(chain(*found.values()))
    following = [s for s in found if isinstance(s, _FOLLOWING)]
    return following, [s for s in found if not isinstance(s, _FOLLOWING)]


def _scheduled(schedules: list[Any]) -> dict[int, dict[str, Any]]:
    """Returns the numbers that schedules change, by the group's identity."""
    found: dict[int, dict[str, Any]] = {}
    for schedule in schedules:
        names = [schedule.param_name]
        # A schedule of momentum writes Adam's in both places.
        if getattr(schedule, 'use_betas', False):
            names.append('betas')
        for group in schedule.optimizer.param_groups:
            numbers = {name: group[name] for name in names}
            found.setdefault(id(group), {}).update(numbers)
    return found


def _resumed(
    following: list[Any], built: list[dict[str, Any]], runner: Runner
) -> list[Any]:
    """Returns the schedules of a metric that the checkpoint has, too.

    All get back the settings that they were built with.
    """
    found = []
    for schedule, state in zip(following, built):
        loaded = dict(vars(schedule))
        _reset(schedule, state)
        steps = _steps(schedule, runner)
        # Otherwise it has another one in this place, or none.
        if loaded.keys() == state.keys() and loaded['_global_step'] == steps:
            same = all(
                loaded[key] == state[key] for key in ('monitor', 'rule')
            )
            names = (*_PROGRESS, *_SEEN) if same else _PROGRESS
            vars(schedule).update({k: loaded[k] for k in names if k in loaded})
            found.append(schedule)
        schedule._global_step = steps
    return found


def _differs(schedule: Any, built: dict[str, Any]) -> bool:
    """Returns whether a schedule has other settings than it was built with."""
    loaded = vars(schedule)
    # One of another type leaves its own, too.
    return loaded.keys() != built.keys() or any(
        loaded[key] != value
        for key, value in built.items()
        if key not in _PROGRESS
    )


def _reset(schedule: Any, built: dict[str, Any]) -> None:
    """Gives a schedule back the state that it was built with."""
    vars(schedule).clear()
    vars(schedule).update(built)


def _steps(schedule: Any, runner: Runner) -> int:
    """Returns how often a schedule is asked in a run up to here."""
    return runner.epoch if schedule.by_epoch else runner.iter


def _repeat(schedules: list[Any], runner: Runner) -> None:
    """Takes the steps of a run so far."""
    length = _epoch_length(runner)
    # In each step those by epoch come last.
    schedules = sorted(schedules, key=lambda schedule: schedule.by_epoch)
    with warnings.catch_warnings():
        # Of schedules that step before their optimizers.
        warnings.simplefilter('ignore')
        for number in range(1, runner.iter + 1):
            ended = number % length == 0 and number // length <= runner.epoch
            for schedule in schedules:
                if ended or not schedule.by_epoch:
                    schedule.step()


def _epoch_length(runner: Runner) -> int:
    """Returns how many iterations an epoch of the run so far has."""
    epochs, iters, loop = runner.epoch, runner.iter, runner.train_loop
    if isinstance(loop, EpochBasedTrainLoop):
        length = len(loop.dataloader)
        # Unless the batches were of another size.
        if 0 <= iters - epochs * length <= length:
            return length
    return max(1, iters // max(1, epochs))
