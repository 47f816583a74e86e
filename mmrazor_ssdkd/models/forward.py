"""Forward passes of models that other people wrote."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Optional

import torch
from torch import nn
from torch.nn import functional as F

__all__ = ['frozen', 'normalize', 'predict_logits', 'swaps_channels']

_HALF = (torch.bfloat16, torch.float16)


def swaps_channels(preprocessor: Any) -> bool:
    """Returns whether a data preprocessor turns BGR into RGB or back."""
    return any(
        getattr(preprocessor, key, False)
        for key in ('to_rgb', 'channel_conversion', '_channel_conversion')
    )


def normalize(images: torch.Tensor, preprocessor: Any) -> torch.Tensor:
    """What a data preprocessor does to a batch of equal images, at once.

    mmseg's own loops over samples. Padding and batch augmentations do not
    apply to generated images.

    Args:
        images (torch.Tensor): In 0 to 255, uint8 or float, (N, C, H, W).
        preprocessor (nn.Module, optional): mmpretrain's, mmseg's or mmengine's
            data preprocessor; None changes nothing.

    Returns:
        torch.Tensor: The model's inputs, (N, C, H, W).
    """
    images = images.float()
    if swaps_channels(preprocessor) and images.shape[1] == 3:
        images = images.flip(1)
    if getattr(preprocessor, '_enable_normalize', False):
        images = (images - preprocessor.mean) / preprocessor.std
    return images


def predict_logits(
    model: nn.Module,
    images: torch.Tensor,
    preprocessor: Any,
    size: Optional[torch.Size] = None,
) -> torch.Tensor:
    """Logits of a batch of images.

    Args:
        model (nn.Module): An mmpretrain classifier or an mmseg segmentor.
        images (torch.Tensor): In 0 to 255, (N, C, H, W).
        preprocessor (nn.Module, optional): The model's data preprocessor.
        size (torch.Size, optional): Height and width of the logits to have,
            reached with the model's own ``align_corners``; those of a
            classifier have none. Defaults to the decode head's.

    Returns:
        torch.Tensor: (N, C) of a classifier, (N, C, H, W) of a segmentor;
        float32 under mixed precision, too.
    """
    logits = model(normalize(images, preprocessor), mode='tensor')
    if getattr(logits, 'dtype', None) in _HALF:
        # Too coarse for softmaxes: at a temperature of 20 the steps of
        # bfloat16's log-probabilities are those of a third of a logit.
        logits = logits.float()
    if size and logits.dim() == 4 and logits.shape[2:] != size:
        align = getattr(model, 'align_corners', False)
        logits = F.interpolate(
            logits, size=size, mode='bilinear', align_corners=align
        )
    return logits


@contextmanager
def frozen(model: nn.Module) -> Iterator[Any]:
    """Puts a model into eval mode without weight gradients, and back.

    Gradients still flow through it to its inputs. On leaving, every module's
    mode and every parameter's ``requires_grad`` is what it was.

    Args:
        model (nn.Module): The model; its weights, BatchNorm statistics and
            gradients are untouched.
    """
    modes = [(module, module.training) for module in model.modules()]
    wanted = [p for p in model.parameters() if p.requires_grad]
    model.eval()
    for parameter in wanted:
        parameter.requires_grad_(False)
    try:
        yield model
    finally:
        for module, mode in modes:
            module.training = mode
        for parameter in wanted:
            parameter.requires_grad_(True)
