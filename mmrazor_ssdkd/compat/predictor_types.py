"""Lets MMRazor's performance predictors run on numpy >= 1.24."""

from types import ModuleType
from typing import Any

import numpy as np


def mend_predictor_types() -> None:
    """Gives ``MetricPredictor`` the ``np.int`` that numpy no longer has.

    It was the built-in ``int``. numpy itself is left as it is: only the
    module of the predictor sees the name.
    """
    # Its package imports what the other mends mend.
    from mmrazor.models.task_modules.predictor import metric_predictor

    if metric_predictor.np is np:
        metric_predictor.np = _NumpyWithInt('numpy')


class _NumpyWithInt(ModuleType):
    """numpy with the name."""

    int = int

    def __getattr__(self, name: str) -> Any:
        """Returns everything else from numpy."""
        return getattr(np, name)
