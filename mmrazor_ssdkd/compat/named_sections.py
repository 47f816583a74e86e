"""Lets mmengine name the section of a config that it cannot build."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from mmengine.runner import Runner

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.validation import shown

_SCHEDULES = (
    'param_scheduler',
    'schedules, with an entry for each optimizer where they are a dict',
)
# By the method that builds it, with what it must be.
_SECTIONS = {
    'build_model': ('model', 'the config of a model'),
    'build_optim_wrapper': ('optim_wrapper', 'the config of optimizers'),
    '_check_scheduler_cfg': _SCHEDULES,
    'build_param_scheduler': _SCHEDULES,
    'build_log_processor': ('log_processor', 'the config of a LogProcessor'),
    'build_visualizer': ('visualizer', 'the config of a Visualizer'),
    'register_default_hooks': (
        'default_hooks',
        'hooks by name, each with a type',
    ),
    'register_custom_hooks': ('custom_hooks', 'hooks, each with a type'),
}
# What goes together, or is not there at all.
_LOOPS = {
    'train': ('train_cfg', 'train_dataloader', 'optim_wrapper'),
    'val': ('val_cfg', 'val_dataloader', 'val_evaluator'),
    'test': ('test_cfg', 'test_dataloader', 'test_evaluator'),
}


def name_sections() -> None:
    """Makes ``Runner`` name what it builds in the errors of building it.

    A key that is missing is a ``KeyError`` of that key alone, and a hook
    without a type one of 'type', wherever in a config they belong.
    """
    for method, (section, rule) in _SECTIONS.items():
        _wrap(method, _named(section, rule))
    _wrap('__init__', _complete)
    for kind, sections in _LOOPS.items():
        _wrap(kind, _given(sections))
        _wrap(f'build_{kind}_loop', _named_loop(kind))


def _wrap(method: str, wrapper: Callable[..., Any]) -> None:
    """Wraps a method of the runner, once."""
    plain = getattr(Runner, method)
    if not hasattr(plain, '__wrapped__'):
        setattr(Runner, method, wrapper(plain))


def _complete(initialise: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a constructor that names the section that is missing."""
    signature = inspect.signature(initialise)

    @wraps(initialise)
    def init(runner: Runner, *args: Any, **kwargs: Any) -> None:
        given = signature.bind(runner, *args, **kwargs).arguments
        for sections in _LOOPS.values():
            found = [name for name in sections if given.get(name) is not None]
            missing = [name for name in sections if name not in found]
            if found and missing:
                raise ValueError(
                    f'`{missing[0]}` must be given where {found} are, but '
                    'got None'
                )
        initialise(runner, *args, **kwargs)

    return init


def _given(sections: tuple[str, ...]) -> Callable[..., Any]:
    """Returns a decorator of methods that run a loop."""

    def decorate(run: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(run)
        def running(runner: Runner) -> Any:
            if getattr(runner, f'_{run.__name__}_loop') is None:
                raise ValueError(
                    f'`{sections[0]}` must be given, as {list(sections[1:])} '
                    'must, but got None'
                )
            return run(runner)

        return running

    return decorate


def _named(section: str, rule: str) -> Callable[..., Any]:
    """Returns a decorator of methods that build a section."""

    def decorate(build: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(build)
        def building(runner: Runner, *args: Any, **kwargs: Any) -> Any:
            with blamed(section, rule):
                return build(runner, *args, **kwargs)

        return building

    return decorate


def _named_loop(kind: str) -> Callable[..., Any]:
    """Returns a decorator of methods that build a loop and its loader."""

    def decorate(build: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(build)
        def building(runner: Runner, loop: Any) -> Any:
            # It imports what the mends mend.
            from mmrazor_ssdkd.engine.train_loop import check_train_loop

            if isinstance(loop, dict):
                _build_loader(runner, f'{kind}_dataloader')
            with blamed(f'{kind}_cfg', 'a loop that a Runner can build'):
                built = build(runner, loop)
            if kind == 'train':
                check_train_loop(built, runner.model)
            return built

        return building

    return decorate


def _build_loader(runner: Runner, name: str) -> None:
    """Builds a loader as the loop's own constructor would."""
    loader = getattr(runner, f'_{name}')
    rule = 'what a DataLoader can be built from'
    # Anything else that can be iterated is the loop's affair.
    if not isinstance(loader, dict):
        if isinstance(loader, str) or not isinstance(loader, Iterable):
            raise TypeError(
                f'`{name}` must be {rule}, but got {shown(loader)}'
            )
        return
    diff_rank_seed = runner._randomness_cfg.get('diff_rank_seed', False)
    with blamed(name, rule):
        built = runner.build_dataloader(
            loader, seed=runner.seed, diff_rank_seed=diff_rank_seed
        )
    setattr(runner, f'_{name}', built)
