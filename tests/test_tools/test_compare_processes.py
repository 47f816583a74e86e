"""A training in several processes has the batch of one in one."""

import json

import compare_processes
import pytest
from compare_processes import part, ratios, table
from mmengine.config import Config
from tool_calls import DIGITS


@pytest.fixture
def cfg():
    """The digits, of whose candidates some enter."""
    cfg = Config.fromfile(DIGITS)
    cfg.model.synthesis.admit = 96
    return cfg


def test_parts(cfg):
    """The batches of all together are the same; the buffer is of all."""
    whole = Config(cfg.to_dict())
    part(cfg, 4)
    assert 4 * cfg.train_dataloader.batch_size == (
        whole.train_dataloader.batch_size
    )
    for key in ('batch_size', 'admit'):
        assert 4 * cfg.model.synthesis[key] == whole.model.synthesis[key]
    assert cfg.model.replay_buffer == whole.model.replay_buffer


def test_batch_that_has_no_parts(cfg):
    """Is named."""
    with pytest.raises(ValueError, match=r'`train_dataloader.batch_size`.* 3'):
        part(cfg, 3)


def test_rows():
    """Ratios are those of one seed; what is said is said of a step."""
    common = dict(load=0.5, steps=10, calls=20, waited=2.0, nbytes=50000)
    rows = [
        dict(
            processes=number,
            seed=seed,
            seconds=seconds,
            processor_seconds=9.0,
            metrics={'accuracy/top1': 97.5},
            **common,
        )
        for seed, number, seconds in (
            (1, 1, 8.0),
            (1, 2, 5.0),
            (2, 2, 4.0),
            (2, 1, 8.0),
        )
    ]
    assert ratios(rows) == [1.6, 2.0]
    line = table(rows).splitlines()[3]
    assert '| 2 | 1 | 0.5 | 5.0 | 9.0 | 20.0% | 2.0 | 5.0 |' in line
    assert 'accuracy/top1 97.5' in line


def test_processes_are_counted(monkeypatch, capsys):
    """One is no several."""
    arguments = ['compare_processes.py', str(DIGITS), '--processes', '1']
    monkeypatch.setattr('sys.argv', arguments)
    with pytest.raises(SystemExit):
        compare_processes.main()
    assert '`processes` must be >= 2, but got 1' in capsys.readouterr().err


def test_the_first_changes_from_seed_to_seed(tmp_path, monkeypatch, capsys):
    """One process and two, for each seed that is asked for."""
    trained = []

    def train(cfg, number, seed, folder):
        trained.append((number, seed))
        common = dict(load=0.5, steps=10, calls=20, waited=2.0, nbytes=5)
        return dict(
            processes=number,
            seed=seed,
            seconds=4.0 / number,
            processor_seconds=9.0,
            metrics={},
            **common,
        )

    monkeypatch.setattr(compare_processes, 'train', train)
    arguments = ['compare_processes.py', str(DIGITS), '--seeds', '10', '11']
    rows = tmp_path / 'rows.json'
    monkeypatch.setattr('sys.argv', [*arguments, '--json', str(rows)])
    compare_processes.main()
    assert [row['seed'] for row in json.loads(rows.read_text())] == [
        10,
        10,
        11,
        11,
    ]
    assert trained == [(1, 10), (2, 10), (2, 11), (1, 11)]
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == '2 processes are 2.00 times as fast as one (2.00 to 2.00)'
