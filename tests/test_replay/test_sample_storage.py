"""Tests of the tensors that samples are stored in."""

import pytest
import torch
from torch.testing import assert_close

from mmrazor_ssdkd.replay.sample_storage import SampleStorage

NONE = torch.zeros(0, dtype=torch.long)


def rows(*values: float) -> dict[str, torch.Tensor]:
    """Returns rows of two fields, the second ten times the first."""
    first = torch.tensor(values)
    return dict(a=first, b=10 * first.view(-1, 1).expand(-1, 2))


def test_empty_storage():
    """A new storage holds nothing, in no field."""
    storage = SampleStorage(3)
    assert len(storage) == 0
    assert 'a' not in storage
    assert storage.state_dict() == {}


def test_rows_fill_from_the_front():
    """Rows come back in the order that they were appended in."""
    storage = SampleStorage(4)
    storage.append(rows(1.0, 2.0), NONE)
    storage.append(rows(3.0), NONE)
    assert len(storage) == 3
    assert 'a' in storage
    assert storage.read('a').tolist() == [1, 2, 3]
    assert storage.read('b').tolist() == [[10, 10], [20, 20], [30, 30]]


def test_rows_that_do_not_fit_replace_evicted_ones():
    """Empty places fill first, then the evicted ones in their order."""
    storage = SampleStorage(4)
    storage.append(rows(1.0, 2.0, 3.0), NONE)
    storage.append(rows(4.0, 5.0, 6.0), torch.tensor([2, 0]))
    assert len(storage) == 4
    assert storage.read('a').tolist() == [6, 2, 5, 4]
    assert storage.read('b')[:, 1].tolist() == [60, 20, 50, 40]


def test_read_of_some_rows_is_a_copy():
    """Rows that were asked for by index can be changed freely."""
    storage = SampleStorage(2)
    storage.append(rows(1.0, 2.0), NONE)
    picked = storage.read('a', torch.tensor([1, 1, 0]))
    assert picked.tolist() == [2, 2, 1]
    picked.zero_()
    assert storage.read('a').tolist() == [1, 2]


def test_read_of_all_rows_is_a_view():
    """Reading a whole field copies nothing."""
    storage = SampleStorage(4)
    storage.append(rows(1.0, 2.0), NONE)
    storage.read('a')[0] = 7
    assert storage.read('a').tolist() == [7, 2]


def test_memory_is_taken_once():
    """A field is allocated whole with its first rows, and stays there."""
    storage = SampleStorage(4)
    storage.append(rows(1.0), NONE)
    place = storage.read('b').data_ptr()
    assert storage.read('b').untyped_storage().nbytes() == 4 * 2 * 4
    storage.append(rows(2.0, 3.0, 4.0), NONE)
    storage.append(rows(5.0), torch.tensor([0]))
    assert storage.read('b').data_ptr() == place


def test_overwrite():
    """Only the named rows of the named field change, in its own type."""
    storage = SampleStorage(3)
    storage.append(rows(1.0, 2.0, 3.0), NONE)
    values = torch.tensor([8, 9], dtype=torch.float64)
    storage.overwrite('a', torch.tensor([2, 0]), values)
    assert_close(storage.read('a'), torch.tensor([9.0, 2.0, 8.0]))
    assert storage.read('b')[:, 0].tolist() == [10, 20, 30]


def test_types_are_kept():
    """A field has the type of what was first written."""
    storage = SampleStorage(2)
    images = torch.full((1, 1, 2, 2), 200, dtype=torch.uint8)
    storage.append(dict(images=images), NONE)
    assert storage.read('images').dtype == torch.uint8
    assert torch.equal(storage.read('images'), images)


def test_state_is_a_copy_of_the_filled_rows():
    """A state has as many rows as are filled and no share in them."""
    storage = SampleStorage(4)
    storage.append(rows(1.0, 2.0), NONE)
    state = storage.state_dict()
    assert state['a'].tolist() == [1, 2]
    assert state['a'].untyped_storage().nbytes() == 2 * 4
    storage.overwrite('a', torch.tensor([0]), torch.tensor([5.0]))
    assert storage.read('a').tolist() == [5, 2]
    assert state['a'].tolist() == [1, 2]


def test_clear():
    """Nothing is left, and other fields may come."""
    storage = SampleStorage(2)
    storage.append(rows(1.0, 2.0), NONE)
    storage.clear()
    assert len(storage) == 0
    assert 'a' not in storage
    storage.append(dict(c=torch.ones(1)), NONE)
    assert storage.read('c').tolist() == [1]


def test_to_moves_every_field():
    """All fields move; 'meta' stands for another device."""
    storage = SampleStorage(2)
    storage.append(rows(1.0), NONE)
    storage.to(torch.device('meta'))
    assert storage.read('a').is_meta
    assert storage.read('b').is_meta


@pytest.mark.parametrize(
    ('max_size', 'error', 'message'),
    [
        (0, ValueError, '`max_size` must be >= 1, but got 0'),
        (2.5, TypeError, '`max_size` must be an int, but got 2.5'),
    ],
)
def test_bad_max_size_raises(max_size, error, message):
    """The message has the argument's name, rule and value."""
    with pytest.raises(error, match=message):
        SampleStorage(max_size)
