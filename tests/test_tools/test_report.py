"""The command that writes a report."""

import sys

import pytest
from report import main
from report_runs import log_lines, start_of, step


@pytest.fixture
def command(monkeypatch):
    """Returns what calls the tool."""

    def call(*arguments):
        monkeypatch.setattr(sys, 'argv', ['report.py', *map(str, arguments)])
        main()

    return call


def test_page_goes_into_the_work_dir(command, tmp_path, capsys):
    """Or where it is told, into a folder that is not there yet."""
    log_lines(start_of(tmp_path), step(1, loss=2.0))
    command(tmp_path)
    text = (tmp_path / 'report.html').read_text()
    assert text.lstrip().startswith('<!DOCTYPE html>')
    assert f'Wrote {tmp_path}/report.html' in capsys.readouterr().out
    command(tmp_path, tmp_path / 'new' / 'mine.html')
    assert (tmp_path / 'new' / 'mine.html').read_text() == text


def test_nothing_is_replaced(command, tmp_path, capsys):
    """Without --force."""
    log_lines(start_of(tmp_path), step(1, loss=2.0))
    page = tmp_path / 'report.html'
    page.write_text('mine')
    with pytest.raises(SystemExit):
        command(tmp_path)
    assert '`out` must be new unless --force' in capsys.readouterr().err
    assert page.read_text() == 'mine'
    command(tmp_path, '--force')
    assert page.read_text() != 'mine'


def test_run_is_never_replaced(command, tmp_path, capsys):
    """Its checkpoints and logs are what the page is made of."""
    start = start_of(tmp_path)
    log_lines(start, step(1, loss=2.0))
    checkpoint = tmp_path / 'epoch_2.pth'
    checkpoint.write_text('mine')
    for folder in (tmp_path, start):
        with pytest.raises(SystemExit):
            command(folder, checkpoint, '--force')
        assert '`out` must not be what is read' in capsys.readouterr().err
    assert checkpoint.read_text() == 'mine'


@pytest.mark.parametrize('name', ['', 'none', 'file'])
def test_no_run(command, tmp_path, name, capsys):
    """Is a mistake of one line, and nothing is written."""
    (tmp_path / 'file').write_text('')
    with pytest.raises(SystemExit) as ended:
        command(tmp_path / name, tmp_path / 'new' / 'a.html')
    assert ended.value.code == 2
    assert '`work_dir` must ' in capsys.readouterr().err
    assert not (tmp_path / 'new').exists()
