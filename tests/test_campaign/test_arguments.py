"""No class takes what it cannot use, and each says what it wants instead."""

from typing import Any

import pytest
from campaign.subjects import SUBJECTS, parameters, registered
from campaign.values import ANYTHING, VALUES
from campaign.verdicts import little_memory, verdict
from hypothesis import HealthCheck, given, settings

ARGUMENTS = [
    (name, argument)
    for name, subject in SUBJECTS.items()
    for argument in subject.rules
]


@pytest.fixture(autouse=True, scope='module')
def _little_memory():
    """Nothing here may ask for more memory than it says that it would."""
    with little_memory():
        yield


def _try(name: str, argument: str, value: Any) -> str:
    """Returns the verdict on a class with a bad argument."""
    subject = SUBJECTS[name]
    arguments = {**subject.sound(), argument: value}
    allowed = subject.rules[argument](value)
    kind = registered()[name]
    return verdict(lambda: kind(**arguments), argument, allowed)


def test_nothing_is_left_out():
    """Every registered class takes part, with every argument."""
    assert {name: set(s.rules) for name, s in SUBJECTS.items()} == {
        name: set(parameters(kind)) for name, kind in registered().items()
    }
    assert len(ARGUMENTS) * len(VALUES) >= 1000


@pytest.mark.parametrize('name', SUBJECTS)
def test_sound_arguments(name):
    """Without a bad argument each can be built."""
    registered()[name](**SUBJECTS[name].sound())


@pytest.mark.parametrize(('name', 'argument'), ARGUMENTS)
def test_table(name, argument):
    """All the values that stand in the table."""
    faults = {
        key: found
        for key, make in VALUES.items()
        if (found := _try(name, argument, make())) != 'ok'
    }
    assert not faults, '\n'.join(f'{k}: {v}' for k, v in faults.items())


@pytest.mark.parametrize(('name', 'argument'), ARGUMENTS)
def test_anything(name, argument):
    """Whatever else Hypothesis comes upon."""

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(ANYTHING)
    def tries(value):
        assert _try(name, argument, value) == 'ok'

    tries()
