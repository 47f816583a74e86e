"""Lets a run that accumulates gradients resume in the middle of a sum."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from mmengine.optim import (
    AmpOptimWrapper,
    ApexOptimWrapper,
    BaseOptimWrapper,
    OptimWrapper,
)

_Load = Callable[[Any, dict[str, Any]], None]

_KEY = 'accumulation'


def mend_gradient_accumulation() -> None:
    """Saves the gradients in flight, and which step of a sum is next.

    mmengine loses both. A wrapper that accumulates nothing saves what it
    saved before, and a checkpoint without them loads as it did.
    """
    if OptimWrapper.state_dict is _state_dict:
        return
    OptimWrapper.state_dict = _state_dict
    for kind in (OptimWrapper, AmpOptimWrapper, ApexOptimWrapper):
        kind.load_state_dict = _loading(kind.load_state_dict)


def _state_dict(wrapper: OptimWrapper) -> dict[str, Any]:
    """Returns a wrapper's state, in place of ``OptimWrapper.state_dict``."""
    state = BaseOptimWrapper.state_dict(wrapper)
    if wrapper._accumulative_counts > 1:
        state[_KEY] = dict(
            inner_count=wrapper._inner_count,
            gradients=[p.grad for p in _parameters(wrapper)],
        )
    return state


def _loading(load: _Load) -> _Load:
    """Returns a method that takes over the gradients, too."""

    @wraps(load)
    def load_state_dict(wrapper: Any, state_dict: dict[str, Any]) -> None:
        state = dict(state_dict)
        accumulation = state.pop(_KEY, None)
        load(wrapper, state)
        # Another number of steps to a sum begins with a new one.
        if accumulation is not None and wrapper._accumulative_counts > 1:
            _restore(wrapper, **accumulation)

    return load_state_dict


def _restore(
    wrapper: OptimWrapper, inner_count: int, gradients: list[Any]
) -> None:
    """Puts a wrapper into the middle of a sum."""
    wrapper._inner_count = inner_count
    for parameter, gradient in zip(_parameters(wrapper), gradients):
        if gradient is not None:
            # Of the same layout, or sums differ in their last bits.
            gradient = torch.empty_like(parameter).copy_(gradient)
        parameter.grad = gradient


def _parameters(wrapper: OptimWrapper) -> list[torch.nn.Parameter]:
    """Returns what a wrapper optimises, in the optimizer's order."""
    groups = wrapper.optimizer.param_groups
    return [p for group in groups for p in group['params']]
