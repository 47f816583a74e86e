"""Lets mmengine's runner train in several processes, with GPUs or without."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import mmengine.runner.runner
import torch
from mmengine.device import get_device
from mmengine.model import convert_sync_batchnorm, is_model_wrapper
from mmengine.optim import OptimWrapperDict
from mmengine.registry import MODEL_WRAPPERS
from mmengine.runner import Runner
from torch import nn

from mmrazor_ssdkd.distributed import (
    average_gradients,
    broadcast_weights,
    pool_batch_norms,
    process_number,
)

from .process_group import start_processes

_Wrap = Callable[..., nn.Module]


def mend_several_processes() -> None:
    """Mends what ``Runner`` does under a launcher.

    - Without a GPU the processes talk by gloo, a model's wrapper gets no GPU
      to put it on, and SyncBN runs.
    - ``SSDKD`` and MMRazor's data-free algorithms stay unwrapped, since
      several passes of several networks follow one another in their steps:
      they average their gradients themselves. Every process gets the first
      one's weights, and draws other noise.
    - What a checkpoint holds of every process is collected before the first
      one saves.
    - ``auto_scale_lr`` leaves the generator of an ``SSDKD`` alone, whose batch
      is none of the data loader's.
    """
    module = mmengine.runner.runner
    if hasattr(module.init_dist, '__wrapped__'):
        return
    module.init_dist = start_processes(module.init_dist)
    Runner.wrap_model = _wrapping(Runner.wrap_model)
    Runner._init_model_weights = _initializing(Runner._init_model_weights)
    Runner.save_checkpoint = _gathering(Runner.save_checkpoint)
    Runner.scale_lr = _scaling(Runner.scale_lr)


def _averages(model: nn.Module) -> bool:
    """Returns whether a model averages its gradients itself."""
    # They import what the mends mend.
    from mmrazor.models.algorithms import DataFreeDistillation

    from mmrazor_ssdkd.models.algorithms import SSDKD

    return isinstance(model, (SSDKD, DataFreeDistillation))


def _wrapping(wrap_model: _Wrap) -> _Wrap:
    """Returns a method that wraps no model of several networks."""

    @wraps(wrap_model)
    def wrap(
        runner: Runner, model_wrapper_cfg: Any, model: nn.Module
    ) -> nn.Module:
        if not runner.distributed:
            return wrap_model(runner, model_wrapper_cfg, model)
        if _averages(model):
            return _placed(runner, model)
        if torch.cuda.is_available() or is_model_wrapper(model):
            return wrap_model(runner, model_wrapper_cfg, model)
        cfg = model_wrapper_cfg or dict(
            broadcast_buffers=False,
            find_unused_parameters=runner.cfg.get(
                'find_unused_parameters', False
            ),
        )
        kind = 'MMDistributedDataParallel'
        cfg = {'type': kind, 'device_ids': None, **cfg}
        module = _placed(runner, model)
        return MODEL_WRAPPERS.build(cfg, default_args=dict(module=module))

    return wrap


def _placed(runner: Runner, model: nn.Module) -> nn.Module:
    """Returns a model on its device, its BatchNorms as the config wants."""
    model = model.to(get_device())
    if kind := runner.cfg.get('sync_bn'):
        model = convert_sync_batchnorm(model, kind)
    pool_batch_norms(model)
    return model


def _initializing(initialize: Callable[..., None]) -> Callable[..., None]:
    """Returns a method that gives all processes the same weights."""

    @wraps(initialize)
    def init_model_weights(runner: Runner) -> None:
        model = runner.model
        if not runner.distributed or not _averages(model):
            initialize(runner)
            return
        # mmengine would broadcast what is no tensor, too.
        model.init_weights()
        broadcast_weights(model)
        if rank := process_number():
            torch.manual_seed(torch.initial_seed() + rank)

    return init_model_weights


def _gathering(save: Callable[..., None]) -> Callable[..., None]:
    """Returns a method that collects before the first process saves."""

    @wraps(save)
    def save_checkpoint(runner: Runner, *args: Any, **kwargs: Any) -> None:
        model = runner.model
        if runner.distributed and _averages(model):
            wrapper = runner.optim_wrapper
            several = isinstance(wrapper, OptimWrapperDict)
            for part in wrapper.values() if several else [wrapper]:
                # Those that are in the middle of a sum.
                average_gradients(part, _own(model), only_present=True)
            if hasattr(model, 'gather_state'):
                model.gather_state()
        save(runner, *args, **kwargs)

    return save_checkpoint


def _own(model: nn.Module) -> list[nn.Parameter]:
    """Returns the parameters that differ from process to process."""
    latent = getattr(getattr(model, 'generator', None), 'latent', None)
    return [] if latent is None else [latent]


def _scaling(scale_lr: Callable[..., None]) -> Callable[..., None]:
    """Returns a method that leaves generators with batches of theirs alone."""

    @wraps(scale_lr)
    def scale(
        runner: Runner, optim_wrapper: Any, auto_scale_lr: Any = None
    ) -> None:
        # It imports what the mends mend.
        from mmrazor_ssdkd.models.algorithms import SSDKD

        several = isinstance(optim_wrapper, OptimWrapperDict)
        if several and isinstance(runner.model, SSDKD):
            learning = dict(optim_wrapper.items())
            learning.pop('generator', None)
            optim_wrapper = OptimWrapperDict(**learning)
        scale_lr(runner, optim_wrapper, auto_scale_lr)

    return scale
