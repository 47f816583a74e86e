"""How often classes occur where some are rare."""

import numpy as np

from mmrazor_ssdkd.validation import check_number

__all__ = ['check_imbalance', 'class_shares', 'thin_out']


def check_imbalance(imbalance: float) -> float:
    """Returns it unless it is below 1.

    Args:
        imbalance (float): How many times as frequent the most frequent class
            is as the rarest, >= 1.

    Returns:
        float: The same.

    Raises:
        TypeError: It is no number.
        ValueError: It is below 1.
    """
    return check_number('imbalance', imbalance, 1)


def class_shares(num_classes: int, imbalance: float) -> np.ndarray:
    r"""Returns how frequent each class is beside the first.

    .. math::
        s_c = r^{-c / (C - 1)}

    It is the long-tailed CIFAR's exponential profile, *Class-Balanced Loss
    Based on Effective Number of Samples*, arXiv:1901.05555.

    Args:
        num_classes (int): C, >= 2.
        imbalance (float): r, the first class's frequency over the last's.

    Returns:
        numpy.ndarray: Falling values in (0, 1], (C,).
    """
    return float(imbalance) ** (-np.arange(num_classes) / (num_classes - 1))


def thin_out(labels: np.ndarray, imbalance: float) -> np.ndarray:
    """Picks samples so that later classes are rarer.

    Args:
        labels (numpy.ndarray): Classes from 0, of similar size, (N,).
        imbalance (float): How many times as frequent the first class becomes
            as the last.

    Returns:
        numpy.ndarray: The places of those that stay, in their order: of each
        class its first, one at least; all where ``imbalance`` is 1.
    """
    if imbalance == 1:
        return np.arange(len(labels))
    count = np.bincount(labels)
    shares = class_shares(len(count), imbalance)
    kept = np.maximum(1, np.round(count.min() * shares)).astype(int)
    chosen = [
        np.flatnonzero(labels == c)[:number] for c, number in enumerate(kept)
    ]
    return np.sort(np.concatenate(chosen))
