"""Checks that the samples of a checkpoint are a buffer's."""

from typing import Any, Optional

import torch

__all__ = ['cast_samples', 'check_samples']

# The type and the number of axes of each field.
_FIELDS = {
    'images': (torch.uint8, (4,)),
    'labels': (torch.int16, (1, 2, 3)),
    'confidence': (torch.float, (1, 2, 3)),
    'priority': (torch.float, (1,)),
    'weight': (torch.float, (1,)),
    'order': (torch.long, (1,)),
}
_LOGITS = (torch.float, (2, 3, 4))


def check_samples(
    samples: dict[str, Any], num_classes: int, num_labels: Optional[int] = None
) -> None:
    """Raises a ValueError for fields that do not belong together.

    Args:
        samples (dict): Tensors by field, of N samples each.
        num_classes (int): How many classes their labels are of.
        num_labels (int, optional): How many labels each has. Defaults to
            None: one, or one for each pixel.
    """
    fields = {**_FIELDS}
    if 'preds_T' in samples:
        fields['preds_T'] = _LOGITS
    _require(samples.keys() == fields.keys(), 'fields', list(samples))
    for name, (dtype, axes) in fields.items():
        value = samples[name]
        valid = isinstance(value, torch.Tensor) and value.dim() in axes
        # Under mixed precision a teacher's confidence is of fewer bits.
        floats = dtype.is_floating_point
        valid = valid and (value.dtype == dtype or floats)
        valid = valid and value.is_floating_point() == floats
        _require(valid, name, _look(value))
    sizes = {name: len(value) for name, value in samples.items()}
    _require(len(set(sizes.values())) == 1, 'lengths', sizes)
    labels = samples['labels']
    inside = (labels >= 0) & (labels < num_classes)
    _require(
        inside.all(),
        'labels',
        f'not all of {num_classes} classes',
    )
    several = labels.shape[1:] if labels.dim() == 2 else None
    _require(
        several == (None if num_labels is None else (num_labels,)),
        'labels',
        _look(labels),
    )
    _require(
        samples['confidence'].shape == labels.shape,
        'confidence',
        _look(samples['confidence']),
    )
    shape = (len(labels), num_classes, *labels.shape[1:])
    if 'preds_T' in samples:
        logits = samples['preds_T']
        _require(logits.shape == shape, 'preds_T', _look(logits))


def cast_samples(samples: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Returns samples in the types that a buffer holds them in.

    Args:
        samples (dict[str, torch.Tensor]): Which :func:`check_samples` took.
    """
    fields = {**_FIELDS, 'preds_T': _LOGITS}
    return {name: value.to(fields[name][0]) for name, value in samples.items()}


def _look(value: Any) -> str:
    """Returns what a field is."""
    if not isinstance(value, torch.Tensor):
        return type(value).__name__
    return f'{value.dtype} of shape {tuple(value.shape)}'


def _require(valid: Any, what: str, found: Any) -> None:
    """Raises a ValueError for what no buffer has saved."""
    if not valid:
        raise ValueError(
            "`samples` must be a replay buffer's, but their "
            f'{what} are {found}'
        )
