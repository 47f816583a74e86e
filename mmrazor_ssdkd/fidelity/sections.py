"""Gives configs without data to validate on a validation."""

from typing import Any

from mmengine.config import Config

from mmrazor_ssdkd.type_names import type_name

__all__ = ['BATCH_SIZE', 'NUM_IMAGES', 'add_fidelity', 'add_hook', 'draws']

NUM_IMAGES = 256
BATCH_SIZE = 128
_LOOPS = dict(val='FidelityLoop', test='FidelityTestLoop')
# Validations of a run whose config does not say when.
_VALIDATIONS = 8


def draws(length: int, batch_size: int) -> dict[str, Any]:
    """Returns the config of a loader that counts images.

    Args:
        length (int): How many.
        batch_size (int): How many at once.
    """
    return dict(
        batch_size=batch_size,
        num_workers=0,
        dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=length),
        sampler=dict(type='DefaultSampler', shuffle=False),
    )


def add_fidelity(cfg: Config) -> None:
    """Lets a data-free training measure fidelity where it has no other.

    Args:
        cfg (Config): Changed in place where its model is an SSDKD. A loop
            with a section of its own, be it None, stays as it is.
    """
    if type_name(cfg.get('model')) != 'SSDKD':
        return
    for kind, loop in _LOOPS.items():
        names = [f'{kind}_{part}' for part in ('cfg', 'dataloader')]
        names.append(f'{kind}_evaluator')
        if any(name in cfg for name in names):
            continue
        values = (
            dict(type=f'mmrazor_ssdkd.{loop}'),
            draws(NUM_IMAGES, BATCH_SIZE),
            dict(type='mmrazor_ssdkd.FidelityMetric'),
        )
        for name, value in zip(names, values):
            cfg[name] = value
        if kind == 'val':
            _set_interval(cfg.get('train_cfg') or {})


def add_hook(cfg: Config) -> None:
    """Lets a data-free training measure fidelity beside its real metrics.

    Args:
        cfg (Config): Changed in place where its model is an SSDKD and no hook
            of it does so.
    """
    hooks = list(cfg.get('custom_hooks') or [])
    if type_name(cfg.get('model')) != 'SSDKD' or any(
        type_name(hook) == 'FidelityHook' for hook in hooks
    ):
        return
    cfg.custom_hooks = [*hooks, dict(type='mmrazor_ssdkd.FidelityHook')]


def _set_interval(train_cfg: Any) -> None:
    """Says when to validate where a config does not."""
    if not isinstance(train_cfg, dict):
        return  # Refused where the training is checked.
    length = train_cfg.get('max_epochs') or train_cfg.get('max_iters')
    if isinstance(length, int) and not train_cfg.get('val_interval'):
        train_cfg['val_interval'] = -(-length // _VALIDATIONS)
