"""What a training loader may give to a method without data."""

from typing import Any

__all__ = ['check_draws']


def check_draws(data: dict[str, Any]) -> None:
    """Looks for images in a batch of which only the length counts.

    Args:
        data (dict[str, Any]): What the training loader gives.

    Raises:
        ValueError: It is a batch of samples of a real data set.
    """
    inputs = data['inputs']
    first: Any = inputs[0] if len(inputs) else inputs
    shape = tuple(getattr(first, 'shape', ()))
    # A number for each draw is no image.
    if 'data_samples' in data or len(shape) > 1:
        raise ValueError(
            '`train_dataloader.dataset` must be a mmrazor_ssdkd.'
            'LatentDataset, since nothing of its samples is looked at, but '
            f'got inputs of shape {shape} with the keys {list(data)}'
        )
