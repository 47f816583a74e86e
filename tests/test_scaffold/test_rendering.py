"""Values stand in a config as Python reads them."""

import pytest

from mmrazor_ssdkd.scaffold.rendering import assignment

LONG = ['a long text'] * 8


@pytest.mark.parametrize(
    'value',
    [
        {'a': 1, 'b': (2,)},
        {'lambda': 3},
        {'None': LONG, 'b': {'class': LONG}},
        {'a-b': 1, 2: [None, True]},
        {'a': {'b': LONG}},
    ],
)
def test_it_is_read_as_it_was(value):
    """Whatever its keys are, over one line or several."""
    found = {}
    exec('\n'.join(assignment('value', value)), found)
    assert found['value'] == value
