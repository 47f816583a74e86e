"""Tests of numbers made of two real digits."""

import numpy as np
import pytest
import torch
from mmengine.registry import DATASETS

from mmrazor_ssdkd.datasets import DigitPairs
from mmrazor_ssdkd.datasets.digits import load_split


@pytest.fixture(scope='module')
def pairs() -> DigitPairs:
    """Pairs of the digits that are for testing."""
    return DigitPairs('test', length=200)


def digit_of(half: np.ndarray, split: str) -> set[int]:
    """Returns which digits of a split look like this."""
    images, labels = load_split(split, len(half))
    return set(labels[(images == half).all(axis=(1, 2))].tolist())


def test_the_number_is_that_of_its_two_digits(pairs):
    for item in pairs:
        assert item['img'].shape == (8, 16)
        assert item['img'].dtype == np.uint8
        tens, ones = divmod(item['gt_label'], 10)
        assert tens in digit_of(item['img'][:, :8], 'test')
        assert ones in digit_of(item['img'][:, 8:], 'test')


def test_every_hundred_holds_each_number_once(pairs):
    labels = pairs.get_gt_labels()
    assert np.array_equal(np.bincount(labels), np.full(100, 2))
    assert pairs.metainfo['classes'][7] == '07'


def test_pairs_are_a_function_of_place_and_seed(pairs):
    np.random.seed(1)
    again = DigitPairs('test', length=200)
    other = DigitPairs('test', length=200, seed=1)
    assert all(
        np.array_equal(a['img'], b['img']) for a, b in zip(pairs, again)
    )
    assert not all(
        np.array_equal(a['img'], b['img']) for a, b in zip(pairs, other)
    )


def test_splits_share_no_digit():
    half = DigitPairs('train', length=1)[0]['img'][:, :8]
    assert digit_of(half, 'train')
    assert not digit_of(half, 'test')


def test_imbalance_makes_later_numbers_rarer():
    pairs = DigitPairs('train', length=20000, imbalance=50)
    labels = [item['gt_label'] for item in pairs.load_data_list()]
    count = np.bincount(labels, minlength=100)
    # 50 ** (-c / 99) of 20,000 draws: 758 of the first ten, 17 of the last.
    assert count[:10].mean() / count[-10:].mean() == pytest.approx(35, rel=0.2)


def test_larger_digits_go_through_a_pipeline():
    cfg = dict(
        type='mmrazor_ssdkd.DigitPairs',
        split='train',
        length=3,
        image_size=16,
        pipeline=[dict(type='mmpretrain.PackInputs')],
    )
    item = DATASETS.build(cfg)[2]
    assert item['inputs'].shape == (1, 16, 32)
    assert item['inputs'].dtype == torch.uint8
    assert item['data_samples'].gt_label.tolist() == [2]


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(split='val'), ValueError, r"`split` must be one of .*'val'"),
        (dict(length=0), ValueError, r'`length` must be >= 1.*0'),
        (dict(length=2**31 - 1), ValueError, r'`length` must let the pairs'),
        (dict(image_size=12), ValueError, r'multiple of 8, but got 12'),
        (dict(imbalance=0.5), ValueError, r'`imbalance` must be >= 1.*0.5'),
        (dict(imbalance='50'), TypeError, r'`imbalance` must be a number'),
        (dict(seed=-1), ValueError, r'`seed` must be >= 0'),
        (dict(pipeline='x'), TypeError, r'`pipeline` must be a list'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    with pytest.raises(error, match=message):
        DigitPairs(**dict(dict(split='test', length=1), **setting))
