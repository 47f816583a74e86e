"""How a network wants its images, as settings of a data preprocessor."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, Optional

from mmrazor_ssdkd.validation import LARGEST_NUMBER, check_choice, shown

__all__ = ['normalization']

_ORDERS = ('RGB', 'BGR')


def normalization(
    mean: Optional[Sequence[float]],
    std: Optional[Sequence[float]],
    channel_order: str,
    image_order: str,
) -> Optional[dict[str, Any]]:
    """Checks what a config says of a network's images.

    Args:
        mean (Sequence[float], optional): Of each channel, in 0 to 255.
        std (Sequence[float], optional): Of each channel, likewise.
        channel_order (str): 'RGB' or 'BGR', what the network takes.
        image_order (str): 'RGB' or 'BGR', what it is given.

    Returns:
        dict | None: ``mean``, ``std`` and whether to ``swap`` channels; None
        where there is neither ``mean`` nor ``std``.

    Raises:
        TypeError: ``mean`` or ``std`` is no sequence of numbers.
        ValueError: They differ in length, are not finite or of another scale,
            only one is given, or an order is another.
    """
    check_choice('channel_order', channel_order, _ORDERS)
    check_choice('image_order', image_order, _ORDERS)
    if mean is None and std is None:
        return None
    means, stds = _numbers('mean', mean), _numbers('std', std)
    if len(means) != len(stds):
        raise ValueError(
            '`std` must hold one number for each of `mean`, but got '
            f'{std!r} for {mean!r}'
        )
    _check_scale(means, stds)
    return dict(mean=means, std=stds, swap=channel_order != image_order)


def _numbers(name: str, values: Any) -> list[float]:
    """Returns a list of numbers."""
    is_sequence = isinstance(values, Sequence) and not isinstance(values, str)
    if not is_sequence or not all(isinstance(v, Real) for v in values):
        raise TypeError(
            f'`{name}` must be a list with a number for each channel, but '
            f'got {values!r}'
        )
    if not values:
        raise ValueError(
            f'`{name}` must have a number for each channel, but got {values!r}'
        )
    # NaN is not small, either, and an integer may be no float's.
    if not all(abs(value) <= LARGEST_NUMBER for value in values):
        raise ValueError(
            f'`{name}` must hold finite numbers, none beyond '
            f'{LARGEST_NUMBER:g}, but got {shown(values)}'
        )
    return [float(value) for value in values]


def _check_scale(means: list[float], stds: list[float]) -> None:
    """Raises a ValueError for statistics of images in 0 to 1."""
    if min(stds) < 1 or min(means) < 0 or max(means) > 255:
        wider = [
            [round(255 * value, 3) for value in values]
            for values in (means, stds)
        ]
        raise ValueError(
            '`mean` and `std` must be those of images in 0 to 255 (those of '
            f'images in 0 to 1 times 255, so {wider[0]} and {wider[1]}), but '
            f'got {means} and {stds}'
        )
