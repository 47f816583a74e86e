"""A metric against training time: how it is noted, read and drawn."""

import json
import sys

import plot_curves
import plot_log
import plot_samples
import pytest
import training_curve
from plot_curves import first_times, load_rows, reached
from plot_log import load_logs
from plot_samples import load_scores
from report_runs import log_lines, start_of, step
from training_curve import TrainingCurve


def call(tool, monkeypatch, *arguments):
    """Calls a tool as from the command line."""
    monkeypatch.setattr(sys, 'argv', ['tool.py', *map(str, arguments)])
    tool.main()


class _Runner:
    iter = 40
    epoch, max_epochs, val_interval = 1, 10, 5


def test_training_curve_leaves_validation_out(monkeypatch):
    """Only what passes between the validations counts."""
    now = [100.0]
    monkeypatch.setattr(training_curve.time, 'perf_counter', lambda: now[0])
    monkeypatch.setattr(
        training_curve.time, 'process_time', lambda: 2 * now[0]
    )
    curve = TrainingCurve('accuracy/top1')
    curve.before_train(_Runner())
    for score in (50.0, 60.0):
        now[0] += 3
        curve.before_val(_Runner())
        now[0] += 1000
        curve.after_val_epoch(_Runner(), {'accuracy/top1': score})
        curve.after_val(_Runner())
    assert curve.points == [
        dict(steps=40, seconds=3.0, cpu_seconds=6.0, score=50.0),
        dict(steps=40, seconds=6.0, cpu_seconds=12.0, score=60.0),
    ]


def test_training_curve_needs_its_metric():
    """The error names the metrics there are."""
    with pytest.raises(ValueError, match=r"`metric` .*'mIoU'.*'accuracy'"):
        TrainingCurve('accuracy').after_val_epoch(_Runner(), dict(mIoU=1.0))


def _points(scale):
    return [
        dict(steps=s, seconds=s, cpu_seconds=2 * s, score=scale * s)
        for s in (10, 20)
    ]


def test_reached():
    """Between two points by interpolation, and nothing outside them."""
    assert reached(_points(1.0), 'seconds', 15.0) == 15.0
    assert reached(_points(1.0), 'cpu_seconds', 30.0) == 15.0
    assert reached(_points(1.0), 'seconds', 9.0) is None
    assert reached(_points(1.0), 'seconds', 21.0) is None


def test_first_times():
    """Of the first validation that saw a score, least and largest."""
    dip = [dict(cpu_seconds=s, score=v) for s, v in ((5, 3), (6, 1), (7, 4))]
    late = [dict(cpu_seconds=11, score=2)]
    assert first_times([dip], 'cpu_seconds', 2.0) == '5.0 s'
    assert first_times([late, dip], 'cpu_seconds', 2.0) == '5.0 to 11 s'
    assert first_times([dip, late], 'cpu_seconds', 4.0) == '7.0 s, 1 of 2'


def test_table_and_plot_of_runs(tmp_path, monkeypatch, capsys):
    """Means of a row's seeds; runs of other lengths do not count."""
    for name, epochs, scale in (('a', 4, 1.0), ('b', 4, 2.0), ('c', 9, 7.0)):
        folder = tmp_path / f'row_{epochs}e_{name}'
        folder.mkdir()
        result = dict(row='a row', points=_points(scale))
        (folder / 'result.json').write_text(json.dumps(result))
    with pytest.raises(ValueError, match=r"`rows`.*'a row'.*'other'"):
        load_rows(tmp_path, [4], ['other'])
    with pytest.raises(ValueError, match=r'`epochs`.* and 5'):
        load_rows(tmp_path, [5])
    png = tmp_path / 'plot.png'
    options = ('--epochs', 4, '--rows', 'a', '--clock', 'seconds')
    times = ('--at', 15, 99, '--first', 10, 35, 50)
    call(plot_curves, monkeypatch, tmp_path, png, *options, *times)
    assert capsys.readouterr().out.splitlines() == [
        f'Wrote {png}',
        '| | 15 s | 99 s | first 10 | first 35 | first 50 | the end |',
        '|---|---|---|---|---|---|---|',
        '| a row | 22.50 |  | 10 s | 20 s, 1 of 2 |  | 30.00 at 20 s |',
    ]
    names = list(load_rows(tmp_path, [9, 4, 9], ['a row']))
    assert names == ['a row, 9 epochs', 'a row, 4 epochs']
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')


def test_plot_of_logs(tmp_path, monkeypatch):
    """Of the rows that are asked for, from the last start of each run."""
    for row, start, value in (
        ('ours', 'a', 1.0),
        ('ours', 'b', 2.0),
        ('peer', 'a', 3.0),
    ):
        folder = tmp_path / f'{row}_4e_10'
        log = folder / start / 'vis_data' / 'scalars.json'
        log.parent.mkdir(parents=True)
        log.write_text(json.dumps(dict(step=20, loss=value)) + '\n')
        result = dict(row=row, seed=10)
        (folder / 'result.json').write_text(json.dumps(result))
    lines = load_logs(tmp_path, 4, ['ours'])
    assert lines == {'ours, seed 10': [[dict(step=20, loss=2.0)]]}
    options = ('--epochs', 4, '--rows', 'ours', '--keys', 'loss', '--mean')
    call(plot_log, monkeypatch, tmp_path, tmp_path / 'plot.png', *options)
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')
    with pytest.raises(ValueError, match=r"`keys` must be logged.*'lost'"):
        plot_log.draw(lines, ['loss', 'lost'], tmp_path / 'plot.png')


def test_plot_of_a_run_that_went_on(tmp_path):
    """All of its starts count, and what a kill broke does not."""
    (tmp_path / 'ours_4e_10').mkdir()
    result = dict(row='ours', seed=10)
    (tmp_path / 'ours_4e_10' / 'result.json').write_text(json.dumps(result))
    with pytest.raises(ValueError, match=r'`folder` must hold logs .*ours_4e'):
        load_logs(tmp_path, 4, [])
    for name, losses in (
        ('20260101_000000', {20: 9.0, 40: 8.0}),
        ('20260102_000000', {40: 7.0, 60: 6.0}),
    ):
        start = start_of(tmp_path / 'ours_4e_10', name)
        lines = [step(number, loss=loss) for number, loss in losses.items()]
        log_lines(start, *lines, end='{"loss": ')
    logs = load_logs(tmp_path, 4, [])
    steps, means, _, _ = plot_log.curve(logs['ours, seed 10'], 'loss')
    assert (steps, means) == ([20, 40, 60], [9.0, 7.0, 6.0])


def test_mean_of_seeds(tmp_path):
    """The seeds of a row share a line, where all of them logged."""
    for seed, entries in (
        (10, [dict(step=20, loss=1.0), dict(step=40, loss=5.0)]),
        (11, [dict(step=20, loss=2.0), dict(step=40, time=0.1)]),
    ):
        folder = tmp_path / f'ours_4e_{seed}'
        log = folder / 'a' / 'vis_data' / 'scalars.json'
        log.parent.mkdir(parents=True)
        log.write_text('\n'.join(map(json.dumps, entries)))
        result = dict(row='ours', seed=seed)
        (folder / 'result.json').write_text(json.dumps(result))
    logs = load_logs(tmp_path, 4, [], mean=True)
    assert list(logs) == ['ours']
    curve = plot_log.curve(logs['ours'], 'loss')
    assert curve == [[20], [1.5], [1.0], [2.0]]
    assert plot_log.curve(logs['ours'], 'lost') == [[], [], [], []]
    with pytest.raises(ValueError, match=r"`mean` must be.*'time'"):
        plot_log.curve(logs['ours'], 'time')


def test_plot_of_samples(tmp_path, monkeypatch):
    """Numbers in their order, each kind on its own, seeds side by side."""

    def finish(row, seed, score):
        folder = tmp_path / f'{row}_4e_{seed}'
        folder.mkdir()
        result = dict(row=row, seed=seed, score=score)
        (folder / 'result.json').write_text(json.dumps(result))

    finish('512 real images', 10, 3.0)
    finish('5120 real images', 10, 5.0)
    finish('5120 real images', 11, 7.0)
    finish('512 synthetic images', 10, 2.0)
    scores = load_scores(tmp_path, 4)
    assert scores == {
        'real images': {512: [3.0], 5120: [5.0, 7.0]},
        'synthetic images': {512: [2.0]},
    }
    assert list(scores['real images']) == [512, 5120]
    png = tmp_path / 'plot.png'
    call(plot_samples, monkeypatch, tmp_path, png, '--epochs', 4)
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')
    finish('SSD-KD', 10, 9.0)
    with pytest.raises(ValueError, match=r"number of images.*'SSD-KD'"):
        load_scores(tmp_path, 4)
