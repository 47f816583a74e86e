"""Rows ranked without data, and fidelity held against real metrics."""

import json
import re
import sys

import pytest
import run_table
from calibrate_fidelity import main, rank
from fidelity_runs import find_students, real_metric, start_of
from mmengine.config import Config
from report_runs import TEACHER
from table_fidelity import fidelity, ranked
from table_markdown import render
from table_runs import result_path
from tool_calls import DIGITS


def result(score: float, agreement: float, divergence: float) -> dict:
    """Returns what a run leaves."""
    found = {
        'fidelity/agreement': agreement,
        'fidelity/divergence': divergence,
    }
    return dict(score=score, seconds=60.0, fidelity=found)


ROWS = {
    'worst': [[result(50.0, 40.0, 2.0), result(60.0, 44.0, 2.5)]],
    'best': [[result(90.0, 80.0, 0.5), result(92.0, 90.0, 0.25)]],
    'middle': [[result(70.0, 60.0, 1.0), result(72.0, 60.0, 1.0)]],
}


@pytest.mark.parametrize(
    'metric', ['fidelity/agreement', 'fidelity/divergence']
)
def test_rows_are_ranked_by_the_mean_of_their_seeds(metric):
    assert list(ranked(ROWS, metric)) == ['best', 'middle', 'worst']


def test_a_row_without_it_is_refused():
    rows = {**ROWS, 'other': [[dict(score=1.0)]]}
    with pytest.raises(ValueError, match=r'`rank_by` must be .* --fidelity'):
        ranked(rows, 'fidelity/agreement')


def plan_of(tmp_path, **settings):
    """Returns the path of a plan of two rows, one of which was run."""
    plan = tmp_path / 'plan.py'
    rows = {'done': {}, 'to do': {}}
    values = dict(
        dict(
            teacher=str(TEACHER),
            config=str(DIGITS),
            metric='accuracy/top1',
            epochs=[4],
            rows=rows,
        ),
        **settings,
    )
    Config(values).dump(plan)
    leave(tmp_path, 'done', result(50.0, 40.0, 2.0))
    return str(plan)


def leave(out, row, values):
    """Leaves what a run does."""
    path = result_path(row, 4, 10, out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


@pytest.mark.parametrize(
    ('settings', 'row'),
    [
        ({}, 'to do'),
        (dict(fidelity=True), None),
        (dict(same_time=['done'], fidelity=True), None),
        (dict(fidelity=True, config=str(TEACHER)), 'to do'),
    ],
)
def test_rows_that_cannot_be_ranked_are_not_run(
    tmp_path, monkeypatch, settings, row
):
    words = ['run_table.py', plan_of(tmp_path, **settings)]
    words += ['--out', str(tmp_path), '--seeds', '10']
    words += ['--rank-by', 'fidelity/agreement']
    monkeypatch.setattr(sys, 'argv', words)
    monkeypatch.setattr(run_table, 'run_missing', stop)
    with pytest.raises(SystemExit if row else _Trained):
        run_table.main()
    (result_path('done', 4, 10, tmp_path)).write_text('{"score": 1.0}')
    if row is None and 'same_time' not in settings:
        with pytest.raises(SystemExit):
            run_table.main()


class _Trained(Exception):
    """Stands for hours of training."""


def stop(*_):
    """Begins them."""
    raise _Trained


def test_what_cannot_be_ranked_is_written(tmp_path, monkeypatch, capsys):
    """After hours of training, which the table shows."""
    plan = plan_of(tmp_path, fidelity=True)
    leave(tmp_path, 'to do', result(70.0, 60.0, 1.0))
    (tmp_path / 'teacher_10').mkdir()
    done = tmp_path / 'teacher_10' / 'result.json'
    done.write_text(json.dumps(dict(score=99.0)))
    words = f'run_table.py {plan} --out {tmp_path} --seeds 10 --rank-by'
    # Classifiers have none, which shows in their results.
    monkeypatch.setattr(run_table, 'check_rank_by', lambda *_: None)
    monkeypatch.setattr(sys, 'argv', [*words.split(), 'fidelity/mIoU'])
    with pytest.raises(SystemExit):
        run_table.main()
    found = capsys.readouterr()
    assert "and not 'fidelity/mIoU'" in found.err
    table = (tmp_path / 'table.md').read_text()
    assert table in found.out and '| done | 50.00' in table


def test_the_table_has_a_column_for_it():
    plan = Config(dict(metric='accuracy/top1', epochs=[5]))
    lines = render(plan, [dict(score=99.0)], ROWS).splitlines()
    assert lines[0].endswith('| 5 epochs | fidelity |')
    assert 'agreement 85.0, divergence 0.375' in lines[4]
    without = render(plan, [dict(score=99.0)], {'a': [[dict(score=1.0)]]})
    assert 'fidelity' not in without
    assert fidelity([[dict(score=1.0)]]) == ''


def record(real: float, agreement: float, start: str = 'random') -> dict:
    """Returns what is found of a student."""
    return dict(
        checkpoint='a.pth',
        task='Digits',
        start=start,
        metric='accuracy/top1',
        real=real,
        fidelity={'agreement': agreement, 'divergence': 100 - agreement},
    )


def test_a_perfect_order_is_one():
    records = [record(real, real / 2) for real in (10.0, 50.0, 90.0)]
    found = rank(records, 'agreement')
    assert found['n'] == 3
    assert found['spearman'] == pytest.approx(1)
    assert found['kendall'] == pytest.approx(1)
    assert found['off'] == pytest.approx(25)
    assert found['bias'] == pytest.approx(-25)
    # Less divergence is better.
    assert rank(records, 'divergence')['spearman'] == pytest.approx(1)
    assert 'off' not in rank(records, 'divergence')


def test_table_and_plot_are_by_task(tmp_path, monkeypatch, capsys):
    """Of what was measured before, in a file of its own."""
    records = [record(real, 100 - real) for real in (10.0, 50.0, 90.0)]
    records += [dict(other, task='CIFAR10') for other in records]
    (tmp_path / 'old.json').write_text(json.dumps(records))
    words = ['tool.py', 'old.json', '--json', 'new.json']
    words += ['--table', 'table.md', '--plot', 'plot.png']
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', words)
    main()
    text = capsys.readouterr().out
    assert (tmp_path / 'table.md').read_text() in text
    assert json.loads((tmp_path / 'new.json').read_text()) == records
    assert '| | Digits, 3 students | CIFAR10, 3 students |' in text
    assert '| agreement | -1.00, -1.00, 53.3 (+0.0) |' in text
    assert (tmp_path / 'plot.png').stat().st_size > 1000


def test_runs_are_found_with_their_metric(tmp_path):
    with pytest.raises(ValueError, match='`runs` must be folders'):
        find_students(tmp_path)
    config = "model = dict(type='mmrazor_ssdkd.SSDKD')"
    (tmp_path / 'config.py').write_text(config)
    # An exported student, and something else.
    for name in ('student.pth', 'student.py', 'zzz.py'):
        (tmp_path / name).write_text('x = (' if name == 'zzz.py' else '')
    for name in ('epoch_2.pth', 'epoch_4.pth'):
        (tmp_path / name).touch()
    found = find_students(tmp_path)
    assert [path.name for _, path in found] == ['epoch_2.pth', 'epoch_4.pth']
    assert {path.name for path, _ in found} == {'config.py'}
    log = tmp_path / '20200101_000000' / 'vis_data' / 'scalars.json'
    log.parent.mkdir(parents=True)
    entries = [dict(step=step, mIoU=10.0 * step) for step in (2, 4)]
    lines = '\n'.join(map(json.dumps, entries))
    log.write_text(lines + '\n{"mIoU": ')
    cfg = Config(
        dict(
            val_evaluator=dict(type='IoUMetric'),
            model=dict(student_init='random', synthesis=dict(iters=0)),
        )
    )
    assert real_metric(cfg, tmp_path / 'epoch_4.pth') == ('mIoU', 40.0)
    assert real_metric(cfg, tmp_path / 'epoch_6.pth') == ('mIoU', None)
    assert start_of(cfg) == 'random, untrained generator'


@pytest.mark.parametrize(
    ('words', 'match'),
    [
        (['--images', 'foo=3'], r"`images` must be .*but got \['foo'\]"),
        (['--images', 'rounds=0'], '`rounds` must be >= 1'),
        (['--plot', 'a.png', '--variant', 'mIoU'], "for 'Digits', but got"),
    ],
)
def test_what_cannot_be_measured(tmp_path, monkeypatch, capsys, words, match):
    records = [record(real, 100 - real) for real in (10.0, 50.0)]
    (tmp_path / 'old.json').write_text(json.dumps(records))
    monkeypatch.chdir(tmp_path)
    words = ['tool.py', 'old.json', '--json', 'new.json', *words]
    monkeypatch.setattr(sys, 'argv', words)
    with pytest.raises(SystemExit):
        main()
    assert re.search(match, capsys.readouterr().err)


def test_a_plot_without_students_is_refused_after_the_first(
    tmp_path, monkeypatch
):
    """Which is kept."""
    records = iter([record(10.0, 20.0), None])
    monkeypatch.setattr('calibrate_fidelity.Students', lambda *_: records)
    monkeypatch.chdir(tmp_path)
    words = 'tool.py runs --json new.json --plot a.png --variant mIoU'
    monkeypatch.setattr(sys, 'argv', words.split())
    with pytest.raises(SystemExit):
        main()
    assert next(records) is None
    assert len(json.loads((tmp_path / 'new.json').read_text())) == 1
