"""Finds trainings that would end well having done nothing."""

from typing import Any

from mmengine.config import Config
from mmengine.dataset import InfiniteSampler
from mmengine.hooks import ParamSchedulerHook
from mmengine.runner import Runner
from torch import nn

from mmrazor_ssdkd.type_names import type_name
from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import check_int

from .sections import check_sections

__all__ = ['check_runner', 'check_training']

_SSDKD = 'SSDKD'
# What always has an optimizer where parts have their own.
_LEARNING = {'generator', 'architecture'}


def check_training(cfg: Config) -> None:
    """Looks at a training's config before anything is built.

    Args:
        cfg (Config): What a Runner takes.

    Raises:
        TypeError: A section is no dict, or a length no integer.
        ValueError: A section is missing, the training has no length, or the
            schedules are not those of the optimizers.
    """
    sections = ('model', 'train_dataloader', 'train_cfg', 'optim_wrapper')
    check_sections(cfg, *sections)
    for key in ('max_epochs', 'max_iters'):
        if key in cfg.train_cfg:
            check_int(f'train_cfg.{key}', cfg.train_cfg[key], 1)
    _check_schedules(cfg)


def check_runner(runner: Runner) -> None:
    """Looks at what a config builds before it is trained.

    Args:
        runner (Runner): Its training loop is built by this.

    Raises:
        ValueError: An optimizer is for a part that the model lacks or that
            has nothing to learn, nothing steps the schedules, an epoch has
            no batch, or a student would come from two places.
    """
    model = unwrapped(runner.model)
    for name in _parts(runner.optim_wrapper):
        _check_part(model, name)
    steps = any(isinstance(h, ParamSchedulerHook) for h in runner.hooks)
    if runner.param_schedulers and not steps:
        raise ValueError(
            '`default_hooks.param_scheduler` must not be None beside a '
            '`param_scheduler`, which nothing else steps'
        )
    _check_loader(runner.train_loop.dataloader)
    _check_start(runner, model)


def _check_schedules(cfg: Config) -> None:
    """Raises a ValueError unless schedules and optimizers are one to one."""
    schedules = cfg.get('param_scheduler')
    parts = _parts(cfg.optim_wrapper)
    if not schedules:
        return
    by_part = isinstance(schedules, dict) and 'type' not in schedules
    if type_name(cfg.model) == _SSDKD and not by_part:
        raise ValueError(
            '`param_scheduler` must be a dict with a list for each of '
            f'{parts}, since a bare schedule is for all, the generator too, '
            f'but got a {type(schedules).__name__}'
        )
    if by_part and sorted(schedules) != sorted(parts):
        raise ValueError(_mismatch(cfg.optim_wrapper, parts, list(schedules)))


def _mismatch(
    optim_wrapper: dict, parts: list[str], schedules: list[str]
) -> str:
    """Returns which of optimizers and schedules are not all there."""
    if not parts and 'optimizer' in optim_wrapper:
        return (
            '`param_scheduler` must have a type, as `optim_wrapper` has one '
            f'optimizer, but got the keys {schedules}'
        )
    if not parts and 'constructor' not in optim_wrapper:
        return (
            "`optim_wrapper.constructor` must be 'mmrazor."
            "SeparateOptimWrapperConstructor' for several optimizers, but got "
            f'the keys {list(optim_wrapper)}'
        )
    missing = set(schedules) - set(parts)
    if set(parts) < set(schedules) and missing <= _LEARNING:
        return (
            '`optim_wrapper` must have an optimizer for each of '
            f'`param_scheduler`, {schedules}, but got those of {parts}'
        )
    return (
        f'`param_scheduler` must have the keys of `optim_wrapper`, {parts}, '
        f'but got the keys {schedules}'
    )


def _parts(optim_wrapper: Any) -> list[str]:
    """Returns the names of the parts that have optimizers of their own."""
    if not isinstance(optim_wrapper, dict) or 'optimizer' in optim_wrapper:
        return []
    if 'constructor' not in optim_wrapper:
        return []
    return [key for key, v in optim_wrapper.items() if isinstance(v, dict)]


def _check_part(model: nn.Module, name: str) -> None:
    """Raises a ValueError for an optimizer that has nothing to do."""
    part = model._modules.get(name)
    if part is None:
        names = [key for key, value in model._modules.items() if value]
        raise ValueError(
            f'`optim_wrapper.{name}` must be for a part of '
            f'{type(model).__name__}, one of {names}, but it has none of this '
            'name'
        )
    if not any(weight.requires_grad for weight in part.parameters()):
        raise ValueError(
            f'`optim_wrapper.{name}` must be for a part that learns, but '
            f'{type(part).__name__} has no weight with `requires_grad`'
        )


def _check_start(runner: Runner, model: Any) -> None:
    """Raises a ValueError for a student that would come from two places."""
    source = getattr(runner, '_load_from', None)
    resumes = getattr(runner, '_resume', False)
    inherits = getattr(model, '_student_init', None) is not None
    if source and inherits and not resumes:
        raise ValueError(
            '`load_from` must be None beside a `student_init` other than '
            f"'random', whose student it would replace, but got {source!r}; "
            '--resume goes on with a run'
        )


def _check_loader(loader: Any) -> None:
    """Raises a ValueError for a loader without a batch."""
    if isinstance(loader.sampler, InfiniteSampler) or len(loader):
        return
    raise ValueError(
        '`train_dataloader.batch_size` must be <= the '
        f'{len(loader.dataset)} samples of `train_dataloader.dataset` where '
        f'`drop_last` is True, but got {loader.batch_size}'
    )
