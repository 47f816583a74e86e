"""Images that no image format holds are loaded as arrays."""

import io

import numpy as np
import pytest

from mmrazor_ssdkd.datasets import LoadArrayFromFile


def test_array(tmp_path):
    """It is the image, with its shape."""
    array = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.save(tmp_path / 'a.npy', array)
    loaded = LoadArrayFromFile()(dict(img_path=str(tmp_path / 'a.npy')))
    assert np.array_equal(loaded['img'], array)
    assert loaded['img_shape'] == loaded['ori_shape'] == (2, 4)


def test_other_shape(tmp_path):
    """The file and its shape are named."""
    np.save(tmp_path / 'a.npy', np.zeros((2, 3)))
    with pytest.raises(ValueError, match=r'`img_path`.*a\.npy.*\(2, 3\)'):
        LoadArrayFromFile()(dict(img_path=str(tmp_path / 'a.npy')))


def test_pickle(tmp_path):
    """It could run code."""
    path = tmp_path / 'a.npy'
    np.save(path, np.array([[[{}]]]), allow_pickle=True)
    with pytest.raises(ValueError, match='allow_pickle'):
        LoadArrayFromFile()(dict(img_path=str(path)))


def saved(save):
    """Returns the bytes of an image that numpy saves."""
    file = io.BytesIO()
    save(file, np.zeros((2, 4, 3), np.uint8))
    return file.getvalue()


@pytest.mark.parametrize(
    'data',
    [
        b'',
        b'no array',
        saved(np.save)[:-1],
        saved(np.save).replace(b'(2,', b' 2,'),
        saved(np.save).replace(b'(2,', b'(2;'),
        saved(np.save).replace(b'(2, 4', b'(9**9'),
        saved(np.savez),
    ],
)
def test_what_is_no_array(data, tmp_path):
    """The file is named, and nobody is told to unpickle it."""
    path = tmp_path / 'a.npy'
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r'`img_path` must.*a\.npy') as e:
        LoadArrayFromFile()(dict(img_path=str(path)))
    assert 'allow_pickle' not in str(e.value)


def test_file_that_is_missing(tmp_path):
    """Is no damaged one."""
    with pytest.raises(FileNotFoundError):
        LoadArrayFromFile()(dict(img_path=str(tmp_path / 'a.npy')))
