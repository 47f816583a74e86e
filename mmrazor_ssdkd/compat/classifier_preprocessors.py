"""Lets mmpretrain's classifiers be parts of MMRazor's algorithms."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

_TYPE = 'mmpretrain.ClsDataPreprocessor'


def mend_classifier_preprocessors() -> None:
    """Makes a classifier find its default data preprocessor in any scope.

    mmcls said whose it is, mmpretrain does not, so that a classifier without
    one in its config could not be built within a model of another scope.
    """
    # Its package imports what the other mends mend.
    from mmpretrain.models import (
        HuggingFaceClassifier,
        ImageClassifier,
        TimmClassifier,
    )

    for kind in (HuggingFaceClassifier, ImageClassifier, TimmClassifier):
        if not hasattr(kind.__init__, '__wrapped__'):
            kind.__init__ = _naming(kind.__init__)


def _naming(initialise: Callable[..., None]) -> Callable[..., None]:
    """Returns a constructor that names the default by its scope."""
    parameters = signature(initialise)

    @wraps(initialise)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = parameters.bind(self, *args, **kwargs)
        given = bound.arguments.get('data_preprocessor') or {}
        if isinstance(given, dict):
            given.setdefault('type', _TYPE)
        bound.arguments['data_preprocessor'] = given
        initialise(*bound.args, **bound.kwargs)

    return init
