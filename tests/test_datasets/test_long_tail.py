"""Tests of rare classes."""

import numpy as np
import pytest

from mmrazor_ssdkd.datasets import Digits
from mmrazor_ssdkd.datasets.long_tail import class_shares, thin_out


def test_shares_fall_exponentially():
    assert class_shares(3, 100) == pytest.approx([1, 0.1, 0.01])
    assert class_shares(5, 1) == pytest.approx([1] * 5)


def test_the_first_of_each_class_stay_in_their_order():
    labels = np.array([1, 0, 1, 0, 0, 1, 0, 1])
    # 4 of class 0 and 4 / 4 of class 1.
    assert thin_out(labels, 4).tolist() == [0, 1, 3, 4, 6]


def test_one_of_the_rarest_class_stays():
    labels = np.repeat([0, 1], 10)
    assert thin_out(labels, 1000).tolist() == [*range(11)]


def test_nothing_goes_where_classes_are_as_frequent():
    labels = np.array([0, 0, 0, 1])
    assert thin_out(labels, 1).tolist() == [0, 1, 2, 3]


def test_long_tailed_digits():
    labels = Digits('train', imbalance=50).get_gt_labels()
    count = np.bincount(labels)
    assert count.tolist() == [116, 75, 49, 31, 20, 13, 9, 6, 4, 2]
    assert len(Digits('train', imbalance=1)) == 1257
    with pytest.raises(ValueError, match='`imbalance` must be >= 1'):
        Digits('train', imbalance=0)
