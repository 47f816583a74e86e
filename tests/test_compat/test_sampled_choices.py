"""Tests of the choices of MMRazor's searches."""

from mmrazor.models.mutables import OneShotMutableOP
from mmrazor.structures import Candidates

from mmrazor_ssdkd.compat.sampled_choices import mend_sampled_choices


def test_candidate_is_read_as_it_was_sampled():
    """A search keeps it as text."""
    choice = OneShotMutableOP.sample_choice(Choices())
    assert type(choice) is str
    assert Candidates([{'0': choice}]).subnets == [{'0': choice}]


class Choices(OneShotMutableOP):
    """Two names, and no operation."""

    choices = ('a', 'b')

    def __init__(self):
        """Builds nothing."""


def test_second_mend_changes_nothing():
    """Or each would wrap the one before."""
    sample = OneShotMutableOP.sample_choice
    mend_sampled_choices()
    assert OneShotMutableOP.sample_choice is sample
