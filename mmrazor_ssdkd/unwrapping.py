"""Finds the algorithm inside what mmengine wraps it in."""

from typing import Any

from mmengine.model import is_model_wrapper

__all__ = ['unwrapped']


def unwrapped(model: Any) -> Any:
    """Returns a runner's model without what wraps it.

    Args:
        model (nn.Module): The algorithm, or a wrapper such as
            ``MMDistributedDataParallel``.
    """
    return model.module if is_model_wrapper(model) else model
