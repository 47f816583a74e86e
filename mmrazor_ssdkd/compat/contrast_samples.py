"""Lets MMRazor's contrastive distillation take classes of unequal size."""

from functools import wraps
from typing import Any


def mend_contrast_samples() -> None:
    """Mends ``CRDDataset`` for numpy >= 1.24.

    It ends with stacking its lists of samples by class, which numpy refuses
    where they differ in length. Nothing needs them stacked.
    """
    # Its package imports what the other mends mend.
    from mmrazor.datasets import CRDDataset

    parse = CRDDataset._parse_fullset_contrast_info
    if hasattr(parse, '__wrapped__'):
        return

    @wraps(parse)
    def parsed(dataset: Any) -> None:
        try:
            parse(dataset)
        except ValueError as error:
            # All the lists are complete by then.
            if 'inhomogeneous' not in str(error):
                raise

    CRDDataset._parse_fullset_contrast_info = parsed
