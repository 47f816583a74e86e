"""Arguments that have another name now."""

import pytest

from mmrazor_ssdkd.renaming import refuses, renamed


class Base:
    """Its one argument was called otherwise."""

    @refuses({'old': 'group.new'})
    def __init__(self, new: int = 0) -> None:
        self.new = new


class Child(Base):
    """Passes on what it does not know."""

    def __init__(self, own: int = 0, **settings: int) -> None:
        super().__init__(**settings)


@pytest.mark.parametrize('kind', [Base, Child])
def test_old_name(kind):
    """The message has both names and the value."""
    match = '`old` must be given as `group.new`, but got 3'
    with pytest.raises(ValueError, match=match):
        kind(old=3)
    assert renamed(kind) == {'old': 'group.new'}


def test_other_names():
    """What is there goes through; what never was is refused as ever."""
    assert Base(2).new == Base(new=2).new == 2
    with pytest.raises(TypeError, match="'foreign'"):
        Base(foreign=1)


@pytest.mark.parametrize('kind', [None, int, len])
def test_class_without_old_names(kind):
    """It has none."""
    assert renamed(kind) == {}
