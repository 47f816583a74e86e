"""Keeps the weights that a network reads while it is built."""

import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any
from unittest.mock import patch

import torch
from mmengine.logging import print_log
from mmengine.model import BaseModule
from mmrazor.registry import MODELS
from torch import nn

from .published_weights import is_published

__all__ = ['initialize_rest', 'loaded_later', 'note_loading', 'read_all']

# On the modules themselves, since a network may be copied after it was read.
_NOTE = '_loaded_while_built'
_LATER = ContextVar('later', default=False)


@contextmanager
def note_loading() -> Iterator[None]:
    """Notes on modules which of their tensors are read from state dicts.

    torch's own loading and mmengine's both end in a method of each module.
    :func:`initialize_rest` takes the notes away again.
    """
    load = nn.Module._load_from_state_dict
    with patch.object(nn.Module, '_load_from_state_dict', _noting(load)):
        yield


@contextmanager
def loaded_later() -> Iterator[None]:
    """Builds what a checkpoint is loaded into right after.

    Nothing is said meanwhile of the weights that teachers start from, which
    nobody will see.
    """
    token = _LATER.set(True)
    try:
        # mmengine writes a line for every weight, to the console where there
        # is no log file.
        with patch.object(BaseModule, '_dump_init_info', lambda module: None):
            yield
    finally:
        _LATER.reset(token)


def initialize_rest(teacher: Any, cfg: dict, checkpoint: str) -> None:
    """Initialises what a teacher did not bring along.

    Weights that were read while it was built stay, whoever read them. A
    function that builds a network hands over what it made as it is, unless
    some of it waits for a file that its ``init_cfg`` names.

    Args:
        teacher (nn.Module): Built within :func:`note_loading`; changed in
            place.
        cfg (dict): What it was built from.
        checkpoint (str): The argument that would have named its weights, for
            messages.
    """
    loaded = _take_notes(teacher)
    names = {name for name, _ in teacher.named_parameters()}
    if names and names <= loaded.keys():
        return
    if _is_function(cfg) and not loaded and not _waits(teacher):
        _warn(checkpoint, 'keeps the weights that its builder gave it')
        return
    _warn(
        checkpoint,
        f'starts from the weights that its own config initialises, but for '
        f'{len(names & loaded.keys())} of {len(names)} that it read itself'
        if loaded
        else 'starts from the weights that its own config initialises',
    )
    before = {name: tensor.clone() for name, tensor in loaded.items()}
    _spare_loaded(teacher, loaded.keys() & names)
    if isinstance(teacher, BaseModule):
        with _foreign_spared(teacher):
            teacher.init_weights()
    with torch.no_grad():
        for name, tensor in _tensors(teacher).items():
            if name in before:
                tensor.copy_(before[name])


def read_all(model: nn.Module, name: str) -> bool:
    """Returns whether a network read all of its weights.

    Args:
        model (nn.Module): Built within :func:`note_loading`.
        name (str): The argument that it was given as, for the log.
    """
    names = {name for name, _ in model.named_parameters()}
    found = bool(names) and names <= _take_notes(model).keys()
    if found:
        print_log(
            f'`{name}` keeps the weights that it read while it was built',
            logger='current',
        )
    return found


def _warn(checkpoint: str, what: str) -> None:
    """Says in the log what a teacher without a checkpoint has."""
    if _LATER.get():
        return
    print_log(
        f'`{checkpoint}` is None: the teacher {what}',
        logger='current',
        level=logging.WARNING,
    )


def _noting(load: Callable[..., None]) -> Callable[..., None]:
    """Returns a module's loading that notes which tensors it read."""

    @wraps(load)
    def noted(module: nn.Module, state: Any, prefix: str, *rest: Any) -> None:
        load(module, state, prefix, *rest)
        own = {**module._parameters, **module._buffers}
        module.__dict__.setdefault(_NOTE, set()).update(
            name
            for name, tensor in own.items()
            if tensor is not None
            and getattr(state.get(prefix + name), 'shape', None)
            == tensor.shape
        )

    return noted


@contextmanager
def _foreign_spared(model: nn.Module) -> Iterator[None]:
    """Keeps mmengine from initialising what is not OpenMMLab's.

    Networks of timm or transformers have an ``init_weights``, too. They did
    that when they were built, and may then have got their weights in a way
    that leaves no note.
    """
    foreign = [
        module
        for module in model.modules()
        if not any(isinstance(part, BaseModule) for part in module.modules())
    ]
    before = [m.__dict__.get('is_init') for m in foreign]
    for module in foreign:
        module.__dict__['is_init'] = True
    try:
        yield
    finally:
        for module, value in zip(foreign, before):
            if value is None:
                del module.__dict__['is_init']
            else:
                module.__dict__['is_init'] = value


def _take_notes(model: nn.Module) -> dict[str, torch.Tensor]:
    """Returns the tensors that were read, by name, and drops the notes."""
    noted = {
        f'{prefix}.{name}' if prefix else name
        for prefix, module in model.named_modules(remove_duplicate=False)
        for name in module.__dict__.get(_NOTE, ())
    }
    for module in model.modules():
        module.__dict__.pop(_NOTE, None)
    return {k: v for k, v in _tensors(model).items() if k in noted}


def _tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Returns a network's weights and statistics, under all their names."""
    return {
        name: tensor.detach()
        for named in (model.named_parameters, model.named_buffers)
        for name, tensor in named(remove_duplicate=False)
    }


def _is_function(cfg: dict) -> bool:
    """Returns whether a config names what builds, but is no class."""
    kind = cfg.get('type')
    if isinstance(kind, str):
        with MODELS.switch_scope_and_registry(cfg.get('_scope_')) as registry:
            kind = registry.get(kind)
    return kind is not None and not inspect.isclass(kind)


def _waits(model: nn.Module) -> bool:
    """Returns whether a part's own initialisation would read a file."""
    for module in model.modules():
        inits = getattr(module, 'init_cfg', None) or ()
        inits = [inits] if isinstance(inits, dict) else inits
        if any(map(is_published, inits)):
            return True
    return False


def _spare_loaded(model: nn.Module, loaded: set[str]) -> None:
    """Keeps the initialisation away from parts that were read whole."""
    for prefix, module in model.named_modules():
        names = {
            f'{prefix}.{name}' if prefix else name
            for name, _ in module.named_parameters()
        }
        if names and names <= loaded and isinstance(module, BaseModule):
            module._is_init = True
