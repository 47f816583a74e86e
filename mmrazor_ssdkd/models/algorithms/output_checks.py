"""Finds out whether what a model gives are logits of one head."""

import logging

import torch
from mmengine.logging import print_log
from torch import nn

from mmrazor_ssdkd.models.label_models import LabelModel, OneClass

from .last_operation import ends_in
from .model_passes import forward

__all__ = ['check_ends_in_logits', 'check_no_probabilities', 'check_one_head']

# What the sum of a softmax in float32, or in half precision, may be off by.
_TOLERANCE, _HALF_TOLERANCE = 1e-4, 2e-2
_HALF = (torch.float16, torch.bfloat16)
# Images far from any that a network knows leave a sigmoid alone in 0 to 1,
# and drive it to both ends.
_FAR = (1.0, -100.0, 100.0)
_SPREAD = 0.3
# So far that logits leave -1 to 1 which nothing bounds.
_FARTHER = (-1e5, 1e5)
_KEY = '(the `probabilities=True` of its adapter does so)'


def check_no_probabilities(name: str, logits: torch.Tensor) -> None:
    """Raises a ValueError where a model's last layer is a softmax.

    A second softmax makes of any prediction nearly the same one.

    Args:
        name (str): The argument that the model was given as.
        logits (torch.Tensor): What it gave, (N, C) or (N, C, H, W).

    Raises:
        ValueError: They lie in 0 to 1 and sum to 1.
    """
    tolerance = _HALF_TOLERANCE if logits.dtype in _HALF else _TOLERANCE
    sums = logits.float().sum(dim=1)
    # A sigmoid alone that is sure has a sum of 1, too.
    several = logits.shape[1] > 1
    off = float((sums - 1).abs().max())
    if several and _is_share(logits, tolerance) and off < tolerance:
        raise ValueError(
            f'`{name}` must give logits, but got probabilities, '
            f'{_between(logits)} with a sum of 1: take away the '
            'softmax at its end, or return its logarithm (`log_softmax`), '
            f'which serves as logits {_KEY}'
        )


def check_ends_in_logits(
    name: str,
    model: nn.Module,
    logits: torch.Tensor,
    images: torch.Tensor,
    label_model: LabelModel,
) -> None:
    """Raises a ValueError where a model's last layer is a sigmoid.

    A sigmoid of its values calls every label on, and a softmax of them every
    class nearly as likely. Only a model whose logits may come from one runs
    again.

    Args:
        name (str): The argument that the model was given as.
        model (nn.Module): In eval mode.
        logits (torch.Tensor): What it gave, (N, C) or (N, C, H, W).
        images (torch.Tensor): In 0 to 255, (N, channels, H, W), of which no
            two are equal.
        label_model (LabelModel): What its logits mean.

    Raises:
        ValueError: It ends in a sigmoid, or in the logarithm of one where a
            sigmoid follows.
    """
    by_softmax = isinstance(label_model, OneClass)
    if by_softmax and float(logits.abs().max()) <= 1:
        _warn_of_cosines(name, model, images)
    if _is_share(logits) and _ends_in_sigmoid(name, model, images):
        others = (
            '. Where an image has several labels, both networks need a loss '
            'with `use_sigmoid`, too'
        )
        raise ValueError(
            f'`{name}` must give logits, but got values of a sigmoid, '
            f'{_between(logits)}: take away the sigmoid at its end, or '
            f'return its inverse (`torch.logit`) {_KEY}'
            f'{others if by_softmax else ""}'
        )
    if not by_softmax and float(logits.max()) <= 0:
        logs = ('LogSigmoid', 'Log.Sigmoid', 'LogSoftmax', 'Log.Softmax')
        if ends_in(_with_graph(name, model, images), *logs):
            raise ValueError(
                f'`{name}` must give logits where they are {label_model.kind},'
                ' but got logarithms of probabilities, which are below 0 '
                'whatever the image shows: take away the logarithm and the '
                'sigmoid at its end'
            )


def check_one_head(name: str, model: nn.Module) -> None:
    """Raises a ValueError for a cascade of heads.

    In the mode 'tensor' it runs none of them: PointRend's second refines
    single points with the ground truth at hand, OCRNet's reads the first's.

    Args:
        name (str): The argument that the model was given as.
        model (nn.Module): The model.

    Raises:
        ValueError: It has several decode heads.
    """
    heads = getattr(model, 'decode_head', None)
    if isinstance(heads, nn.ModuleList):
        kinds = ', '.join(type(head).__name__ for head in heads)
        raise ValueError(
            f'`{name}.decode_head` must be one head, but got a '
            f'{type(model).__name__} of {len(heads)} ({kinds}), which gives '
            "no logits in the mode 'tensor': take an EncoderDecoder with the "
            'head that comes last'
        )


def _is_share(values: torch.Tensor, tolerance: float = _TOLERANCE) -> bool:
    """Returns whether all values lie in 0 to 1."""
    return float(values.min()) >= 0 and float(values.max()) <= 1 + tolerance


def _between(values: torch.Tensor) -> str:
    """Returns between what values lie."""
    return f'between {float(values.min()):.3g} and {float(values.max()):.3g}'


def _ends_in_sigmoid(
    name: str, model: nn.Module, images: torch.Tensor
) -> bool:
    """Returns whether values in 0 to 1 come from a sigmoid.

    A network that has learnt nothing may have such logits by chance, so they
    alone say nothing.
    """
    if ends_in(_with_graph(name, model, images), 'Sigmoid', 'Hardsigmoid'):
        return True
    # One that somebody wrote out, or that TorchScript runs.
    far = _of_far_images(name, model, images)
    return _is_share(far) and float(far.max() - far.min()) > _SPREAD


def _warn_of_cosines(
    name: str, model: nn.Module, images: torch.Tensor
) -> None:
    """Says in the log that a softmax makes nearly nothing of logits."""
    far = _of_far_images(name, model, images)
    low, high = float(far.min()), float(far.max())
    if low < 0 < high and high - low > 2 * _SPREAD and _is_bound(far):
        # One that has learnt nothing has logits as small, which grow.
        farther = _of_far_images(name, model, images, _FARTHER)
        if bool(farther.isfinite().all()) and not _is_bound(farther):
            return
        print_log(
            f'`{name}` must give logits, but got values between -1 and 1 of '
            'all images, as of a tanh or of cosines, whose softmax is nearly '
            'even: multiply them by the factor that it was trained with',
            logger='current',
            level=logging.WARNING,
        )


def _is_bound(values: torch.Tensor) -> bool:
    """Returns whether all values lie in -1 to 1."""
    return float(values.abs().max()) <= 1 + _TOLERANCE


@torch.no_grad()
def _of_far_images(
    name: str,
    model: nn.Module,
    images: torch.Tensor,
    factors: tuple[float, ...] = _FAR,
) -> torch.Tensor:
    """Returns what a model gives of images that it cannot know."""
    found = [forward(name, model, images * factor) for factor in factors]
    return torch.cat(found).float()


def _with_graph(
    name: str, model: nn.Module, images: torch.Tensor
) -> torch.Tensor:
    """Returns what a model gives, and what it comes from."""
    with torch.enable_grad():
        return forward(name, model, images.clone().requires_grad_())
