"""Loads weights that may come from anywhere, running none of their code."""

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import nn

__all__ = ['load_weights', 'read_checkpoint']

# Keys a checkpoint and a model may differ in without being of two
# architectures: old BatchNorm checkpoints count no batches, a preprocessor's
# constants come from the config, and nothing here runs an auxiliary head.
_OPTIONAL = ('num_batches_tracked', 'data_preprocessor.', 'auxiliary_head.')
# PyTorch's key of `get_extra_state`.
_EXTRA_STATE = '_extra_state'


def load_weights(
    model: nn.Module, source: str, name: str, extra_state: bool = True
) -> None:
    """Loads a checkpoint into the model it was made from.

    Args:
        model (nn.Module): The model.
        source (str): Path or http(s) URL of a checkpoint: a state dict, or a
            dict with one under ``state_dict``.
        name (str): The argument that ``source`` was given as, for messages.
        extra_state (bool): Whether what is no weight goes along, such as a
            replay buffer, whose settings must then fit. Defaults to True.

    Raises:
        ValueError: The file is missing, unreadable, holds more than weights,
            or was made from another architecture.
    """
    checkpoint = read_checkpoint(source, name)
    state = checkpoint.get('state_dict', checkpoint)
    if not isinstance(state, dict) or not all(map(_is_name, state)):
        raise ValueError(
            f'`{name}` must hold weights by name, but {source!r} holds none'
        )
    state = {
        key.removeprefix('module.'): value for key, value in state.items()
    }
    optional: tuple[str, ...] = _OPTIONAL
    if not extra_state:
        optional = (*_OPTIONAL, _EXTRA_STATE)
        state = {k: v for k, v in state.items() if _EXTRA_STATE not in k}
    try:
        result = model.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise ValueError(
            f'`{name}` must fit the model, but {source!r} has other shapes: '
            f'{_first_line(error)}'
        ) from error
    for kind in ('missing', 'unexpected'):
        keys = [
            key
            for key in getattr(result, f'{kind}_keys')
            if not any(part in key for part in optional)
        ]
        if keys:
            raise ValueError(
                f'`{name}` must be of the same architecture as the model, but '
                f'{source!r} has {len(keys)} {kind} keys, such as {keys[:3]}'
            )


def read_checkpoint(source: str, name: str) -> dict[str, Any]:
    """Reads a checkpoint on the CPU with ``weights_only``.

    Args:
        source (str): Path or http(s) URL.
        name (str): The argument that ``source`` was given as, for messages.

    Raises:
        ValueError: The file is missing, unreadable or holds anything that
            loading would have to run code for.
    """
    source = str(source)
    remote = source.startswith(('http://', 'https://'))
    if not remote and not Path(source).is_file():
        raise ValueError(
            f'`{name}` must be an existing file or an http(s) URL, but got '
            f'{source!r}'
        )
    try:
        checkpoint = _download(source) if remote else _read(source)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f'`{name}` must hold weights alone, but {source!r} is damaged or '
            f'asks to run code: {_first_line(error)}'
        ) from error
    # A damaged file fails in as many ways as a pickle has opcodes.
    except Exception as error:
        raise ValueError(
            f'`{name}` must be a whole checkpoint, but {source!r} cannot be '
            f'read: {_first_line(error)}'
        ) from error
    if not isinstance(checkpoint, dict):
        raise ValueError(
            f'`{name}` must hold a dict, but {source!r} holds '
            f'{type(checkpoint).__name__}'
        )
    return checkpoint


def _is_name(key: Any) -> bool:
    """Returns whether a key can be a weight's."""
    return isinstance(key, str)


def _read(path: str) -> Any:
    """Reads a file on the CPU."""
    return torch.load(path, map_location='cpu', weights_only=True)


def _download(url: str) -> Any:
    """Downloads a file, or takes it from torch's cache."""
    return torch.hub.load_state_dict_from_url(
        url, map_location='cpu', weights_only=True
    )


def _first_line(error: Exception) -> str:
    """Returns what matters of a long message."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # load_state_dict puts the model's name first and the reason second.
    return ' '.join(lines[:2]) or type(error).__name__
