"""Lets no runner of mmengine save a broken model as its last good one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import mmengine.runner.runner
import torch

_Save = Callable[..., None]
# A norm that gives infinity each time has no other broken tensor.
_MOMENTS = ('running_mean', 'running_var')
# What users call the parts of a distillation.
_PARTS = dict(
    architecture='student',
    generator='generator',
    teacher='teacher',
    teachers='teachers',
    distiller="distiller's connectors",
)


def mend_broken_checkpoints() -> None:
    """Checks that weights are finite before ``Runner`` saves them."""
    module = mmengine.runner.runner
    if not hasattr(module.save_checkpoint, '__wrapped__'):
        module.save_checkpoint = _checked(module.save_checkpoint)


def _checked(save: _Save) -> _Save:
    """Returns a function that saves no weights that are no numbers."""

    @wraps(save)
    def save_checkpoint(
        checkpoint: dict[str, Any], filename: str, **kwargs: Any
    ) -> None:
        for key in ('state_dict', 'ema_state_dict'):
            _check(checkpoint.get(key, {}), filename, checkpoint['meta'])
        save(checkpoint, filename, **kwargs)

    return save_checkpoint


def _check(state: dict[str, Any], filename: str, meta: dict[str, Any]) -> None:
    """Raises a ValueError that says whose weights are broken, and when."""
    broken = [name for name, value in state.items() if _is_broken(name, value)]
    if not broken:
        return
    part = broken[0].removeprefix('module.').split('.')[0]
    whose = f'{_PARTS[part]} (`{part}`)' if part in _PARTS else 'model'
    raise ValueError(
        f'the weights of the {whose} must be finite, but after step '
        f'{meta.get("iter")} {len(broken)} of {len(state)} tensors hold NaN '
        f'or infinite values, such as {broken[0]!r}; {filename!r} was not '
        'saved: try a lower learning rate in `optim_wrapper`, or its '
        '`clip_grad`, from the last checkpoint on'
    )


def _is_broken(name: str, value: Any) -> bool:
    """Returns whether something is a tensor of weights that are none."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return False
    odd = value[~torch.isfinite(value)]
    if not len(odd):
        return False
    # Attention's masks are zero and infinite, and quantisation's observers
    # are infinite as long as they have seen nothing.
    rest = value.masked_fill(value.isinf(), 0)
    return name.endswith(_MOMENTS) or bool(torch.any(rest != 0))
