"""Tests of the tool that runs MMRazor's own tests."""

import json
import subprocess
import sys

import pytest
from misc.mmrazor_tests import find_files, read_report, summary
from tool_calls import ROOT, call

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
REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good"/>
<testcase classname="a" name="bad"><failure message="m">x
E   KeyError: 'one'</failure></testcase>
<testcase classname="b" name="worse"><failure message="m">y
E   KeyError: 'one'</failure></testcase>
<testcase classname="" name="c"><error message="collection failure">z
E   ImportError: no d</error></testcase>
<testcase classname="a" name="late"><skipped message="not now"/></testcase>
</testsuite></testsuites>"""


def write(path, text):
    """Writes a file in new folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_reasons_are_grouped(tmp_path):
    """Tests that fail alike stand together, files that do not import too."""
    write(tmp_path / 'report.xml', REPORT)
    lines = summary(read_report(tmp_path / 'report.xml')).splitlines()
    assert "2 failure: KeyError: 'one'" in lines
    assert '1 error: ImportError: no d' in lines
    assert '1 skipped: not now' in lines
    assert lines[-1] == '5 tests: 1 passed, 2 failure, 1 error, 1 skipped'


def test_only_what_is_built_on(tmp_path):
    """Quantization and search are not."""
    for name in ('test_losses/test_a.py', 'test_algorithms/test_darts.py'):
        write(tmp_path / 'tests/test_models' / name, '')
    (files,) = find_files(tmp_path).values()
    assert [path.name for path in files] == ['test_a.py']


@pytest.mark.slow
def test_folder_without_tests(tmp_path):
    """It says what it wants."""
    tool = ROOT / 'tools' / 'misc' / 'mmrazor_tests.py'
    done = subprocess.run(
        [sys.executable, str(tool), str(tmp_path)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 2
    assert '`mmrazor` must be a checkout' in done.stderr


@pytest.mark.slow
def test_checkout(tmp_path):
    """Tests of one folder share their classes, not what their runs left."""
    folder = tmp_path / 'tests' / 'test_models' / 'test_losses'
    write(folder / 'test_a.py', TOY)
    write(folder / 'test_b.py', NEIGHBOUR)
    # A checkout's own code is not what is tried.
    write(tmp_path / 'mmrazor' / '__init__.py', '1 / 0')
    out = tmp_path / 'rows.json'
    printed = call('misc/mmrazor_tests.py', tmp_path, '--json', out)
    assert '5 tests: 4 passed, 1 failure' in printed
    assert '1 failure: ValueError: as it should' in printed
    assert len(json.loads(out.read_text())) == 5
