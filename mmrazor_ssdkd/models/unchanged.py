"""Lets networks run without a trace."""

import random
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Optional

import numpy as np
import torch
from torch import nn

__all__ = ['unchanged']


class _Tensor(NamedTuple):
    """A weight or buffer, and what it was."""

    tensor: torch.Tensor
    values: torch.Tensor
    is_leaf: bool
    requires_grad: bool
    grad: Optional[torch.Tensor]


@contextmanager
def unchanged(*models: nn.Module) -> Iterator[None]:
    """Makes networks come out as they went in, and the random streams, too.

    Weights, buffers, gradients, modes, hooks and whatever else a module keeps
    as an attribute of its own are what they were, also where the inside
    raises. Gradients start as none inside.

    Args:
        *models (nn.Module): They may share parts.
    """
    modules = {m for model in models for m in model.modules()}
    attributes = [(module, _copied(vars(module))) for module in modules]
    tensors = [_noted(t) for module in modules for t in _tensors(module)]
    numpy_state, python_state = np.random.get_state(), random.getstate()
    # Asking for a GPU's would start it.
    used = torch.cuda.is_initialized()
    gpus = range(torch.cuda.device_count()) if used else ()
    with torch.random.fork_rng(gpus):
        try:
            for entry in tensors:
                if entry.grad is not None:
                    entry.tensor.grad = None
            yield
        finally:
            for module, state in attributes:
                _restore_attributes(module, state)
            for entry in tensors:
                _restore_tensor(entry)
            np.random.set_state(numpy_state)
            random.setstate(python_state)


def _tensors(module: nn.Module) -> list[torch.Tensor]:
    """Returns the weights and buffers of a module, less its children's."""
    found = (*module._parameters.values(), *module._buffers.values())
    return [tensor for tensor in found if tensor is not None]


def _noted(tensor: torch.Tensor) -> _Tensor:
    """Notes what a tensor is."""
    return _Tensor(
        tensor,
        tensor.detach().clone(),
        tensor.is_leaf,
        tensor.requires_grad,
        tensor.grad if tensor.is_leaf else None,
    )


def _copied(state: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Returns attributes with copies of those that are containers."""
    kinds = (dict, OrderedDict, list, set)
    return [
        (key, value, value.copy() if type(value) in kinds else None)
        for key, value in state.items()
    ]


def _restore_attributes(
    module: nn.Module, state: list[tuple[str, Any, Any]]
) -> None:
    """Gives a module the attributes that it had."""
    vars(module).clear()
    for key, value, content in state:
        vars(module)[key] = value
        if content is not None:
            value.clear()
            fill = value.extend if isinstance(value, list) else value.update
            fill(content)


def _restore_tensor(entry: _Tensor) -> None:
    """Gives a tensor the values and the gradient that it had."""
    tensor, values = entry.tensor, entry.values
    if tensor.shape != values.shape:
        tensor.data = values
    elif not torch.equal(tensor, values):
        tensor.data.copy_(values)
    if entry.is_leaf:
        if not tensor.is_leaf:
            # A buffer that was computed from weights is in their graph.
            tensor.detach_()
        tensor.requires_grad_(entry.requires_grad)
        tensor.grad = entry.grad
