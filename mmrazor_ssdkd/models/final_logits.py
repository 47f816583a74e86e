"""Picks a student's logits out of what it gives in training mode."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Union

import torch
from mmengine.logging import print_log
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from .forward import frozen, normalize

__all__ = ['FinalLogits', 'use_final_logits']

Path = tuple[Union[int, str], ...]
# What a network raises that cannot train as it is.
_MISTAKES = (
    RuntimeError,
    ValueError,
    TypeError,
    AssertionError,
    LookupError,
    AttributeError,
)


class FinalLogits:
    """A forward hook that leaves one of a network's outputs.

    Args:
        path (tuple[int | str]): Its indices and keys, from the outside in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(
        self, model: nn.Module, _args: Any, kwargs: dict, output: Any
    ) -> Any:
        """Returns it, of the mode 'tensor' while the network trains."""
        wanted = model.training and kwargs.get('mode') == 'tensor'
        return _follow(output, self.path) if wanted else output


@torch.no_grad()
def use_final_logits(
    student: nn.Module, name: str, images: torch.Tensor
) -> None:
    """Lets a student that trains by several outputs give its last logits.

    Segmentors with auxiliary heads inside (DDRNet, PIDNet), those that refine
    their maps (K-Net) and classifiers with auxiliary logits return all of
    them in training mode. Which of them the network takes at test time is
    found by comparing: it runs in both modes, its norms and dropout in eval
    mode in both. Nothing is hooked where it gives logits alone.

    Args:
        student (nn.Module): The student; its state stays as it is.
        name (str): The argument that it was given as, for messages.
        images (torch.Tensor): In 0 to 255, (N, channels, H, W), of which no
            two are equal.

    Raises:
        ValueError: It does not run in training mode, or not exactly one of
            its outputs are the logits of eval mode.
    """
    preprocessor = getattr(student, 'data_preprocessor', None)
    inputs = normalize(images, preprocessor)
    with frozen(student):
        expected = student(inputs, mode='tensor')
    try:
        with _training(student):
            output = student(inputs, mode='tensor')
            again = None
            if _are_others(output, expected):
                again = student(inputs, mode='tensor')
    except _MISTAKES as error:
        raise ValueError(
            f'`{name}` must run in training mode, but fails: {error}'
        ) from error
    if isinstance(output, torch.Tensor):
        _check_classes(name, output, expected)
        # What is drawn at random differs from call to call.
        if again is not None and _is_equal(output, again):
            _warn(name)
        return
    path = _find(name, output, expected)
    student.register_forward_hook(FinalLogits(path), with_kwargs=True)


def _warn(name: str) -> None:
    """Says in the log that a student is trained by something else."""
    print_log(
        f'`{name}` must give in training mode the logits that it gives in '
        'eval mode, but gives others, with its norms and dropout as in eval '
        'mode: if those are auxiliary ones, the others learn nothing',
        logger='current',
        level=logging.WARNING,
    )


def _find(name: str, output: Any, expected: torch.Tensor) -> Path:
    """Returns where in an output the expected logits are."""
    alike = {
        path: tensor
        for path, tensor in _tensors(output)
        if tensor.shape == expected.shape
    }
    equal = [path for path, t in alike.items() if _is_equal(t, expected)]
    # Dropout that is not a layer of its own runs in one mode alone.
    found = equal or list(alike)
    if len(found) != 1:
        shapes = [tuple(tensor.shape) for _, tensor in _tensors(output)]
        raise ValueError(
            f'`{name}` must give in training mode the logits that it gives '
            f'in eval mode, of shape {tuple(expected.shape)}, once, but '
            f'{len(found)} outputs of a {type(output).__name__} of shapes '
            f'{shapes} can be them'
        )
    return found[0]


def _check_classes(
    name: str, output: torch.Tensor, expected: torch.Tensor
) -> None:
    """Raises a ValueError where training gives something else."""
    if (
        output.dim() != expected.dim()
        or output.shape[:2] != expected.shape[:2]
    ):
        raise ValueError(
            f'`{name}` must give in training mode the logits that it gives in '
            f'eval mode, of shape {tuple(expected.shape)}, but got '
            f'{tuple(output.shape)}'
        )


def _are_others(output: Any, expected: torch.Tensor) -> bool:
    """Returns whether the softmax of an output is another one."""
    if getattr(output, 'shape', None) != expected.shape:
        return False
    # As much more for each class changes nothing.
    return not _is_equal(
        output - output.mean(dim=1, keepdim=True),
        expected - expected.mean(dim=1, keepdim=True),
    )


def _is_equal(tensor: torch.Tensor, expected: torch.Tensor) -> bool:
    """Returns whether two tensors differ by rounding alone."""
    scale = float(expected.abs().max())
    return torch.allclose(tensor, expected, rtol=1e-3, atol=1e-4 * scale)


def _tensors(output: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yields the tensors of nested outputs and where they are."""
    if isinstance(output, torch.Tensor):
        yield path, output
    elif isinstance(output, Mapping):
        for key, value in output.items():
            yield from _tensors(value, (*path, key))
    elif isinstance(output, (tuple, list)):
        for index, value in enumerate(output):
            yield from _tensors(value, (*path, index))


def _follow(output: Any, path: Path) -> Any:
    """Returns what is at a place in nested outputs."""
    for key in path:
        output = output[key]
    return output


@contextmanager
def _training(model: nn.Module) -> Iterator[None]:
    """Lets a network take its ways of training mode, and changes nothing.

    Layers without parts, which the norms and dropout are, stay in eval mode,
    as do norms that have an activation in them.
    """
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    owners = [(module, dict(module._buffers)) for module in model.modules()]
    model.train()
    for module in model.modules():
        if isinstance(module, _BatchNorm) or not list(module.children()):
            module.training = False
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        for module, own in owners:
            module._buffers.update(own)
        for buffer, before in buffers:
            buffer.copy_(before)
        for module, mode in modes:
            module.training = mode
