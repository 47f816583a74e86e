"""The two commands of the README pass on what they are given."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / 'tools'
# Stands in for every program of the virtual environment.
STUB = '#!/bin/sh\necho "$(basename "$0") $*" >> "$LOG"\n'


@pytest.fixture
def clone(tmp_path):
    """The scripts beside a virtual environment that only takes notes."""
    (tmp_path / 'tools').mkdir()
    for script in TOOLS.glob('*.sh'):
        shutil.copy(script, tmp_path / 'tools')
    programs = tmp_path / '.venv' / 'bin'
    programs.mkdir(parents=True)
    for name in ('python', 'ruff', 'mypy', 'interrogate', 'codespell'):
        (programs / name).write_text(STUB)
        (programs / name).chmod(stat.S_IRWXU)
    return tmp_path


def run(clone, script, *arguments):
    """Runs a script from elsewhere and returns what it called."""
    log = clone / 'log'
    subprocess.run(
        ['bash', str(clone / 'tools' / script), *arguments],
        env={**os.environ, 'LOG': str(log)},
        cwd='/',
        check=True,
    )
    return log.read_text().splitlines()


@pytest.mark.parametrize('arguments', [[], ['--task', 'seg', '--seed', '3']])
def test_quickstart(clone, arguments):
    """Installs the package alone, then runs with the arguments."""
    install, quickstart = run(clone, 'quickstart.sh', *arguments)
    assert install.split()[-2:] == ['--editable', '.']
    expected = ['python', 'tools/quickstart.py', *arguments]
    assert quickstart.split() == expected


@pytest.mark.parametrize('arguments', [[], ['-m', 'not slow']])
def test_run_tests(clone, arguments):
    """Installs the tests' extras; linters first, parallel tests last."""
    install, *linters, pytest_call = run(clone, 'run_tests.sh', *arguments)
    assert install.split()[-2:] == ['--editable', '.[tests]']
    names = [line.split()[0] for line in linters]
    assert names == ['ruff', 'ruff', 'mypy', 'interrogate', 'codespell']
    parallel = ['-n', 'auto', '--maxprocesses', '8', '--dist', 'loadfile']
    parallel.append('--no-loadscope-reorder')
    expected = ' '.join(['python -m pytest tests', *parallel, *arguments])
    assert pytest_call == expected
