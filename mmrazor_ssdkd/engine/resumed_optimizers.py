"""Finds out whether an optimizer can go on from that of a checkpoint."""

import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner
from torch import nn

__all__ = ['check_optimizers']


def check_optimizers(runner: Runner, saved: Any) -> None:
    """Raises an error where an optimizer is not of the checkpoint's type.

    A checkpoint has no types, so that they are told by what they keep: an
    optimizer must find the settings that it has and what its steps read.
    Settings of another value, or that only say how a step is computed, do not
    count, and neither does more than what is needed.

    Args:
        runner (Runner): Its optimizers are built.
        saved (dict): What a checkpoint has of them.

    Raises:
        ValueError: It is another one.
    """
    for name, wrapper, state in _pairs(runner.optim_wrapper, saved):
        optimizer = getattr(wrapper, 'optimizer', None)
        if not isinstance(optimizer, torch.optim.Optimizer):
            continue
        missing = _missing(optimizer, state)
        if missing:
            raise ValueError(
                f'`{name}.optimizer.type` must be that of the checkpoint to '
                f'resume it, but got {type(optimizer).__name__}, and the '
                f'checkpoint is of one without {missing}'
            )


def _pairs(wrapper: Any, saved: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yields each wrapper's name in a config, itself and what was saved."""
    if not isinstance(wrapper, OptimWrapperDict):
        yield 'optim_wrapper', wrapper, saved
    elif isinstance(saved, dict):
        for name, part in wrapper.items():
            yield f'optim_wrapper.{name}', part, saved.get(name)


def _missing(optimizer: torch.optim.Optimizer, saved: Any) -> list[str]:
    """Returns what an optimizer needs and does not find."""
    try:
        settings = set(saved['param_groups'][0])
        kept = [set(state) for state in saved['state'].values() if state]
    # It is no optimizer's, of which loading says more.
    except (AttributeError, LookupError, TypeError):
        return []
    found = {
        key
        for key, value in optimizer.defaults.items()
        if not (value is None or isinstance(value, bool))
    } - settings
    if kept:
        found |= _kept(optimizer) - set.union(*kept)
    return sorted(found)


def _kept(optimizer: torch.optim.Optimizer) -> set[str]:
    """Returns what an optimizer of torch keeps of a parameter."""
    # What a step of another one does is its own affair.
    if not type(optimizer).__module__.startswith('torch.optim.'):
        return set()
    weight = nn.Parameter(torch.zeros(2, 2))
    weight.grad = torch.zeros(2, 2)
    trial = copy.copy(optimizer)
    trial.state = defaultdict(dict)
    trial.param_groups = [
        {**group, 'params': [weight]} for group in optimizer.param_groups[:1]
    ]
    try:
        type(trial).step(trial)
    # Some want more than a gradient.
    except (RuntimeError, TypeError):
        return set()
    return set(trial.state[weight])
