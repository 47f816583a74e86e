"""Which rounds are due before a step, and which of them are the warm-up."""

import pytest

from mmrazor_ssdkd.engine import warm_up
from mmrazor_ssdkd.models.algorithms.synthesis_rounds import SynthesisRounds


@pytest.mark.parametrize('number', [0, 1, 3])
def test_warm_up_has_as_many_rounds_as_the_config_says(number, monkeypatch):
    """The first step's own is none of them, and has no line."""
    said = []
    monkeypatch.setattr(warm_up, 'print_log', lambda t, logger: said.append(t))
    rounds = SynthesisRounds(
        interval=2, until=None, batch_size=4, warmup_rounds=number, admit=None
    )
    assert len(list(rounds.due(0, stored=0))) == number + 1
    assert [line.split(',')[0] for line in said] == [
        f'Warm-up: round {place} of {number}' for place in range(1, number + 1)
    ]
    said.clear()
    due = [len(list(rounds.due(step, stored=4))) for step in range(1, 5)]
    assert due == [0, 1, 0, 1]
    assert not said


@pytest.mark.parametrize(
    ('until', 'iteration', 'most', 'expected'),
    [
        (None, 0, None, 3),
        (None, 2, None, 3),
        (None, 3, None, 4),
        (None, 9, None, 6),
        (None, 9, 4, 5),
        (None, 9, 1, 3),
        (None, 0, 1, 3),
        (7, 0, None, 3),
        (7, 6, None, 5),
        (7, 7, None, 5),
        (7, 9, None, 5),
        (7, 9, 3, 4),
        (6, 9, None, 4),
        (1, 9, None, 3),
        (0, 0, None, 3),
        (0, 9, None, 3),
    ],
)
def test_rounds_without_stored_images(until, iteration, most, expected):
    """Those between the steps before are made anew, as many as are held."""
    rounds = SynthesisRounds(
        interval=3, until=until, batch_size=4, warmup_rounds=2, admit=None
    )
    rounds.rounds_held = most
    assert len(list(rounds.due(iteration, stored=0))) == expected


@pytest.mark.parametrize('until', [None, 0, 1, 6, 7, 9])
@pytest.mark.parametrize('steps', [1, 3, 4, 9, 10])
def test_rounds_of_a_run(until, steps):
    """As many as come before its steps."""
    rounds = SynthesisRounds(
        interval=3, until=until, batch_size=4, warmup_rounds=2, admit=None
    )
    due = [len(list(rounds.due(step, stored=step))) for step in range(steps)]
    assert rounds.count(steps) == sum(due)
