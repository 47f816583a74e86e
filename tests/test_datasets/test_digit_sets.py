"""Tests of the embedded example of several labels."""

import numpy as np
import pytest
import torch
from mmengine.registry import DATASETS
from mmpretrain.structures import DataSample

from mmrazor_ssdkd.datasets import DigitSets
from mmrazor_ssdkd.datasets.digits import load_split


@pytest.fixture(scope='module')
def sets() -> DigitSets:
    """Images of the digits that are for testing."""
    return DigitSets('test', length=400)


def test_labels_are_the_digits_that_are_there(sets):
    """Each quarter is empty or a digit of the split, whose label counts."""
    images, labels = load_split('test', 8)
    known = {i.tobytes(): int(label) for i, label in zip(images, labels)}
    present = 0
    for item in sets:
        found = set()
        for rows in (slice(0, 8), slice(8, 16)):
            for columns in (slice(0, 8), slice(8, 16)):
                quarter = item['img'][rows, columns]
                if quarter.any():
                    present += 1
                    found.add(known[np.ascontiguousarray(quarter).tobytes()])
        assert item['gt_label'] == sorted(found)
        assert item['gt_score'].nonzero()[0].tolist() == sorted(found)
    # Half of 1,600; a standard deviation is 20.
    assert 700 < present < 900


def test_numbers_of_labels(sets):
    """From none to four, and each digit in about a sixth of the images."""
    scores = np.stack([item['gt_score'] for item in sets])
    assert set(scores.sum(axis=1)) == {0, 1, 2, 3, 4}
    assert 0.02 < (scores.sum(axis=1) == 0).mean() < 0.12
    assert scores.mean(axis=0).min() > 0.1
    assert scores.mean(axis=0).max() < 0.3


def test_images_are_functions_of_the_seed(sets):
    """Whatever else is drawn; the two splits show other digits."""
    np.random.seed(1)
    again = DigitSets('test', length=400)
    assert all(np.array_equal(a['img'], b['img']) for a, b in zip(sets, again))
    for other in (DigitSets('test', 400, seed=1), DigitSets('train', 400)):
        assert not np.array_equal(other[3]['img'], sets[3]['img'])


def test_pipeline():
    """mmpretrain packs images and labels, those of none, too."""
    cfg = dict(
        type='mmrazor_ssdkd.DigitSets',
        split='test',
        length=60,
        pipeline=[dict(type='mmpretrain.PackInputs')],
    )
    dataset = DATASETS.build(cfg)
    assert dataset.metainfo['classes'] == tuple('0123456789')
    for place, item in enumerate(dataset):
        assert item['inputs'].shape == (1, 16, 16)
        assert item['inputs'].dtype == torch.uint8
        sample: DataSample = item['data_samples']
        assert sample.gt_score.nonzero().flatten().tolist() == (
            dataset.get_cat_ids(place)
        )


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(split='val'), ValueError, r"`split` must be one of .*'val'"),
        (dict(length=0), ValueError, r'`length` must be >= 1.*0'),
        (dict(length=2.0), TypeError, r'`length` must be an int'),
        (dict(seed=-1), ValueError, r'`seed` must be >= 0.*-1'),
        (dict(pipeline='a'), TypeError, r'`pipeline` must be a list'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        DigitSets(**dict(dict(split='test', length=3), **setting))
