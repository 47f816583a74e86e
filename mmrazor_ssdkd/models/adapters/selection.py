"""Picks the logits out of what a network gives."""

from collections.abc import Mapping
from typing import Any, Optional, Union

import torch

__all__ = ['check_dimensions', 'check_selector', 'select']

Selector = Optional[Union[int, str]]


def check_selector(output: Any) -> Selector:
    """Returns a selector.

    Raises:
        TypeError: It is neither None, an index, nor a name.
    """
    wrong = isinstance(output, bool) or not isinstance(output, (int, str))
    if output is not None and wrong:
        raise TypeError(
            '`output` must be None, an index of a tuple, or a key or '
            f'attribute, but got {output!r}'
        )
    return output


def check_dimensions(logits: torch.Tensor, number: int, kind: str) -> None:
    """Raises a ValueError for logits of another kind of network.

    Args:
        logits (torch.Tensor): What was selected.
        number (int): How many dimensions they must have, 2 or 4.
        kind (str): The adapter, for messages.
    """
    if logits.dim() != number:
        shape = {2: '(N, C)', 4: '(N, C, H, W)'}[number]
        raise ValueError(
            f'`module` must give logits of shape {shape} in a {kind}, but got '
            f'{tuple(logits.shape)}'
        )


def select(outputs: Any, output: Selector) -> torch.Tensor:
    """Returns the tensor that a selector names.

    Args:
        outputs (object): What a network gives. A lone tensor is taken as it
            is, since some networks give more than that only when they train.
        output (int | str, optional): An index of a tuple or list, or a key of
            a dict or the name of an attribute.

    Raises:
        ValueError: There is none such, or it is no tensor.
    """
    if isinstance(outputs, torch.Tensor):
        return outputs
    found = _find(outputs, output)
    if not isinstance(found, torch.Tensor):
        raise ValueError(
            '`output` must name the tensor of the logits in what `module` '
            f'gives, {_describe(outputs)}, but got {output!r}'
        )
    return found


def _find(outputs: Any, output: Selector) -> Any:
    """Returns what is there, None if there is nothing."""
    if isinstance(output, int):
        try:
            return outputs[output]
        except (KeyError, IndexError, TypeError):
            return None
    if isinstance(output, str):
        if isinstance(outputs, Mapping):
            return outputs.get(output)
        return getattr(outputs, output, None)
    return None


def _describe(outputs: Any) -> str:
    """Says what there is to choose from."""
    name = type(outputs).__name__
    if isinstance(outputs, Mapping):
        return f'a {name} with the keys {list(outputs)}'
    if hasattr(outputs, '_fields'):
        return f'a {name} with the attributes {list(outputs._fields)}'
    if isinstance(outputs, (tuple, list)):
        kinds = [getattr(o, 'shape', type(o).__name__) for o in outputs]
        shapes = [k if isinstance(k, str) else tuple(k) for k in kinds]
        return f'a {name} of {shapes}'
    return f'a {name}'
