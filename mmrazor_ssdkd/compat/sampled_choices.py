"""Lets MMRazor's searches read the choices that they wrote, on numpy >= 2."""

from functools import wraps
from typing import Any

__all__ = ['mend_sampled_choices']


def mend_sampled_choices() -> None:
    """Makes ``OneShotMutableOP`` sample a plain name.

    It is numpy's own string, which numpy 2 writes as ``np.str_('a')``. A
    search keeps its candidates as text and evaluates that, without numpy.
    """
    # Their package imports what the other mends mend.
    from mmrazor.models.mutables import OneShotMutableOP

    sample = OneShotMutableOP.sample_choice
    if hasattr(sample, '__wrapped__'):
        return

    @wraps(sample)
    def sample_choice(self: Any) -> str:
        return str(sample(self))

    OneShotMutableOP.sample_choice = sample_choice
