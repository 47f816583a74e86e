"""Reads a distillation's checkpoint back."""

import copy
from typing import Any, Optional

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS

from mmrazor_ssdkd.engine import forget_teachers
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.models.loaded_weights import loaded_later

__all__ = ['build', 'build_any', 'shared_preprocessor', 'stored_samples']


def build_any(config: Config, checkpoint: Optional[str] = None) -> Any:
    """Returns the model of a config, whatever it is, in eval mode.

    Args:
        config (Config): What a Runner takes.
        checkpoint (str, optional): Path or URL of its weights. Defaults to
            None: they are as they are made.

    Raises:
        ValueError: The checkpoint is of another config.
    """
    if checkpoint is None:
        return _built(config)
    with loaded_later():
        model = _built(config)
    load_weights(model, checkpoint, 'checkpoint')
    return model


def _built(config: Config) -> Any:
    """Returns a model without any checkpoint."""
    cfg = copy.deepcopy(config)
    if (shared := shared_preprocessor(cfg)) is not None:
        cfg.model.data_preprocessor = shared
    # A checkpoint has the teachers' weights, too.
    forget_teachers(cfg)
    scope = cfg.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        model = MODELS.build(cfg.model)
    # That of MMRazor's distillers returns nothing.
    model.eval()
    return model


def shared_preprocessor(config: Config) -> Optional[dict]:
    """Returns what a model without its own data preprocessor takes.

    As a runner does it: the model's, or else the one at the top.
    """
    top_level = config.get('data_preprocessor')
    return config.model.get('data_preprocessor', top_level)


def build(config: Config, checkpoint: str) -> SSDKD:
    """Returns the algorithm with a checkpoint's weights, in eval mode.

    Raises:
        ValueError: The config is of another algorithm, or the checkpoint.
    """
    with loaded_later():
        algorithm = _built(config)
    if not isinstance(algorithm, SSDKD):
        raise ValueError(
            '`config` must be of an SSDKD, which has a replay buffer, but got '
            f'one of a {type(algorithm).__name__}'
        )
    load_weights(algorithm, checkpoint, 'checkpoint')
    return algorithm


def stored_samples(
    algorithm: SSDKD, checkpoint: str
) -> dict[str, torch.Tensor]:
    """Returns the buffer's fields; images are uint8 (N, channels, H, W)."""
    samples = algorithm.replay_buffer.state_dict()['samples']
    if not samples:
        raise ValueError(
            '`checkpoint` must hold the samples of a replay buffer (see '
            f'`save_images_interval`), but {checkpoint!r} holds none'
        )
    return samples
