"""Lets a runner take a checkpoint only if it is of its model."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from inspect import signature
from itertools import chain
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn

from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import shown


def check_runner_checkpoints() -> None:
    """Makes ``Runner`` check what it loads before it changes anything.

    mmengine loads whatever keys of a checkpoint have a place in the model,
    and warns of the others. What is resumed must now be of the model, and
    what an ``SSDKD`` loads, too. Other models may still start from a part of
    their weights (``load_from``), as a fine-tuned one does. Optimizers resume
    from those of their type alone. An ``SSDKD`` that resumes keeps the
    optimizers' settings and schedules of its config.
    """
    if not hasattr(Runner.resume, '__wrapped__'):
        Runner.resume = _checked(Runner.resume, resumes=True)
        Runner.load_checkpoint = _checked(
            Runner.load_checkpoint, resumes=False
        )


def _checked(load: Callable[..., Any], resumes: bool) -> Callable[..., Any]:
    """Returns a method that looks at a checkpoint before the hooks do."""

    @wraps(load)
    def loading(
        runner: Runner, filename: Any, *args: Any, **kwargs: Any
    ) -> Any:
        # Resuming loads, and its own check looks at more.
        if any(isinstance(hook, _CheckpointCheck) for hook in runner._hooks):
            return load(runner, filename, *args, **kwargs)
        # It imports what the mends mend.
        from mmrazor_ssdkd.engine import settings_of_config

        check = _CheckpointCheck(str(filename), resumes)
        given = signature(load).bind(runner, filename, *args, **kwargs)
        if resumes and given.arguments.get('resume_optimizer', True):
            # As resuming itself builds it.
            wrapper = runner.build_optim_wrapper(runner.optim_wrapper)
            runner.optim_wrapper = wrapper
            check.of_optimizers = True
        kept = resumes and _is_ssdkd(unwrapped(runner.model))
        # Before those that change models, such as EMAHook.
        runner._hooks.insert(0, check)
        try:
            with settings_of_config(runner) if kept else nullcontext():
                return load(runner, filename, *args, **kwargs)
        finally:
            runner._hooks.remove(check)

    return loading


def _is_ssdkd(model: nn.Module) -> bool:
    """Returns whether a model is this package's."""
    # It imports what the mends mend.
    from mmrazor_ssdkd.models.algorithms import SSDKD

    return isinstance(model, SSDKD)


def _teacher_weights(model: nn.Module) -> dict[str, torch.Tensor]:
    """Returns what a model's teachers hold, themselves and no copies."""
    # A state dict would copy the buffer's images, too.
    return {
        name: value
        for name, value in chain(
            model.named_parameters(), model.named_buffers()
        )
        if name.startswith(('teacher.', 'teachers.'))
    }


def _tell_of_teachers(
    before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]
) -> None:
    """Warns of teachers that are not those that a run began with."""
    others = [name for name in before if not before[name].equal(after[name])]
    if others:
        print_log(
            'The run goes on with the teacher of its checkpoint, whose '
            f'weights are not those of the config, such as {others[0]!r}',
            logger='current',
            level=logging.WARNING,
        )


class _CheckpointCheck(Hook):
    """Loads what the runner is about to load, or raises.

    Args:
        source (str): Where it is from.
        resumes (bool): Whether the run goes on from it.
    """

    def __init__(self, source: str, resumes: bool) -> None:
        self.source = source
        self.resumes = resumes
        self.of_optimizers = False

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Raises a ValueError for what does not fit the runner's model."""
        # They import what the mends mend.
        from mmrazor_ssdkd.engine.resumed_optimizers import check_optimizers
        from mmrazor_ssdkd.models.checkpoint import load_checkpoint

        model = unwrapped(runner.model)
        if self.resumes:
            self._check_progress(checkpoint)
            self._check_names(checkpoint.get('state_dict'), model)
        if self.of_optimizers:
            check_optimizers(runner, checkpoint.get('optimizer'))
        if self.resumes or _is_ssdkd(model):
            before = {}
            if self.resumes:
                teachers = _teacher_weights(model).items()
                before = {name: value.clone() for name, value in teachers}
            load_checkpoint(model, checkpoint, self.source, 'load_from')
            _tell_of_teachers(before, _teacher_weights(model))

    def _check_progress(self, checkpoint: dict) -> None:
        """Raises a ValueError for what no run has written."""
        meta, hub = (checkpoint.get(key) for key in ('meta', 'message_hub'))
        progress = [
            meta.get(key) if isinstance(meta, dict) else None
            for key in ('epoch', 'iter')
        ]
        counted = all(type(count) is int and count >= 0 for count in progress)
        logged = isinstance(hub, dict) and all(
            isinstance(hub.get(key), dict)
            for key in ('log_scalars', 'runtime_info', 'resumed_keys')
        )
        if not (counted and logged):
            raise ValueError(
                '`load_from` must be the checkpoint of a run to resume it, '
                f'with its epoch, iteration and log, but {self.source!r} has '
                f'the epoch and iteration {shown(progress)} and the keys '
                f'{shown(list(checkpoint)[:5])}'
            )

    def _check_names(self, state: Any, model: nn.Module) -> None:
        """Raises a ValueError for weights under other names.

        Weights alone may come from elsewhere, with a prefix before their
        names; a run saves them under the model's own.
        """
        own = model.state_dict()
        if isinstance(state, dict) and own and not own.keys() & state.keys():
            raise ValueError(
                "`load_from` must have the weights under the model's own "
                f'names to resume it, such as {next(iter(own))!r}, but '
                f'{self.source!r} has {shown(list(state)[:3])}'
            )
