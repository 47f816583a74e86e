"""Finds out by their heads what the logits of networks mean."""

from collections.abc import Mapping
from typing import Any

from mmpretrain.models.heads import MultiLabelClsHead
from torch import nn

from mmrazor_ssdkd.models.label_models import (
    BinaryMap,
    LabelModel,
    OneClass,
    SeveralLabels,
)

__all__ = ['by_sigmoids', 'find_label_model']

# Losses that treat each class by itself and do not say so, also torch's.
_SIGMOID_LOSSES = (
    'BCELoss',
    'BCEWithLogitsLoss',
    'FocalLoss',
    'MultiLabelSoftMarginLoss',
)
# Losses of numbers, such as depths.
_OF_NUMBERS = ('SiLogLoss', 'L1Loss', 'MSELoss', 'SmoothL1Loss', 'HuberLoss')


def find_label_model(models: Mapping[str, nn.Module]) -> LabelModel:
    """Returns what the logits of all networks mean.

    Args:
        models (Mapping[str, nn.Module]): Teachers and student, by the
            argument that they were given as; the first one decides.

    Returns:
        LabelModel: Of all of them.

    Raises:
        ValueError: They disagree, a segmentor has a sigmoid for each of
            several classes, which at test time exclude each other, or a head
            gives numbers instead of classes.
    """
    found = {name: _meaning(name, model) for name, model in models.items()}
    (first, expected), *others = found.items()
    for name, meaning in others:
        if type(meaning) is not type(expected):
            raise ValueError(
                f'`{name}` and `{first}` must have heads of one kind, but got '
                f'{_shown(models[name])} {meaning.kind} and '
                f'{_shown(models[first])} {expected.kind}; the loss of a '
                "student's head is for the config alone, and says the kind"
            )
    return expected


def _meaning(name: str, model: Any) -> LabelModel:
    """Returns what a network's logits mean."""
    key, head = _named_head(model)
    kinds = [type(loss).__name__ for loss in _losses(head)]
    if kinds and all(kind in _OF_NUMBERS for kind in kinds):
        raise ValueError(
            f'`{name}.{key}` must tell classes, but got {_shown(model)}, '
            'whose loss is of numbers'
        )
    if key == 'decode_head':
        if getattr(head, 'out_channels', None) == 1:
            return BinaryMap()
        if by_sigmoids(head):
            raise ValueError(
                f'`{name}.decode_head` must have a loss with a softmax, or '
                f'`out_channels=1`, but got {_shown(model)}, with a sigmoid '
                'for each of several classes, which is not supported. Where '
                'each pixel has one class, give the head a loss without '
                '`use_sigmoid`, which is for the config alone'
            )
        return OneClass()
    if isinstance(head, MultiLabelClsHead) or by_sigmoids(head):
        return SeveralLabels()
    return OneClass()


def _named_head(model: Any) -> tuple[str, Any]:
    """Returns a network's head and its name, '' and None without."""
    # What MMRazor's algorithms leave, such as a pruned network, holds it.
    while hasattr(model, 'architecture'):
        model = model.architecture
    for key in ('decode_head', 'head'):
        head = getattr(model, key, None)
        # Of a cascade, the last one gives the logits.
        if isinstance(head, nn.ModuleList) and len(head):
            head = head[-1]
        if head is not None:
            return key, head
    return '', None


def by_sigmoids(head: Any) -> bool:
    """Returns whether a head trains on each class by itself.

    Args:
        head (nn.Module | None): Of mmpretrain or mmseg.
    """
    losses = _losses(head)
    return bool(losses) and all(map(_uses_sigmoid, losses))


def _losses(head: Any) -> list[nn.Module]:
    """Returns the losses of a head of mmpretrain or mmseg."""
    for key in ('loss_module', 'loss_decode'):
        loss = getattr(head, key, None)
        if isinstance(loss, nn.ModuleList):
            return list(loss)
        if isinstance(loss, nn.Module):
            return [loss]
    return []


def _uses_sigmoid(loss: nn.Module) -> bool:
    """Returns whether a loss, or one inside it, treats each class alone."""
    # One class by a sigmoid each, as the trainings of "ResNet strikes back".
    if getattr(loss, 'mode', None) in ('original', 'classy_vision'):
        return False
    return any(
        # Of both packages' losses the attribute says it where there is one.
        bool(
            getattr(
                part, 'use_sigmoid', type(part).__name__ in _SIGMOID_LOSSES
            )
        )
        for part in loss.modules()
    )


def _shown(model: Any) -> str:
    """Returns what a message calls a network's head."""
    _, head = _named_head(model)
    kinds = ', '.join(type(loss).__name__ for loss in _losses(head))
    name = type(model if head is None else head).__name__
    return f'a {name} ({kinds})' if kinds else f'a {name}'
