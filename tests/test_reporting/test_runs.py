"""What counts as a run, and as one run or several."""

from pathlib import Path

import pytest
from mmengine.config import Config
from report_runs import log_lines, start_of, step

from mmrazor_ssdkd.reporting.origin import teachers_metrics
from mmrazor_ssdkd.reporting.runs import RECORD, find_runs, time_of


def configured(start, text):
    """Leaves a config beside a start's log."""
    (start / 'vis_data' / 'config.py').write_text(text)
    return start


def test_a_work_dir_is_one_run(tmp_path):
    """By its own name, and its checkpoints are its own."""
    start = start_of(tmp_path / 'mine')
    (run,) = find_runs(tmp_path / 'mine')
    assert (run.name, run.starts, run.newest) == ('mine', (start,), True)


def test_resumed_starts_are_one_run(tmp_path):
    """Others are further runs, of which the last has the checkpoints."""
    names = [f'20260131_12000{number}' for number in range(4)]
    settings = ['resume = False', 'resume = True', 'resume = False', 'x = 1']
    starts = [
        configured(start_of(tmp_path, name), text)
        for name, text in zip(names, settings)
    ]
    first, second, third = find_runs(tmp_path)
    assert first.starts == tuple(starts[:2])
    assert [run.newest for run in (first, second, third)] == [0, 0, 1]
    assert second.starts == (starts[2],) and third.starts == (starts[3],)
    assert first.name.endswith(names[0]) and third.config.x == 1


@pytest.mark.parametrize('above', ['', 'seeds'])
def test_a_folder_of_work_dirs(tmp_path, above):
    """As a quickstart and a table leave them."""
    for name in ('teacher', 'distill'):
        start_of(tmp_path / above / name)
    names = [run.name.split('/')[-1] for run in find_runs(tmp_path)]
    assert names == ['distill', 'teacher']


def test_the_folder_of_a_start(tmp_path):
    """Stands for itself alone."""
    start = start_of(tmp_path)
    later = start_of(tmp_path, '20260201_120000')
    (run,) = find_runs(start)
    assert run.starts == (start,) and not run.newest
    assert run.name == f'{tmp_path.name}, {start.name}'
    assert find_runs(later)[0].newest


def test_a_test_is_no_run(tmp_path):
    """It leaves a folder of logs, too."""
    start = start_of(tmp_path)
    (start / f'{start.name}.json').write_text('{}')
    with pytest.raises(ValueError, match='`work_dir` must hold the logs'):
        find_runs(tmp_path)


@pytest.mark.parametrize('trained', ['record', 'scalars'])
def test_a_test_that_failed_is_no_run(tmp_path, trained):
    """It found nothing; the run before keeps its name and checkpoints."""
    start = start_of(tmp_path)
    failed = start_of(tmp_path, '20260201_120000')
    if trained == 'record':
        (start / RECORD).write_text('{}')
    else:
        log_lines(start, step(1, loss=1.0))
    (run,) = find_runs(tmp_path)
    assert (run.name, run.starts) == (tmp_path.name, (start,))
    assert run.newest and find_runs(start)[0].newest
    # It may be asked for.
    assert find_runs(failed)[0].starts == (failed,)


def test_folder_that_may_not_be_read(tmp_path, monkeypatch):
    """It is passed over, as one without a run."""
    start = start_of(tmp_path / 'mine')
    (tmp_path / 'hers').mkdir()
    monkeypatch.setattr('os.access', lambda path, _: path.name != 'hers')
    iterdir = Path.iterdir

    def refuse(path):
        if path.name == 'hers':
            raise PermissionError(13, 'Permission denied', str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, 'iterdir', refuse)
    (run,) = find_runs(tmp_path)
    assert run.starts == (start,)
    # Of a teacher that lies in there nothing is known.
    for folder in (tmp_path / 'hers', tmp_path):
        weights = str(folder / 'teacher.pth')
        config = Config(dict(model=dict(teacher_ckpt=weights)))
        assert teachers_metrics(config, ['accuracy/top1']) == []


@pytest.mark.parametrize(
    'name', ['nothing', 'file', '20269931_120000', 'x' * 300, 'a\0']
)
def test_no_run(tmp_path, name):
    """Nothing there, a file, and a folder of almost such a name, or none."""
    (tmp_path / 'file').write_text('')
    (tmp_path / '20269931_120000' / 'x').mkdir(parents=True)
    with pytest.raises(ValueError, match='`work_dir` must '):
        find_runs(tmp_path / name)


def test_config_that_cannot_be_read(tmp_path):
    """Another copy of it may be whole."""
    start = configured(start_of(tmp_path), 'x = (')
    (run,) = find_runs(tmp_path)
    assert run.config is None
    (tmp_path / 'copy.py').write_text('x = 2')
    assert find_runs(start)[0].config.x == 2


def test_times():
    """As mmengine writes them."""
    assert time_of('20260131_120000').minute == 0
    assert time_of('2026') is None and time_of('None') is None
