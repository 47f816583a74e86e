"""Reads a distillation's checkpoint back."""

import copy

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS

from mmrazor_ssdkd.engine import forget_teachers
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.checkpoint import load_weights

__all__ = ['build', 'stored_samples']


def build(config: Config, checkpoint: str) -> SSDKD:
    """Returns the algorithm with a checkpoint's weights, in eval mode.

    Raises:
        ValueError: The config is of another algorithm, or the checkpoint.
    """
    cfg = copy.deepcopy(config)
    # As the runner does.
    if 'data_preprocessor' in cfg:
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    # The checkpoint has the teachers' weights, too.
    forget_teachers(cfg)
    scope = cfg.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        algorithm = MODELS.build(cfg.model)
    if not isinstance(algorithm, SSDKD):
        raise ValueError(
            '`config` must be of an SSDKD, which has a replay buffer, but got '
            f'one of a {type(algorithm).__name__}'
        )
    load_weights(algorithm, checkpoint, 'checkpoint')
    return algorithm.eval()


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
