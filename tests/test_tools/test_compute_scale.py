"""What more GPUs would give is arithmetic that can be done by hand."""

import json

import compute_scale
import pytest
from compute_scale import efficiency


def test_one_sends_nothing():
    """Whatever it would cost."""
    assert efficiency(1, 0.01, 5, 1e9, 1.0, 1.0) == 1.0


def test_ring():
    """Two: each byte goes to the other once; many: twice."""
    # 10 ms of arithmetic, 2 calls of 1 ms, 8 MB at 1 GB/s.
    assert efficiency(2, 0.01, 2, 8e6, 1e-3, 1e9) == pytest.approx(10 / 20)
    many = efficiency(10**6, 0.01, 0, 5e6, 0.0, 1e9)
    assert many == pytest.approx(0.5, abs=1e-5)


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Calls the tool on rows."""

    def run(rows, *options):
        path = tmp_path / 'rows.json'
        path.write_text(json.dumps(rows))
        monkeypatch.setattr(
            'sys.argv', ['compute_scale.py', str(path), *options]
        )
        compute_scale.main()
        return capsys.readouterr().out

    return run


def test_table(call):
    """A machine's GPUs have its own links, those of several the others'."""
    rows = [
        dict(processes=1, steps=100, calls=0, nbytes=0),
        dict(processes=2, steps=100, calls=200, nbytes=8e8),
    ]
    printed = call(
        rows,
        *('--gpus', '2', '16', '--step-ms', '10'),
        *('--bandwidth', '4', '1', '--latency-us', '0', '500'),
    )
    # 8 MB: 2 ms between two; 15 ms and two calls between machines.
    assert '| 10 ms | 1.7 (83%) | 6.2 (38%) |' in printed
    assert 'Computed from 2.0 collectives and 8000 kB a step' in printed
    assert 'not measured' in printed


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ((), '`json` must have a row of several processes'),
        (('--gpus', '0'), '`gpus` must be >= 1, but got 0'),
        (('--step-ms', '0'), '`step_ms` must be > 0'),
        (('--bandwidth', '1', '-1'), '`bandwidth` must be > 0'),
    ],
)
def test_mistakes(call, options, message, capsys):
    """Are named."""
    with pytest.raises(SystemExit):
        call([dict(processes=1, steps=1, calls=0, nbytes=0)], *options)
    assert message in capsys.readouterr().err
