"""Finds out whether teachers and student are networks of their own."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from mmengine.model import is_model_wrapper
from torch import nn
from torch.nn.parameter import is_lazy

__all__ = ['check_pair', 'check_unwrapped']

# Holds nothing that is learnt, so that networks may share it.
_SHARABLE = 'data_preprocessor'


def check_pair(student: nn.Module, teachers: Mapping[str, nn.Module]) -> None:
    """Looks at networks before anything is done with them.

    Args:
        student (nn.Module): What was given as ``architecture``.
        teachers (Mapping[str, nn.Module]): By the argument they were given
            as.

    Raises:
        ValueError: One is in a wrapper or has no values on the CPU, the
            student has no weights to train, or it shares parts with a
            teacher.
    """
    for name, model in {**teachers, 'architecture': student}.items():
        check_unwrapped(name, model)
        _check_values(name, model)
    for name, teacher in teachers.items():
        _check_sharing(student, name, teacher)
    _check_trainable(student)


def check_unwrapped(name: str, model: nn.Module) -> None:
    """Looks for a wrapper, which hides what it wraps.

    Its data preprocessor would be passed over, and its inputs split.

    Args:
        name (str): The argument that the network was given as.
        model (nn.Module): The network.

    Raises:
        ValueError: It is in a wrapper.
    """
    kind = type(model).__name__
    if is_model_wrapper(model) or isinstance(model, nn.DataParallel):
        raise ValueError(
            f'`{name}` must be the network itself, but got it in a {kind}; '
            'give its `.module`'
        )
    hidden = [
        part
        for part, module in model.named_modules()
        if part and hasattr(module, _SHARABLE)
    ]
    if hidden and not hasattr(model, _SHARABLE):
        raise ValueError(
            f'`{name}` must be a network that has its `{_SHARABLE}` itself, '
            f'but got a {kind} that has it in {hidden[0]!r}'
        )


def _check_trainable(student: nn.Module) -> None:
    """Raises a ValueError for a student that no step could change."""
    scripted = [
        type(part).__name__
        for part in student.modules()
        if isinstance(part, torch.jit.ScriptModule)
    ]
    if scripted:
        raise ValueError(
            '`architecture` must be a network of Python, whose modes can be '
            f'changed part by part, but got TorchScript ({scripted[0]})'
        )
    if not any(weight.requires_grad for weight in student.parameters()):
        count = len(list(student.parameters()))
        raise ValueError(
            '`architecture` must have weights to train, with '
            f'`requires_grad`, but got none among {count}'
        )


def _check_values(name: str, model: nn.Module) -> None:
    """Raises a ValueError for weights without values, or elsewhere."""
    expected = torch.empty(0).device.type
    for key, tensor in _named_tensors(model):
        found = 'no device yet' if is_lazy(tensor) else tensor.device.type
        if found != expected:
            raise ValueError(
                f'`{name}` must be built with its weights on the device '
                f'{expected!r}, from where the runner moves it, but '
                f'{key!r} is on {found!r}'
            )


def _check_sharing(student: nn.Module, name: str, teacher: nn.Module) -> None:
    """Raises a ValueError where a step of the student changes a teacher."""
    if student is teacher:
        raise ValueError(
            f'`{name}` and `architecture` must be two networks, but got one '
            f'{type(student).__name__} as both; give a copy'
        )
    theirs: dict[Any, str] = {
        id(part): key for key, part in _named_parts(teacher)
    }
    theirs.update((_place(t), key) for key, t in _named_tensors(teacher))
    ours = [(key, id(part)) for key, part in _named_parts(student)]
    ours += [(key, _place(t)) for key, t in _named_tensors(student)]
    for key, place in ours:
        if place in theirs:
            raise ValueError(
                f'`{name}` and `architecture` must share no part, but '
                f'{theirs[place]!r} of the one is {key!r} of the other; give '
                'a copy'
            )


def _named_parts(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Yields all modules but those of a data preprocessor."""
    for key, module in model.named_modules(remove_duplicate=False):
        if _SHARABLE not in key.split('.'):
            yield key, module


def _named_tensors(model: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yields all weights and buffers but those of a data preprocessor."""
    for prefix, module in _named_parts(model):
        for key, tensor in (
            *module._parameters.items(),
            *module._buffers.items(),
        ):
            if tensor is not None:
                yield f'{prefix}.{key}'.lstrip('.'), tensor


def _place(tensor: torch.Tensor) -> Any:
    """Returns where a tensor's values lie; an empty one shares nothing."""
    if not tensor.numel():
        return tensor
    return ('memory', tensor.untyped_storage().data_ptr())
