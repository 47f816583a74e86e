"""Finds the weights in a checkpoint, and whether a model can use them."""

from collections.abc import Mapping
from typing import Any, Optional

import torch

from .sizes import tensors_in

__all__ = ['check_unique', 'check_values', 'named_weights']

# Of a model that several processes train.
_WRAPPER = 'module.'


def named_weights(
    checkpoint: dict[str, Any], source: str, name: str
) -> dict[str, Any]:
    """Returns the weights by the names that they have in the model itself.

    Args:
        checkpoint (dict): A state dict, or a dict with one under
            ``state_dict``. The prefix of a wrapped model is taken off.
        source (str): Where it is from, for messages.
        name (str): The argument that ``source`` was given as.

    Raises:
        ValueError: There are no weights by name, or two of one name.
    """
    state = checkpoint.get('state_dict', checkpoint)
    if not isinstance(state, dict) or not all(
        isinstance(key, str) for key in state
    ):
        raise ValueError(
            f'`{name}` must hold weights by name, but {source!r} holds none'
        )
    check_unique(state, source, name)
    return {key.removeprefix(_WRAPPER): value for key, value in state.items()}


def check_unique(state: Mapping[str, Any], source: str, name: str) -> None:
    """Raises a ValueError for a weight with and without a wrapper's prefix.

    Args:
        state (Mapping): Weights by name.
        source (str): Where they are from, for messages.
        name (str): The argument that ``source`` was given as.
    """
    for key in state:
        bare = key.removeprefix(_WRAPPER)
        if bare != key and bare in state:
            raise ValueError(
                f'`{name}` must name each weight once, but {source!r} has '
                f'{bare!r} with and without the prefix {_WRAPPER!r}'
            )


def check_values(
    state: Mapping[str, Any],
    own: Mapping[str, Any],
    source: str,
    name: str,
) -> None:
    """Raises a ValueError for weights that a model would take and not bear.

    Args:
        state (Mapping): Weights by name, and what goes along with them.
        own (Mapping): What the model has under the same names.
        source (str): Where the weights are from, for messages.
        name (str): The argument that ``source`` was given as.
    """
    for key, value in state.items():
        for place, tensor in tensors_in(value, key):
            fault = _fault(place, tensor, own.get(place))
            if fault:
                raise ValueError(
                    f'`{name}` must hold sound weights, but in {source!r} '
                    f'{place!r} {fault}'
                )


def _fault(
    place: str, tensor: torch.Tensor, own: Optional[Any]
) -> Optional[str]:
    """Returns what is wrong with a tensor, None if nothing is."""
    if not _is_dense(tensor):
        return f'is no dense tensor of numbers, but {_what(tensor)}'
    if isinstance(own, torch.Tensor) and _kind(tensor) != _kind(own):
        return f'is {tensor.dtype} where the model has {own.dtype}'
    try:
        return _number_fault(place, tensor.detach(), own)
    # Of the numbers with few bits, torch can compare none.
    except (NotImplementedError, RuntimeError):
        return f'has numbers that cannot be compared, of {tensor.dtype}'


def _number_fault(
    place: str, tensor: torch.Tensor, own: Optional[Any]
) -> Optional[str]:
    """Returns which number is wrong, None if none is."""
    if isinstance(own, torch.Tensor):
        # Of another precision, it may be too large for the model's.
        tensor = tensor.to(own.dtype)
    if not (tensor.is_floating_point() or tensor.is_complex()):
        return None
    finite = torch.isfinite(tensor)
    # Some models have constants, as of masks, that are infinite.
    if not finite.all() and not _equal(tensor, own):
        return f'has {int((~finite).sum())} NaN or infinite values'
    if place.endswith('running_var') and (tensor < 0).any():
        return f'is a variance, and {float(tensor.min()):g} at its smallest'
    return None


def _is_dense(tensor: torch.Tensor) -> bool:
    """Returns whether a tensor has a number, of its own, in each place."""
    return tensor.layout == torch.strided and not (
        tensor.is_meta or tensor.is_quantized or tensor.is_nested
    )


def _what(tensor: torch.Tensor) -> str:
    """Returns what a tensor is where it is not dense."""
    for kind in ('nested', 'quantized', 'meta'):
        if getattr(tensor, f'is_{kind}'):
            return kind
    return f'{tensor.layout}'


def _kind(tensor: torch.Tensor) -> str:
    """Returns what numbers a tensor holds, whatever their precision."""
    if tensor.dtype == torch.bool:
        return 'bool'
    if tensor.is_complex():
        return 'complex'
    return 'float' if tensor.is_floating_point() else 'int'


def _equal(tensor: torch.Tensor, own: Optional[Any]) -> bool:
    """Returns whether a model was built with these very numbers."""
    return (
        isinstance(own, torch.Tensor)
        and not own.is_meta
        and torch.equal(tensor, own.to(tensor.device))
    )
