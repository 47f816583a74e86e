"""How a network is told its number of classes."""

import inspect
from collections.abc import Iterator
from typing import Any, Optional

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.checkpoints import read_checkpoint
from mmrazor_ssdkd.checkpoints.sizes import tensors_in
from mmrazor_ssdkd.models.adapters.builders import find_builder, source_folder
from mmrazor_ssdkd.models.building import resolve_model
from mmrazor_ssdkd.models.published_weights import forget_published

__all__ = ['classes_key', 'parameters', 'trained_classes', 'with_classes']


def with_classes(config: dict[str, Any], num_classes: int) -> dict[str, Any]:
    """Returns a config file's model as it is, or inline for other classes.

    Args:
        config (dict): With a ``cfg_path``.
        num_classes (int): How many there shall be.

    Returns:
        dict: Of a model without published weights.
    """
    resolved = resolve_model(config, 'student')
    found = set(_values(resolved.model, 'num_classes'))
    if found <= {num_classes}:
        return config
    model = resolved.model.to_dict()
    forget_published(model)
    _replace(model, 'num_classes', num_classes)
    return {'_scope_': resolved.scope, **model}


def _values(cfg: Any, key: str) -> Iterator[Any]:
    """Yields what a key stands for anywhere in a config."""
    if isinstance(cfg, dict):
        if key in cfg:
            yield cfg[key]
        cfg = list(cfg.values())
    if isinstance(cfg, (list, tuple)):
        for item in cfg:
            yield from _values(item, key)


def _replace(cfg: Any, key: str, value: Any) -> None:
    """Sets a key wherever it stands in a config."""
    if isinstance(cfg, dict):
        if key in cfg:
            cfg[key] = value
        cfg = list(cfg.values())
    if isinstance(cfg, (list, tuple)):
        for item in cfg:
            _replace(item, key, value)


def classes_key(address: str) -> Optional[str]:
    """Returns the argument that tells a builder the number of classes.

    Args:
        address (str): Of the builder.

    Returns:
        str | None: None where it takes none.
    """
    # Their builders hand any argument on to the network.
    if address.startswith(('timm:', 'torchvision')):
        return 'num_classes'
    if address.startswith('transformers:'):
        return 'num_labels'
    return 'num_classes' if 'num_classes' in parameters(address) else None


def parameters(address: str) -> set[str]:
    """Returns the names of a builder's arguments, as far as they are known.

    Args:
        address (str): Of the builder.

    Raises:
        ValueError: There is none.
    """
    with source_folder(address), blamed('network', 'the address of a network'):
        builder = find_builder(address)
    try:
        return set(inspect.signature(builder).parameters)
    # What is written in C has none.
    except (TypeError, ValueError):
        return set()


def trained_classes(network: Any, checkpoint: str) -> Optional[int]:
    """Returns for how many classes weights are.

    Args:
        network (nn.Module): Of another number of classes, or the same.
        checkpoint (str): The file of the weights.

    Returns:
        int | None: None where they are for as many as the network has, or
        for another network.
    """
    saved = dict(tensors_in(read_checkpoint(checkpoint, 'checkpoint')))
    own = network.state_dict()
    first = next(iter(own), '')
    prefixes = [key[: -len(first)] for key in saved if key.endswith(first)]
    found = {
        len(value)
        for prefix in prefixes
        # A layer's name may be that of others within the blocks.
        if all(prefix + name in saved for name in own)
        for name, weight in own.items()
        for value in [saved[prefix + name]]
        if weight.dim() == value.dim() > 0
        and len(weight) != len(value)
        and weight.shape[1:] == value.shape[1:]
    }
    return found.pop() if len(found) == 1 else None
