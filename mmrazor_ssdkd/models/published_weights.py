"""Takes published weights out of a model's config."""

from inspect import signature
from typing import Any

from torchvision.models import get_model_builder

from mmrazor_ssdkd.type_names import type_name

__all__ = ['forget_published', 'is_published']

# OpenMMLab's initialisers that read a file, by their registered name or,
# in pure-Python configs, that of their class.
_INITIALIZERS = ('Pretrained', 'PretrainedInit', 'Pretrained_Part')
# Of mmseg's and mmpretrain's networks, and of timm's.
_KEYS = ('pretrained', 'checkpoint_path')
# Classes that read published weights unless they are told not to.
_PRETRAINED = ('TIMMBackbone',)


def is_published(cfg: Any) -> bool:
    """Returns whether a config is of an initialiser that reads a file."""
    return type_name(cfg) in _INITIALIZERS


def forget_published(cfg: Any) -> None:
    """Takes out all that would start a model from published weights.

    At any depth: segmentors hand their backbone's config through another
    backbone, and detectors' parts have parts. What initialises otherwise
    stays. A key with nothing left is taken out itself, so that the class's
    own initialisation comes back: many have it as a default or check for
    None, and an empty list is neither.

    Args:
        cfg (Any): A model's config, changed in place; what is no dict or list
            is left alone.
    """
    if isinstance(cfg, (list, tuple)):
        for item in cfg:
            forget_published(item)
        return
    if not isinstance(cfg, dict):
        return
    for key in _KEYS:
        cfg.pop(key, None)
    if type_name(cfg) in _PRETRAINED:
        cfg['pretrained'] = False
    if str(cfg.get('type')).startswith('torchvision') and ':' in cfg['type']:
        _forget_torchvision(cfg)
    for key, value in list(cfg.items()):
        if is_published(value):
            del cfg[key]
        elif isinstance(value, (list, tuple)):
            _forget_items(cfg, key)
    for value in cfg.values():
        forget_published(value)


def _forget_torchvision(cfg: dict) -> None:
    """Takes torchvision's weights out of what an adapter builds.

    Its segmentors read those of a backbone unless they are told not to.
    """
    cfg.pop('weights', None)
    try:
        builder = get_model_builder(cfg['type'].rpartition(':')[2])
    # A class or something else of the package, which reads nothing.
    except ValueError:
        return
    if 'weights_backbone' in signature(builder).parameters:
        cfg['weights_backbone'] = None


def _forget_items(cfg: dict, key: str) -> None:
    """Takes such initialisers out of a list, and the list if it is empty."""
    items = cfg[key]
    kept = [item for item in items if not is_published(item)]
    if len(kept) == len(items):
        return
    if kept:
        cfg[key] = kept
    else:
        del cfg[key]
