"""A line for each round, with what is left."""

from mmrazor_ssdkd.engine import warm_up


def test_a_line_a_round(monkeypatch):
    """Each says how long the rounds before it took."""
    now, said = [0.0], []
    clock = type('C', (), dict(perf_counter=lambda: now[0]))
    monkeypatch.setattr(warm_up, 'time', clock)
    monkeypatch.setattr(warm_up, 'print_log', lambda t, logger: said.append(t))
    for number in warm_up.rounds_with_eta(3):
        assert len(said) == number - 1
        now[0] += 90.0
    assert said == [
        'Warm-up: round 1 of 3, 90 s a round, 0:03:00 left',
        'Warm-up: round 2 of 3, 90 s a round, 0:01:30 left',
        'Warm-up: round 3 of 3, 90 s a round, 0:00:00 left',
    ]
