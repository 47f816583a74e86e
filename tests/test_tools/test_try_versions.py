"""Tests of the tool that tries other versions."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import try_versions
from try_versions import attempt, clean_environment, install, run


def test_other_packages_stay_out(monkeypatch):
    """Or a new environment would try this one's."""
    monkeypatch.setenv('PYTHONPATH', 'elsewhere')
    assert 'PYTHONPATH' not in clean_environment()


def test_command_that_fails():
    """Its words and its last lines are the message."""
    with pytest.raises(ValueError, match=r'(?s)import nothing.*No module'):
        run(sys.executable, '-c', 'import nothing')


@pytest.mark.parametrize(
    ('torch', 'wanted'), [(None, 'torch'), ('2.6.0', 'torch==2.6.0')]
)
def test_environment(tmp_path, monkeypatch, torch, wanted):
    """torch, what fits it and the package are chosen at once."""
    called = []
    monkeypatch.setattr(
        try_versions, 'run', lambda *words: called.append(words)
    )
    install(tmp_path / 'new', 'python3.10', torch)
    made, installed = called
    assert made == ('python3.10', '-m', 'venv', tmp_path / 'new')
    assert [wanted, 'torchvision'] == list(installed[-4:-2])
    assert installed[-1].endswith('[tests]')
    # What is there is used as it is.
    install(tmp_path, 'python3.10', torch)
    assert len(called) == 2


@pytest.fixture
def environment(tmp_path) -> Path:
    """A folder whose python is this one."""
    python = tmp_path / 'venv' / 'bin' / 'python'
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path / 'venv'


def test_result(tmp_path, environment, monkeypatch, capsys):
    """What is installed, the counts, and the failures with their reasons."""
    tests = tmp_path / 'test_one.py'
    tests.write_text(
        'import pytest\n'
        'def test_good(): pass\n'
        'def test_bad(): raise ValueError("so")\n'
        '@pytest.mark.slow\n'
        'def test_slow(): pass\n'
    )
    words = [tmp_path / 'versions.json', '--tests', tests]
    words += ['--environment', environment, '--python', 'none']
    words += ['--torch', '9.9']
    monkeypatch.setattr(sys, 'argv', ['tool.py', *map(str, words)])
    try_versions.main()
    result = json.loads((tmp_path / 'versions.json').read_text())
    assert json.dumps(result['counts']) in capsys.readouterr().out
    assert result['counts'] == dict(passed=1, failure=1)
    assert [row['reason'] for row in result['failed']] == ['ValueError: so']
    assert result['versions']['python'].startswith('3.')
    assert result['versions']['torch']


def test_tests_that_do_not_run(environment):
    """No result is made of them."""
    shutil.rmtree(environment / 'bin')
    (environment / 'bin').mkdir()
    python = environment / 'bin' / 'python'
    python.write_text('#!/bin/sh\necho broken; exit 1\n')
    python.chmod(0o755)
    with pytest.raises(ValueError, match='pytest must end, but broken'):
        attempt(environment, 'none', None, ['tests'])
