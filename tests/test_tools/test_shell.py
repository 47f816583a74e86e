"""The shell scripts pass on what they are given."""

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
    for name in ('python', 'srun', 'ruff', 'mypy', 'interrogate', 'codespell'):
        (programs / name).write_text(STUB)
        (programs / name).chmod(stat.S_IRWXU)
    return tmp_path


def run(clone, script, *arguments, **environment):
    """Runs a script from elsewhere and returns what it called."""
    log = clone / 'log'
    subprocess.run(
        ['bash', str(clone / 'tools' / script), *arguments],
        env={
            **os.environ,
            'LOG': str(log),
            'PATH': f'{clone}/.venv/bin:{os.environ["PATH"]}',
            **environment,
        },
        cwd='/',
        check=True,
    )
    return log.read_text().splitlines()


@pytest.mark.parametrize('arguments', [[], ['--task', 'seg', '--seed', '3']])
def test_quickstart(clone, arguments):
    """Installs the package alone, then runs with the arguments."""
    _, install, quickstart = run(clone, 'quickstart.sh', *arguments)
    assert install.split()[-2:] == ['--editable', '.']
    expected = ['python', 'tools/quickstart.py', *arguments]
    assert quickstart.split() == expected


@pytest.mark.parametrize(
    'arguments', [[], ['-m', 'not slow'], ['--junitxml=a.xml']]
)
def test_run_tests(clone, arguments):
    """Installs the tests' extras; linters first, parallel tests last."""
    _, install, *linters, pytest_call = run(clone, 'run_tests.sh', *arguments)
    assert install.split()[-2:] == ['--editable', '.[tests]']
    names = [line.split()[0] for line in linters]
    assert names == ['ruff', 'ruff', 'mypy', 'interrogate', 'codespell']
    parallel = ['-n', 'auto', '--maxprocesses', '8', '--dist', 'loadfile']
    parallel.append('--no-loadscope-reorder')
    expected = ' '.join(['python -m pytest tests', *parallel, *arguments])
    assert pytest_call == expected


def test_dist_train(clone):
    """On one machine, by torchrun."""
    (line,) = run(clone, 'dist_train.sh', 'my.py', '8', '--amp')
    assert line.startswith('python -m torch.distributed.run --nnodes=1 ')
    assert '--nproc_per_node=8 ' in line
    assert line.endswith('/train.py my.py --launcher pytorch --amp')


def test_slurm_train(clone):
    """As many tasks as GPUs, of which a machine has eight."""
    arguments = ('PARTITION', 'NAME', 'my.py', 'WORK_DIR')
    (line,) = run(clone, 'slurm_train.sh', *arguments, GPUS='16')
    assert line.startswith('srun --partition=PARTITION --job-name=NAME ')
    assert '--gres=gpu:8 --ntasks=16 --ntasks-per-node=8 ' in line
    assert line.endswith('my.py --work-dir WORK_DIR --launcher slurm')


@pytest.mark.parametrize('begun', [False, True])
def test_environment_without_pip(clone, begun):
    """One that is not there, or whose making was interrupted, is made."""
    (clone / '.venv').rename(clone / 'mine')
    if begun:
        programs = clone / '.venv' / 'bin'
        programs.mkdir(parents=True)
        (programs / 'python').write_text('#!/bin/sh\nexit 1\n')
        (programs / 'python').chmod(stat.S_IRWXU)
    # Stands in for `python -m venv`.
    maker = clone / 'maker'
    made = 'if [ "$2" = venv ]; then mkdir -p .venv; cp -r mine/. .venv; fi'
    maker.write_text(f'{STUB}{made}\n')
    maker.chmod(stat.S_IRWXU)
    lines = run(clone, 'quickstart.sh', PYTHON=str(maker))
    assert 'maker -m venv .venv' in lines
    assert lines[-1] == 'python tools/quickstart.py'
