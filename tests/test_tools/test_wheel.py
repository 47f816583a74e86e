"""What a user has who installs a wheel and has no clone."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tool_calls import ROOT, TINY

pytestmark = pytest.mark.slow

SOURCES = (
    'LICENSE',
    'README.md',
    'configs',
    'mmrazor_ssdkd',
    'setup.py',
    'tools',
)
DISTILL = (
    'mmrazor_ssdkd::mmpretrain/digits/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
)


def run(*command, cwd, **environment):
    """Runs a command and returns what it printed."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, 'OMP_NUM_THREADS': '1', **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@pytest.fixture(scope='module')
def wheel(tmp_path_factory) -> Path:
    """A wheel of a copy, so that nothing is left beside the sources."""
    copy = tmp_path_factory.mktemp('sources')
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns('__pycache__')
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy)
    build = '--no-deps --no-build-isolation --quiet --wheel-dir dist .'
    run(sys.executable, '-m', 'pip', 'wheel', *build.split(), cwd=copy)
    (built,) = (copy / 'dist').glob('*.whl')
    return built


@pytest.fixture(scope='module')
def site(wheel, tmp_path_factory) -> Path:
    """A folder that the wheel is installed in, before all others."""
    folder = tmp_path_factory.mktemp('site')
    install = ('install', '--no-deps', '--quiet', '--target', folder)
    run(sys.executable, '-m', 'pip', *install, wheel, cwd=folder)
    return folder


def test_wheel_holds_configs_and_tools(wheel):
    """Every config, tool and metafile is where mmengine looks."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ('configs', 'tools'):
        for path in (ROOT / folder).rglob('*.py'):
            assert f'mmrazor_ssdkd/.mim/{path.relative_to(ROOT)}' in names
    assert 'mmrazor_ssdkd/.mim/model-index.yml' in names
    assert 'mmrazor_ssdkd/.mim/configs/mmpretrain/digits/metafile.yml' in names
    assert not any('__pycache__' in name for name in names)


def test_distilling_from_an_empty_folder(site, tmp_path):
    """The command trains a config of the wheel and exports the student."""
    command = [sys.executable, '-W', 'ignore', '-m', 'mmrazor_ssdkd']
    environment = dict(PYTHONPATH=str(site))
    where = run(
        sys.executable,
        '-c',
        'import mmrazor_ssdkd; print(mmrazor_ssdkd.__file__)',
        cwd=tmp_path,
        **environment,
    )
    assert where.strip().startswith(str(site))
    options = [f'{key}={value}' for key, value in TINY.items()]
    options += ['model.teacher_ckpt=None', 'train_cfg.max_epochs=1']
    options += [f'val_{k}=None' for k in ('cfg', 'dataloader', 'evaluator')]
    options += ['default_hooks.checkpoint.interval=1']
    run(
        *command,
        'train',
        DISTILL,
        '--cfg-options',
        *options,
        cwd=tmp_path,
        **environment,
    )
    work_dir = tmp_path / 'work_dirs' / Path(DISTILL).stem
    run(
        *command,
        'export',
        DISTILL,
        work_dir / 'epoch_1.pth',
        'student.pth',
        cwd=tmp_path,
        **environment,
    )
    assert (tmp_path / 'student.pth').is_file()
    assert (tmp_path / 'student.py').is_file()
    assert (site / 'bin' / 'ssdkd').is_file()


# The quickstart's least.
SHORTER = {
    'resnet18-w16_1xb64-60e_digits.py': """
train_cfg.update(max_epochs=2, val_interval=2)
param_scheduler.update(end=2)
""",
    'ssdkd_logits_resnet18-w16_resnet18-w8-inherited_1xb64-12e_digits.py': """
train_cfg.update(max_epochs=1, val_interval=1)
param_scheduler['architecture'][-1].update(end=1)
""",
}


@pytest.fixture
def short_site(site):
    """The wheel, whose quickstart is a short one for a while."""
    folder = site / 'mmrazor_ssdkd/.mim/configs/mmpretrain/digits'
    texts = {name: (folder / name).read_text() for name in SHORTER}
    for name, lines in SHORTER.items():
        (folder / name).write_text(texts[name] + lines)
    yield site
    for name, text in texts.items():
        (folder / name).write_text(text)


def test_quickstart_from_an_empty_folder(short_site, tmp_path):
    """The example needs nothing but the wheel, and leaves all it says.

    `.ci/run` sees how good the student of the whole one is.
    """
    command = [sys.executable, '-W', 'ignore', '-m', 'mmrazor_ssdkd']
    run(*command, 'quickstart', cwd=tmp_path, PYTHONPATH=str(short_site))
    work_dir = tmp_path / 'work_dirs' / 'quickstart_cls'
    summary = json.loads((work_dir / 'summary.json').read_text())
    # Of the teacher that it trained itself.
    assert 0 < summary['student_accuracy'] < 1
    assert Path(summary['exported_student']).parent == work_dir
    assert (work_dir / 'synthetic.png').is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['work_dirs']
