"""Tests of the embedded example's images."""

import numpy as np
import pytest
import torch
from mmengine.registry import DATASETS
from sklearn.datasets import load_digits

from mmrazor_ssdkd.datasets import Digits

SIZES = dict(train=1257, test=540)


@pytest.fixture(scope='module')
def splits() -> dict[str, Digits]:
    """Both splits, at the default size."""
    return {split: Digits(split) for split in SIZES}


def places(dataset: Digits) -> list[int]:
    """Returns where each image of a split is in scikit-learn's set."""
    known = {
        image.tobytes(): i for i, image in enumerate(load_digits().images)
    }
    step = dataset.image_size // 8
    levels = [item['img'][::step, ::step] * (16 / 255) for item in dataset]
    return [known[image.round().tobytes()] for image in levels]


@pytest.mark.parametrize(('split', 'size'), SIZES.items())
def test_size(splits, split, size):
    """70 percent of the 1,797 digits are for training."""
    assert len(splits[split]) == size


def test_items(splits):
    """An item has an image of bytes and its label."""
    item = splits['train'][0]
    assert item['img'].dtype == np.uint8
    assert item['img'].shape == (16, 16)
    assert item['gt_label'] in range(10)


def test_range(splits):
    """Gray levels span 0 to 255, in seventeen steps."""
    images = np.stack([item['img'] for item in splits['test']])
    levels = np.unique(images)
    assert (levels[0], levels[-1], len(levels)) == (0, 255, 17)


def test_splits_are_disjoint_and_whole(splits):
    """Each digit is in one split, and once."""
    train, test = places(splits['train']), places(splits['test'])
    assert set(train).isdisjoint(test)
    assert sorted(train + test) == list(range(1797))


def test_split_is_fixed(splits):
    """The split depends on no random state and is not sorted."""
    np.random.seed(123)
    again = Digits('test')
    assert places(again) == places(splits['test'])
    labels = [item['gt_label'] for item in again]
    assert labels[:10] == [1, 9, 9, 7, 1, 8, 5, 0, 8, 7]


def test_images_are_scikit_learn_s(splits):
    """Image and label are those of one place, pixels repeated."""
    dataset, targets = splits['test'], load_digits().target
    for item, place in zip(dataset, places(dataset)):
        assert np.array_equal(item['img'][1::2, 1::2], item['img'][::2, ::2])
        assert item['gt_label'] == targets[place]


def test_classes(splits):
    """All ten classes are in both splits, and have names."""
    for dataset in splits.values():
        labels = dataset.get_gt_labels()
        assert np.bincount(labels, minlength=10).min() > 0.07 * len(dataset)
        assert dataset.metainfo['classes'] == tuple('0123456789')


@pytest.mark.parametrize('image_size', [8, 24, 32])
def test_image_size(image_size):
    """The same digits at another size."""
    large, small = Digits('test', image_size), Digits('test', image_size=8)
    image, original = large[3]['img'], small[3]['img']
    step = image_size // 8
    assert image.shape == (image_size, image_size)
    assert np.array_equal(image[step - 1 :: step, ::step], original)


def test_pipeline():
    """mmpretrain's transforms apply, up to a tensor with one channel."""
    cfg = dict(
        type='mmrazor_ssdkd.Digits',
        split='test',
        pipeline=[dict(type='mmpretrain.PackInputs')],
    )
    item = DATASETS.build(cfg)[0]
    assert item['inputs'].shape == (1, 16, 16)
    assert item['inputs'].dtype == torch.uint8
    assert item['data_samples'].gt_label.shape == (1,)


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(split='val'), ValueError, r"`split` must be one of .*'val'"),
        (dict(image_size=20), ValueError, r'multiple of 8, but got 20'),
        (dict(image_size=4), ValueError, r'`image_size` must be >= 8.*4'),
        (dict(image_size=16.0), TypeError, r'`image_size` must be an int'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        Digits(**dict(dict(split='test'), **setting))


def test_colours(splits):
    """Three equal channels, which a pipeline packs as those of a photo."""
    pipeline = [dict(type='mmpretrain.PackInputs')]
    colours = Digits('test', channels=3, pipeline=pipeline)[0]['inputs']
    gray = torch.from_numpy(splits['test'][0]['img'])
    assert torch.equal(colours, gray.expand(3, 16, 16))
    with pytest.raises(ValueError, match=r'`channels` must.*got 2'):
        Digits('test', channels=2)
