"""What is read of a log, whole or broken."""

import math

from report_runs import log_lines, start_of, step

from mmrazor_ssdkd.reporting.scalars import read_scalars


def test_training_and_validation(tmp_path):
    """Are told apart, and times are no metrics."""
    start = start_of(tmp_path)
    tested = {'accuracy/top1': 50.0, 'time': 0.1, 'data_time': 0.0, 'step': 2}
    log_lines(start, step(1, loss=2.0), step(2, loss=1.0), tested)
    scalars = read_scalars([start])
    assert scalars.series('loss') == ([1, 2], [2.0, 1.0])
    assert scalars.metrics == ['accuracy/top1']
    assert scalars.last('accuracy/top1') == 50.0
    assert scalars.last('nothing') is None


def test_broken_lines_are_counted(tmp_path):
    """As a kill leaves them, and numbers that cannot be drawn."""
    start = start_of(tmp_path)
    nan = step(2, loss=float('nan'))
    log_lines(start, step(1, loss=2.0), nan, dict(loss=1), end='{"loss": ')
    scalars = read_scalars([start])
    assert scalars.unreadable == 2
    assert scalars.series('loss') == ([1], [2.0])


def test_a_run_that_came_to_nan(tmp_path):
    """Its last value is that, and not the one before."""
    start = start_of(tmp_path)
    nan, lost = float('nan'), {'accuracy/top1': float('nan'), 'step': 2}
    log_lines(start, step(1, loss=2.0), step(2, loss=nan), lost)
    scalars = read_scalars([start])
    assert math.isnan(scalars.last('loss'))
    assert scalars.metrics == ['accuracy/top1']
    assert scalars.not_finite == ['loss', 'accuracy/top1']


def test_steps_that_were_taken_again(tmp_path):
    """Have the values of the later start."""
    first = start_of(tmp_path)
    second = start_of(tmp_path, '20260201_120000')
    log_lines(first, step(1, loss=3.0), step(2, loss=2.0), step(3, loss=9.0))
    log_lines(second, step(2, loss=2.5), step(4, loss=1.0))
    scalars = read_scalars([first, second])
    assert scalars.series('loss') == ([1, 2, 4], [3.0, 2.5, 1.0])


def test_no_log(tmp_path):
    """Of a run that broke off, or had another visualizer."""
    scalars = read_scalars([start_of(tmp_path)])
    assert not scalars.train and not scalars.metrics


def test_log_by_its_other_name(tmp_path):
    """Mmengine writes every line twice."""
    start = start_of(tmp_path)
    log_lines(start, step(1, loss=2.0))
    path = start / 'vis_data' / 'scalars.json'
    path.rename(path.with_name(f'{start.name}.json'))
    assert read_scalars([start]).last('loss') == 2.0
