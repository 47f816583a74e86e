"""Lets a run that resumes go on with the settings of its config."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

from mmengine.logging import print_log
from mmengine.optim import OptimWrapperDict, ReduceOnPlateauParamScheduler
from mmengine.runner import Runner

__all__ = ['settings_of_config']

# How far a schedule has come; all its other attributes are its settings.
_PROGRESS = ('optimizer', 'step', 'last_step', '_global_step', '_last_value')


@contextmanager
def settings_of_config(runner: Runner) -> Iterator[None]:
    """Keeps optimizers' settings and schedules while the inside resumes.

    mmengine takes both from the checkpoint, so that another learning rate or
    length in the config changes nothing. Where they are what they were, so
    are all numbers; where not, a schedule goes on where it would be had the
    run started with it. One that follows a metric cannot be repeated and goes
    on from the checkpoint.

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
    built = [dict(vars(schedule)) for schedule in _schedules(runner)]
    yield
    schedules = _schedules(runner)
    scheduled = {schedule.param_name for schedule in schedules}
    changed = any(map(_differs, schedules, built)) or any(
        schedule._global_step != _steps(schedule, runner)
        for schedule in schedules
    )
    for group, settings in zip(_groups(runner), groups):
        for key, value in settings.items():
            if changed or key not in scheduled:
                group[key] = value
    if changed:
        for schedule, state in zip(schedules, built):
            vars(schedule).update(state)
        _repeat(schedules, runner.epoch, runner.iter)
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
    return list(chain(*(part.optimizer.param_groups for part in wrappers)))


def _settings(group: dict[str, Any]) -> dict[str, Any]:
    """Returns what an optimizer does with a group."""
    return {key: value for key, value in group.items() if key != 'params'}


def _schedules(runner: Runner) -> list[Any]:
    """Returns all schedules but those that follow a metric."""
    found = runner.param_schedulers or []
    if isinstance(found, dict):
        found = list(chain(*found.values()))
    return [
        schedule
        for schedule in found
        if not isinstance(schedule, ReduceOnPlateauParamScheduler)
    ]


def _differs(schedule: Any, built: dict[str, Any]) -> bool:
    """Returns whether a schedule has other settings than it was built with."""
    return any(
        vars(schedule).get(key) != value
        for key, value in built.items()
        if key not in _PROGRESS
    )


def _steps(schedule: Any, runner: Runner) -> int:
    """Returns how often a schedule is asked in a run up to here."""
    return runner.epoch if schedule.by_epoch else runner.iter


def _repeat(schedules: list[Any], epochs: int, iters: int) -> None:
    """Takes the steps of a run so far."""
    length = max(1, iters // max(1, epochs))
    with warnings.catch_warnings():
        # Of schedules that step before their optimizers.
        warnings.simplefilter('ignore')
        for number in range(1, iters + 1):
            ended = number % length == 0 and number // length <= epochs
            for schedule in schedules:
                if ended or not schedule.by_epoch:
                    schedule.step()
