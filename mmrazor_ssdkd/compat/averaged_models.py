"""Lets mmengine average models that hold more than weights."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from mmengine.model import BaseAveragedModel
from torch import nn

_SUFFIX = '_extra_state'


def mend_averaged_models() -> None:
    """Keeps a model's extra state, such as a replay buffer, its own.

    ``EMAHook`` swaps every entry of the average's state with the model's in a
    checkpoint, so that the average's empty buffer took the place of the full
    one, and takes every entry for a tensor. The average now has weights alone.
    """
    initialise = BaseAveragedModel.__init__
    if not hasattr(initialise, '__wrapped__'):
        BaseAveragedModel.__init__ = _of_weights_alone(initialise)


def _of_weights_alone(initialise: Callable[..., None]) -> Callable[..., None]:
    """Returns a constructor of averages that neither save nor load others."""

    @wraps(initialise)
    def init(average: Any, *args: Any, **kwargs: Any) -> None:
        initialise(average, *args, **kwargs)
        _drop(average.avg_parameters)
        average.module.register_state_dict_post_hook(_saved)
        average.module.register_load_state_dict_pre_hook(_loads)
        average.module.register_load_state_dict_post_hook(_loaded)

    return init


def _drop(state: dict[str, Any], prefix: str = '') -> None:
    """Takes out of a state what is under a prefix and no weight."""
    for key in list(state):
        if key.startswith(prefix) and key.endswith(_SUFFIX):
            del state[key]


def _saved(
    _module: nn.Module, state: dict[str, Any], prefix: str, _metadata: Any
) -> None:
    """Drops it from what is saved, as a state dict's hook."""
    _drop(state, prefix)


def _loads(
    _module: nn.Module, state: dict[str, Any], prefix: str, *_rest: Any
) -> None:
    """Drops it from what is loaded, as a state dict's hook."""
    _drop(state, prefix)


def _loaded(_module: nn.Module, incompatible: Any) -> None:
    """Misses none of it, as a state dict's hook."""
    missing = incompatible.missing_keys
    missing[:] = [key for key in missing if not key.endswith(_SUFFIX)]
