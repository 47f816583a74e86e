"""Finds out before a training whether its loop and batches are for it."""

import copy
from typing import Any

import torch
from mmengine.dataset import InfiniteSampler
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from torch.utils.data import DataLoader

from mmrazor_ssdkd.unwrapping import unwrapped
from mmrazor_ssdkd.validation import check_int, shown

__all__ = ['check_train_loop']

_NAME = 'train_dataloader.batch_size'


def check_train_loop(loop: Any, model: Any) -> None:
    """Raises an error where a loop is not one that SSD-KD trains in.

    Args:
        loop (BaseLoop): With its loader built.
        model (nn.Module): What it trains; another algorithm passes.

    Raises:
        TypeError: Its loader is no ``DataLoader``, or the batch size no
            integer.
        ValueError: It is a loop of another method, or a batch is too small
            for a BatchNorm of the student.
    """
    # It imports the algorithm, which imports this package.
    from mmrazor_ssdkd.models.algorithms import SSDKD

    model = unwrapped(model)
    if not isinstance(model, SSDKD):
        return
    ours = isinstance(loop, (EpochBasedTrainLoop, IterBasedTrainLoop))
    # MMRazor's search loops inherit from these and train supernets.
    if not ours or type(loop).__module__.startswith('mmrazor.'):
        raise ValueError(
            '`train_cfg.type` must be EpochBasedTrainLoop or '
            f'IterBasedTrainLoop for SSDKD, but got {type(loop).__name__}'
        )
    loader = loop.dataloader
    if not isinstance(loader, DataLoader):
        raise TypeError(
            '`train_dataloader` must be what a DataLoader can be built from '
            f'for SSDKD, but got {shown(loader)}'
        )
    # None where a batch sampler of one's own decides.
    given: Any = loader.batch_size
    batch_size = check_int(_NAME, given)
    if _smallest_batch(loader) == 1 and _needs_two(model):
        last = '' if batch_size == 1 else ', and a last batch of 1'
        raise ValueError(
            f'`{_NAME}` must be >= 2 and leave no last batch of 1 (or '
            '`train_dataloader.drop_last` be True), since a BatchNorm of '
            '`architecture` sees one value per channel and image, but got '
            f'{batch_size} of {_num_draws(loader)} draws{last}'
        )


def _smallest_batch(loader: Any) -> int:
    """Returns how many draws the smallest batch of a loader has."""
    endless = isinstance(getattr(loader, 'sampler', None), InfiniteSampler)
    rest = _num_draws(loader) % loader.batch_size
    if endless or loader.drop_last or not rest:
        return loader.batch_size
    return rest


def _num_draws(loader: Any) -> int:
    """Returns how many draws of an epoch are this process's."""
    sampler = loader.sampler
    return len(sampler if hasattr(sampler, '__len__') else loader.dataset)


@torch.no_grad()
def _needs_two(algorithm: Any) -> bool:
    """Returns whether a student in training cannot take a single image."""
    generator = algorithm.generator
    size = (1, generator.channels, *generator.image_size)
    images = torch.full(size, 127.0, device=generator.device)
    trial = copy.deepcopy(algorithm.student).train()
    try:
        _forward(trial, images)
    except ValueError as error:
        # What `F.batch_norm` says, and nothing else does.
        return 'more than 1 value per channel' in str(error)
    return False


def _forward(student: Any, images: torch.Tensor) -> None:
    """Runs a student on images in 0 to 255."""
    from mmrazor_ssdkd.models.forward import predict_logits

    predict_logits(student, images, student.data_preprocessor)
