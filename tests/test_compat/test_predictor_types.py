"""Tests of MMRazor's predictors of a subnet's accuracy."""

from types import SimpleNamespace

import numpy as np
import pytest
from mmrazor.models.task_modules.predictor import MetricPredictor
from mmrazor.utils.typing import DumpChosen


def test_subnet_becomes_a_vector():
    """Choices become a vector of ones and zeros."""
    mutable = SimpleNamespace(choices=['a', 'b', 'c'])
    predictor = SimpleNamespace(
        search_groups={0: [mutable], 1: [mutable]},
    )
    meta = dict(all_choices=['a', 'b', 'c'])
    model = {0: DumpChosen('b', meta), 1: 'c'}
    found = MetricPredictor.model2vector(predictor, model)
    assert found['normal_vector'] == [1, 2]
    assert found['onehot_vector'] == [0, 1, 0, 0, 0, 1]
    assert all(
        isinstance(value, np.integer) for value in found['onehot_vector']
    )


def test_numpy_stays_as_it_is():
    """Nobody else is given the name that is gone."""
    with pytest.raises(AttributeError):
        _ = np.int
