"""Loads weights that may come from anywhere into the model they are of."""

from typing import Any

from torch import nn

from mmrazor_ssdkd.checkpoints import read_checkpoint
from mmrazor_ssdkd.checkpoints.reading import first_line

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
            f'{first_line(error)}'
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


def _is_name(key: Any) -> bool:
    """Returns whether a key can be a weight's."""
    return isinstance(key, str)
