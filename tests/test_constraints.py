"""The README's environment is a set that was tried, within the ranges."""

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tool_calls import ROOT


def read(path):
    """Returns a file's requirements by their names."""
    lines = path.read_text(encoding='utf-8').splitlines()
    found = [Requirement(x) for x in lines if x and not x.startswith('#')]
    return [(canonicalize_name(line.name), line) for line in found]


CONSTRAINTS = read(ROOT / 'tools' / 'constraints.txt')
REQUIREMENTS = read(ROOT / 'mmrazor_ssdkd' / 'requirements.txt')


@pytest.mark.parametrize('python', ['3.10', '3.11', '3.13'])
@pytest.mark.parametrize(
    ('name', 'range_'),
    REQUIREMENTS,
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_one_version_in_the_range(name, range_, python):
    """Each requirement has one on every Python."""
    pins = [
        pin.specifier
        for pinned, pin in CONSTRAINTS
        if pinned == name
        and (
            pin.marker is None
            or pin.marker.evaluate({'python_version': python})
        )
    ]
    (pin,) = pins
    (exact,) = pin
    assert exact.operator == '=='
    assert range_.specifier.contains(exact.version)


def test_nothing_is_listed_twice():
    """Each name stands once, or once for each of two Pythons."""
    listed = [(name, str(pin.marker)) for name, pin in CONSTRAINTS]
    assert len(listed) == len(set(listed))
