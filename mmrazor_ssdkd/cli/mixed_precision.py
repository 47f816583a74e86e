"""Turns mixed precision on in a config."""

import torch

from mmrazor_ssdkd.type_names import type_name

__all__ = ['use_amp']


def use_amp(optim_wrapper: dict) -> None:
    """Turns mixed precision on in a config of one or several wrappers.

    Args:
        optim_wrapper (dict): Changed in place.

    Raises:
        ValueError: A wrapper is of a type that cannot be replaced.
    """
    several = (
        'constructor' in optim_wrapper and 'optimizer' not in optim_wrapper
    )
    parts = optim_wrapper.values() if several else [optim_wrapper]
    # mmengine's own wants a GPU for its loss scaling, and a distiller's
    # connectors share a loss with the student.
    scales = torch.cuda.is_available() and 'distiller' not in optim_wrapper
    for wrapper in parts:
        if not isinstance(wrapper, dict):
            continue
        kind = type_name(wrapper) or 'OptimWrapper'
        if kind.endswith('Bf16OptimWrapper'):
            wrapper.setdefault('enabled', True)
        if kind.endswith(('AmpOptimWrapper', 'Bf16OptimWrapper')):
            continue
        if kind != 'OptimWrapper':
            raise ValueError(
                "`optim_wrapper.type` must be 'OptimWrapper' with --amp, but "
                f'got {kind!r}'
            )
        if scales:
            wrapper['type'] = 'AmpOptimWrapper'
        else:
            wrapper.update(type='mmrazor_ssdkd.Bf16OptimWrapper', enabled=True)
