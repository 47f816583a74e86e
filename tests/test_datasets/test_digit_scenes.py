"""Tests of the embedded example's scenes."""

import numpy as np
import pytest
from mmengine.registry import DATASETS

from mmrazor_ssdkd.datasets import DigitScenes
from mmrazor_ssdkd.datasets.digits import load_split

BACKGROUND = 10


@pytest.fixture(scope='module')
def scenes() -> DigitScenes:
    """Scenes of the digits that are for testing."""
    return DigitScenes('test', length=40)


def test_items(scenes):
    """An item is a gray picture of bytes with a label for every pixel."""
    assert len(scenes) == 40
    item = scenes[0]
    image, labels = item['img'], item['gt_seg_map']
    assert image.shape == (64, 64, 3)
    assert labels.shape == (64, 64)
    assert image.dtype == labels.dtype == np.uint8
    assert np.array_equal(image[..., 0], image[..., 2])


def test_labels_are_the_ink(scenes):
    """Digits are bright where they are labelled, the rest is dark."""
    labels = np.stack([item['gt_seg_map'] for item in scenes])
    images = np.stack([item['img'][..., 0] for item in scenes])
    assert set(np.unique(labels)) == set(range(11))
    assert images[labels != BACKGROUND].min() >= 64
    assert images[labels == BACKGROUND].max() < 64
    assert 0.05 < (labels != BACKGROUND).mean() < 0.5


def test_quarters_hold_one_digit_each(scenes):
    """No quarter has two classes of digit, and not all have one."""
    found = []
    for item in scenes:
        for rows in (slice(0, 32), slice(32, 64)):
            for columns in (slice(0, 32), slice(32, 64)):
                labels = np.unique(item['gt_seg_map'][rows, columns])
                found.append(len(set(labels.tolist()) - {BACKGROUND}))
    assert set(found) == {0, 1}
    # 0.8 on average, of 160; a standard deviation is 0.03.
    assert 0.68 < np.mean(found) < 0.92


def test_scene_is_a_function_of_its_number_and_seed(scenes):
    """A scene is made alike each time, and other ones differ."""
    image, labels = scenes.compose(3)
    np.random.seed(1)
    again = DigitScenes('test', length=4)[3]
    assert np.array_equal(again['img'], image)
    assert np.array_equal(again['gt_seg_map'], labels)
    assert not np.array_equal(scenes.compose(4)[1], labels)
    other = DigitScenes('test', length=4, seed=1).compose(3)[1]
    assert not np.array_equal(other, labels)


def test_splits_show_other_digits(scenes):
    """The splits share no digit, so the same scene differs between them."""
    train, test = (
        {digit.tobytes() for digit in load_split(split, 8)[0]}
        for split in ('train', 'test')
    )
    assert train.isdisjoint(test)
    other = DigitScenes('train', length=40)
    assert not np.array_equal(other[0]['img'], scenes[0]['img'])


def test_builds_from_config():
    """A config with the prefix builds one, with mmseg's transforms."""
    cfg = dict(
        type='mmrazor_ssdkd.DigitScenes',
        split='train',
        length=2,
        image_size=32,
        pipeline=[dict(type='mmseg.PackSegInputs', meta_keys=())],
    )
    item = DATASETS.build(cfg)[1]
    assert item['inputs'].shape == (3, 32, 32)
    assert item['data_samples'].gt_sem_seg.data.shape == (1, 32, 32)


@pytest.mark.parametrize(
    ('setting', 'error', 'message'),
    [
        (dict(split='val'), ValueError, r"`split` must be one of .*'val'"),
        (dict(length=0), ValueError, r'`length` must be >= 1, but got 0'),
        (dict(image_size=40), ValueError, r'multiple of 16, but got 40'),
        (dict(image_size=8), ValueError, r'`image_size` must be >= 16.*8'),
        (dict(seed=-1), ValueError, r'`seed` must be >= 0, but got -1'),
        (dict(length=1.5), TypeError, r'`length` must be an int.*1\.5'),
    ],
)
def test_bad_arguments_raise(setting, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        DigitScenes(**dict(dict(split='test', length=2), **setting))
