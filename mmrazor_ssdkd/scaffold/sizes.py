"""Sizes of a distillation that fit a teacher's task."""

import copy
import math
from typing import Any

from mmengine.config import Config

from mmrazor_ssdkd.models.inheritance import replace_student_init

from .facts import Facts

__all__ = ['bases', 'model_settings', 'reduced', 'sample_nbytes', 'schedule']

# Up to here the configs of CIFAR were tried, in pixels of the shorter side.
_SMALL = 64
_BUFFER_NBYTES = 2.5e9
_RATE = 1e-6
_PREFIX = 'mmrazor_ssdkd::_base_'


def bases(facts: Facts) -> list[str]:
    """Returns the addresses of what a config inherits from.

    Args:
        facts (Facts): Of the teacher.
    """
    if facts.map_size:
        names = ['models/ssdkd_seg.py', 'schedules/ssdkd_60e.py']
    elif min(facts.image_size) <= _SMALL:
        names = ['models/ssdkd_cifar.py', 'schedules/ssdkd_cifar.py']
    else:
        names = ['models/ssdkd_imagenet.py', 'schedules/ssdkd_imagenet.py']
    return [f'{_PREFIX}/{name}' for name in (*names, 'default_runtime.py')]


def sample_nbytes(facts: Facts, logits: bool) -> int:
    """Returns the bytes that a stored image takes.

    Args:
        facts (Facts): Of the teacher.
        logits (bool): Whether they are stored, too.
    """
    values = 6 + 4 * facts.num_classes * logits
    image = facts.channels * math.prod(facts.image_size)
    return image + values * math.prod(facts.map_size) + 16


def model_settings(facts: Facts, max_size: int) -> dict[str, Any]:
    """Returns settings of the algorithm's parts, by part.

    Args:
        facts (Facts): Of the teacher.
        max_size (int): Of the buffer in the base.
    """
    # Maps of 5 to 15 pixels are what the generator starts from.
    shorter = min(facts.image_size)
    upsamples = max(1, min(5, int(math.log2(max(shorter, 14) / 7))))
    settings: dict[str, Any] = dict(
        generator=dict(
            image_size=list(facts.image_size),
            channels=facts.channels,
            num_upsamples=upsamples,
        ),
        replay_buffer={},
    )
    logits = not facts.map_size or sample_nbytes(facts, True) < 2 * (
        sample_nbytes(facts, False)
    )
    if facts.map_size and not logits:
        settings['replay_buffer']['store_logits'] = False
    most = int(_BUFFER_NBYTES / sample_nbytes(facts, logits))
    if most < max_size:
        settings['replay_buffer']['max_size'] = most
    if not facts.num_norms:
        settings['bn_loss'] = dict(loss_weight=0.0)
        prior = dict(type='mmrazor_ssdkd.ImagePrior')
        settings['synthesis'] = dict(image_prior=prior)
    return settings


def schedule(facts: Facts) -> dict[str, Any]:
    """Returns settings of the loader that the base has none of, or others.

    Args:
        facts (Facts): Of the teacher.

    Returns:
        dict: Of ``train_dataloader``.
    """
    if facts.map_size:
        return dict(
            batch_size=16,
            num_workers=0,
            dataset=dict(type='mmrazor_ssdkd.LatentDataset', length=2560),
            sampler=dict(type='DefaultSampler', shuffle=False),
        )
    if min(facts.image_size) > _SMALL and facts.num_classes < 1000:
        # As many of a class as of ImageNet's, but enough to learn from.
        length = max(5120, 128 * facts.num_classes)
        return dict(dataset=dict(length=length))
    return {}


def reduced(config: Config, number: int) -> Config:
    """Returns a config whose steps take as little as they can.

    Args:
        config (Config): Of an SSDKD.
        number (int): How many images a batch has.

    Returns:
        Config: A copy with rounds of one step, one before every second step
        of the student. It learns next to nothing, since few images at the
        rates of many get out of hand, and starts from random weights.
    """
    cfg = copy.deepcopy(config)
    cfg.model.synthesis.update(
        batch_size=number, iters=1, interval=2, warmup_rounds=0
    )
    cfg.model.replay_buffer.max_size = 2 * number
    replace_student_init(cfg.model, 'random')
    cfg.train_dataloader.batch_size = number
    for part in ('generator', 'architecture'):
        cfg.optim_wrapper[part].optimizer.lr = _RATE
    return cfg
