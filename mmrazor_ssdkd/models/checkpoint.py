"""Loads weights that may come from anywhere into the model they are of."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from mmrazor_ssdkd.checkpoints import read_checkpoint
from mmrazor_ssdkd.checkpoints.naming import find_weights
from mmrazor_ssdkd.checkpoints.reading import first_line
from mmrazor_ssdkd.checkpoints.weights import check_values
from mmrazor_ssdkd.validation import shown

__all__ = [
    'load_checkpoint',
    'load_weights',
    'optional_keys',
    'read_checkpoint',
]

# Keys a checkpoint and a model may differ in without being of two
# architectures. Old BatchNorm checkpoints count no batches.
_COUNT = 'num_batches_tracked'
# A model of OpenMMLab's has its preprocessor's constants from the config, and
# nothing here runs its auxiliary head.
_OWN_PARTS = ('data_preprocessor.', 'auxiliary_head.')
# PyTorch's key of `get_extra_state`.
_EXTRA_STATE = '_extra_state'


def load_weights(
    model: nn.Module, source: str, name: str, extra_state: bool = True
) -> None:
    """Loads a file into the model it was made from.

    Args:
        model (nn.Module): The model.
        source (str): Path or http(s) URL of a checkpoint: a state dict, or a
            dict with one in it, see :func:`find_weights`.
        name (str): The argument that ``source`` was given as, for messages.
        extra_state (bool): Whether what is no weight goes along, such as a
            replay buffer, whose settings must then fit. Defaults to True.

    Raises:
        ValueError: The file is missing, unreadable, holds more than weights,
            or as in :func:`load_checkpoint`.
    """
    checkpoint = read_checkpoint(source, name)
    load_checkpoint(model, checkpoint, source, name, extra_state)


def load_checkpoint(
    model: nn.Module,
    checkpoint: dict[str, Any],
    source: str,
    name: str,
    extra_state: bool = True,
) -> None:
    """Loads what was read; a model that it does not fit stays as it was.

    Args:
        model (nn.Module): The model.
        checkpoint (dict): A state dict, or a dict with one in it, see
            :func:`find_weights`.
        source (str): Where it is from, for messages.
        name (str): The argument that ``source`` was given as, for messages.
        extra_state (bool): As for :func:`load_weights`. Defaults to True.

    Raises:
        ValueError: It was made from another architecture, or with other
            settings of what goes along, holds several that fit, other kinds
            of numbers than the model, NaN or infinite ones, a negative
            variance, or one weight under two names.
    """
    own = model.state_dict()
    state = _find_state(model, own, checkpoint, source, name)
    if not extra_state:
        state = {k: v for k, v in state.items() if _EXTRA_STATE not in k}
    check_values(state, own, source, name)
    with _unchanged_on_error(model, own):
        _load(model, state, source, name, extra_state)


def _find_state(
    model: nn.Module,
    own: dict[str, Any],
    checkpoint: dict[str, Any],
    source: str,
    name: str,
) -> dict[str, Any]:
    """Returns what a checkpoint has for a model, by the model's names."""
    # An adapter puts it before the names of the network that it holds, and
    # a file may be that network's.
    prefix = getattr(model, 'weight_prefix', '')
    optional = optional_keys(model, own)
    required = {
        key.removeprefix(prefix): value
        for key, value in own.items()
        if isinstance(value, torch.Tensor) and key not in optional
    }
    state = find_weights(checkpoint, required, source, name)
    return {prefix + key: value for key, value in state.items()}


def optional_keys(model: nn.Module, names: Iterable[str]) -> set[str]:
    """Returns which names a checkpoint and a model may differ in.

    A network behind an adapter may have, and run, a part that is called like
    one of OpenMMLab's models.

    Args:
        model (nn.Module): The model.
        names (Iterable[str]): Of its state, or of a checkpoint's.

    Returns:
        set[str]: Those of the names.
    """
    adapted = tuple(
        f'{place}.{part.weight_prefix}' if place else f'{part.weight_prefix}'
        for place, part in model.named_modules()
        if getattr(part, 'weight_prefix', '')
    )
    return {
        name
        for name in names
        if _COUNT in name
        or (
            not name.startswith(adapted)
            and any(part in name for part in _OWN_PARTS)
        )
    }


def _load(
    model: nn.Module,
    state: dict[str, Any],
    source: str,
    name: str,
    extra_state: bool,
) -> None:
    """Loads weights and raises a ValueError unless all have a place."""
    try:
        result = model.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ValueError(
            f'`{name}` must fit the model, but {source!r} has other shapes: '
            f'{first_line(error)}'
        ) from error
    except ValueError as error:
        raise ValueError(
            f'`{name}` must fit the model, but of {source!r} '
            f'{first_line(error)}'
        ) from error
    # What goes along with weights has no shape that torch could compare.
    except (AttributeError, LookupError, TypeError) as error:
        raise ValueError(
            f'`{name}` must fit the model, but {source!r} has another state '
            f'beside the weights: {type(error).__name__} {first_line(error)}'
        ) from error
    for kind in ('missing', 'unexpected'):
        found = getattr(result, f'{kind}_keys')
        optional = optional_keys(model, found)
        keys = [
            key
            for key in found
            if key not in optional and (extra_state or _EXTRA_STATE not in key)
        ]
        if keys:
            # Names tell at a glance what is wrong: a part, another package.
            there = (
                f', and has {shown(list(state)[:3])}'
                if kind == 'missing'
                else ''
            )
            raise ValueError(
                f'`{name}` must be of the same architecture as the model, but '
                f'{source!r} has {len(keys)} {kind} keys, such as '
                f'{shown(keys[:3])}{there}'
            )


@contextmanager
def _unchanged_on_error(model: nn.Module, own: dict[str, Any]) -> Iterator:
    """Gives a model back what it had where the inside raises."""
    # Loading itself is the only one to know all keys that a model takes,
    # since models rename old ones on the way.
    before = {
        key: value.clone() if isinstance(value, torch.Tensor) else value
        for key, value in own.items()
    }
    try:
        yield
    except ValueError:
        model.load_state_dict(before, strict=False)
        raise
