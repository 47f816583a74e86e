"""Configs of a distillation that somebody got wrong."""

from collections.abc import Callable
from typing import Any

Change = Callable[[dict[str, Any]], Any]


def _put(path: str, value: Any) -> Change:
    """Sets a key, by its dotted name."""

    def change(config: dict[str, Any]) -> None:
        *parents, last = path.split('.')
        for key in parents:
            config = config[key]
        config[last] = value

    return change


def _pop(path: str) -> Change:
    """Leaves a key out."""

    def change(config: dict[str, Any]) -> None:
        *parents, last = path.split('.')
        for key in parents:
            config = config[key]
        config.pop(last)

    return change


def _both(*changes: Change) -> Change:
    """Makes several changes."""

    def change(config: dict[str, Any]) -> None:
        for one in changes:
            one(config)

    return change


_POOLED = _put('model.architecture.pools_first', True)
# By name: the change, and the argument that the message has to name.
MISTAKES: dict[str, tuple[Change, str]] = {
    **{
        f'no {name}': (_pop(name), name)
        for name in (
            'model',
            'train_dataloader',
            'train_cfg',
            'optim_wrapper',
            'model.type',
            'train_dataloader.dataset',
            'train_dataloader.dataset.type',
            'optim_wrapper.generator',
            'optim_wrapper.architecture',
            'optim_wrapper.architecture.optimizer',
            'optim_wrapper.architecture.optimizer.type',
            'optim_wrapper.constructor',
        )
    },
    **{
        f'{name} {value!r}': (_put(name, value), name)
        for name in (
            'model',
            'train_dataloader',
            'train_cfg',
            'optim_wrapper',
            'optim_wrapper.architecture',
            'optim_wrapper.architecture.optimizer',
            'param_scheduler',
            'param_scheduler.architecture',
            'default_hooks',
            'default_hooks.logger',
            'custom_hooks',
        )
        for value in (5, 'text', [1])
    },
    'nothing to train': (
        _both(
            *map(
                _pop,
                (
                    'train_dataloader',
                    'train_cfg',
                    'optim_wrapper',
                    'param_scheduler',
                ),
            )
        ),
        'train_dataloader',
    ),
    'dataset of a number': (
        _put('train_dataloader.dataset', 5),
        'train_dataloader',
    ),
    'no schedule of a part': (
        _pop('param_scheduler.generator'),
        'param_scheduler',
    ),
    'no scheduler type': (
        _put('param_scheduler.architecture', [dict(factor=0.5)]),
        'param_scheduler',
    ),
    'scheduler of no type': (
        _put('param_scheduler.architecture', [dict(type='NoSuchLR')]),
        'param_scheduler',
    ),
    'hook without type': (
        _put('custom_hooks', [dict(priority='LOW')]),
        'custom_hooks',
    ),
    'default hook without type': (
        _put('default_hooks.logger', dict(interval=5)),
        'default_hooks.logger',
    ),
    'hook of no type': (
        _put('custom_hooks', [dict(type='NoSuchHook')]),
        'custom_hooks',
    ),
    'loop of no type': (_put('train_cfg.type', 'NoSuchLoop'), 'train_cfg'),
    'another loop': (
        _put('train_cfg', dict(type='mmrazor.DartsIterBasedTrainLoop')),
        'train_cfg.type',
    ),
    'loop of validation': (
        _put('train_cfg', dict(type='ValLoop')),
        'train_cfg.type',
    ),
    'loop with other keys': (
        _put('train_cfg', dict(by_epoch=True, max_iters=5)),
        'train_cfg',
    ),
    'batch of one': (
        _both(_POOLED, _put('train_dataloader.batch_size', 1)),
        'train_dataloader.batch_size',
    ),
    'last batch of one': (
        _both(_POOLED, _put('train_dataloader.dataset.length', 5)),
        'train_dataloader.batch_size',
    ),
    **{
        f'batches of {value!r}': (
            _put('train_dataloader.batch_size', value),
            'train_dataloader.batch_size',
        )
        for value in (0, -1, 'text', 1.5, None, 10**12, 10**400)
    },
}
# Those whose message is somebody else's, with the reason: at present none.
TOLERATED: dict[str, str] = {}
