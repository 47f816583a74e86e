"""Tests of the tool that runs MMRazor's own tests."""

import json

import pytest
from mmrazor_tests import find_files, summary
from tool_calls import call, find_tool
from warm_start import run_script

# As MMRazor's: unittest, and a class that only a neighbour registers.
TOY = """
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from unittest import TestCase
@MODELS.register_module()
class Toy: pass
class TestToy(TestCase):
    def test_passes(self): pass
    def test_scope(self): DefaultScope.get_instance("a", scope_name="mmseg")
"""
NEIGHBOUR = """
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
def test_toy(): assert MODELS.get('Toy')
def test_scope(): assert DefaultScope.get_current_instance() is None
def test_fails(): raise ValueError('as it should')
"""
TOY_MODELS = 'from mmrazor.models import L2Loss as Toy'
PACKAGED = """
from .toy_models import Toy
def test_toy(): assert Toy.__module__.startswith('mmrazor.')
"""


def write(path, text):
    """Writes a file in new folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_reasons_are_grouped():
    """Tests that fail alike stand together."""
    rows = [
        dict(test='a', outcome='passed', reason=''),
        dict(test='b', outcome='failure', reason='KeyError: 1'),
        dict(test='c', outcome='failure', reason='KeyError: 1'),
        dict(test='d', outcome='error', reason='ImportError: e'),
    ]
    assert summary(rows).splitlines() == [
        '1 error: ImportError: e',
        '    d',
        '2 failure: KeyError: 1',
        '    b',
        '    c',
        '4 tests: 1 passed, 2 failure, 1 error',
    ]


def test_only_what_is_built_on(tmp_path):
    """Quantization and search are not."""
    for name in ('test_losses/test_a.py', 'test_algorithms/test_darts.py'):
        write(tmp_path / 'tests/test_models' / name, '')
    (files,) = find_files(tmp_path).values()
    assert [path.name for path in files] == ['test_a.py']
    # Twice and by its folder it is one file.
    wanted = ['test_models/**/test_d*.py', 'test_models/*/test_darts.py']
    (files,) = find_files(tmp_path, [*wanted, 'test_models']).values()
    assert [path.name for path in files] == ['test_darts.py']


def test_files_that_share_a_process(tmp_path):
    """Those of models, whose toy classes they share; else a folder's."""
    names = [
        'test_core/test_delivers/test_a.py',
        'test_core/test_recorders/test_a.py',
        'test_models/test_distillers/test_a.py',
        'test_models/test_losses/test_a.py',
    ]
    for name in names:
        write(tmp_path / 'tests' / name, '')
    folders = find_files(tmp_path)
    assert [len(files) for files in folders.values()] == [1, 1, 2]


@pytest.mark.slow
def test_folder_without_tests(tmp_path):
    """It says what it wants."""
    code, printed = run_script(find_tool('mmrazor_tests.py'), [str(tmp_path)])
    assert code == 2
    assert '`mmrazor` must be a checkout' in printed


@pytest.mark.slow
def test_checkout(tmp_path):
    """Tests of one folder share their classes, not what their runs left."""
    folder = tmp_path / 'tests' / 'test_models' / 'test_losses'
    write(folder / 'test_a.py', TOY)
    write(folder / 'test_b.py', NEIGHBOUR)
    write(folder / 'test_c.py', 'import not_installed')
    # Some are packages, which bring the checkout's root into the path; its
    # own code is not what is tried.
    package = tmp_path / 'tests' / 'test_models' / 'test_algorithms'
    for path in (package, package.parent, package.parent.parent):
        write(path / '__init__.py', '')
    write(
        package / 'toy_models.py', 'from mmrazor.models import L2Loss as Toy'
    )
    write(package / 'test_ofd_algo.py', PACKAGED)
    write(tmp_path / 'mmrazor' / '__init__.py', '1 / 0')
    out = tmp_path / 'rows.json'
    printed = call('mmrazor_tests.py', tmp_path, '--json', out)
    assert '7 tests: 5 passed, 1 failure, 1 error' in printed
    assert '1 failure: ValueError: as it should' in printed
    assert len(json.loads(out.read_text())) == 7
