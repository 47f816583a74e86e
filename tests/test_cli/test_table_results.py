"""Which rows of a table a command line asks for."""

import pytest

from mmrazor_ssdkd.cli.table_results import pick_names

ROWS = ['inherited', 'inherited, features off', 'random', 'control: oracle']


@pytest.mark.parametrize(
    ('wanted', 'picked'),
    [
        (['inherited'], ['inherited']),
        (['inherited,'], ['inherited, features off']),
        (['inh'], ['inherited', 'inherited, features off']),
        (['control', 'inherited'], ['inherited', 'control: oracle']),
        (['inherited', 'inh'], ['inherited', 'inherited, features off']),
        ([], ROWS),
    ],
)
def test_whole_name_stands_for_one_row(wanted, picked):
    """And a beginning for all of its rows, in the order of the table."""
    assert pick_names(ROWS, wanted) == picked


def test_unknown_rows_are_named():
    """The message has the rows that there are, and what was asked for."""
    with pytest.raises(ValueError, match=r"`rows`.*'random'.*'rand0m'"):
        pick_names(ROWS, ['inherited', 'rand0m'])
