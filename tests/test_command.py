"""Tests of the command that runs the tools."""

import subprocess
import sys

import pytest
import yaml
from tool_calls import ROOT

from mmrazor_ssdkd import __version__, command
from mmrazor_ssdkd.command import main


def call(monkeypatch, capsys, *arguments):
    """Returns the exit status and what was printed."""
    monkeypatch.setattr(sys, 'argv', ['ssdkd', *arguments])
    monkeypatch.setattr(sys, 'path', [*sys.path])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr()


@pytest.mark.parametrize('arguments', [(), ('--help',)])
def test_help_lists_the_tools(monkeypatch, capsys, arguments):
    """Each with its purpose, and no module that they share."""
    status, printed = call(monkeypatch, capsys, *arguments)
    assert status == 0
    for tool in ('train ', 'test ', 'export ', 'quickstart ', 'run-table '):
        assert f'  {tool}' in printed.out
    assert 'Evaluates a checkpoint' in printed.out
    assert 'outputs' not in printed.out


def test_unknown_tool(monkeypatch, capsys):
    """The message has its name."""
    status, printed = call(monkeypatch, capsys, 'trian')
    assert status == 2
    assert "must be one of these, but got 'trian'" in printed.err


@pytest.mark.parametrize(
    'tool', ['train', 'export', 'export-student', 'export_synthetic']
)
def test_tool_has_its_arguments(monkeypatch, capsys, tool):
    """It is the script, under the command's name."""
    status, printed = call(monkeypatch, capsys, tool, '--help')
    assert status == 0
    usage = ' '.join(printed.out.split())
    assert usage.startswith(f'usage: ssdkd {tool} [-h]')
    assert 'mmrazor_ssdkd::' in usage


def test_tool_of_a_wheel(tmp_path, monkeypatch):
    """The tools are those beside its configs, and find their modules."""
    tools = tmp_path / 'tools'
    tools.mkdir()
    (tools / 'shared.py').write_text('NAME = "ran"\n')
    script = 'def main():\n    {}\nif __name__ == "__main__":\n    main()\n'
    script = script.replace('"', "'")
    ends = "sys.exit(f'{NAME} {sys.argv[1:]}')"
    (tools / 'own.py').write_text(
        f'import sys\nfrom shared import NAME\n{script.format(ends)}'
    )
    (tools / 'export_student.py').write_text(script.format('pass'))
    monkeypatch.setattr(command, 'own_folder', lambda: tmp_path)
    monkeypatch.setattr(sys, 'argv', ['ssdkd', 'own', 'a', '-b'])
    monkeypatch.setattr(sys, 'path', [*sys.path])
    with pytest.raises(SystemExit, match=r"ran \['a', '-b'\]"):
        main()


def test_one_version():
    """setup.py has the package's."""
    found = subprocess.run(
        [sys.executable, 'setup.py', '--version'],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert found.stdout.split()[-1] == __version__


def test_metafiles_name_configs():
    """Each figure is of a config that exists."""
    index = yaml.safe_load((ROOT / 'configs' / 'model-index.yml').read_text())
    for path in index['Import']:
        for model in yaml.safe_load((ROOT / path).read_text())['Models']:
            assert (ROOT / model['Config']).is_file()
            assert (
                0 < next(iter(model['Results'][0]['Metrics'].values())) < 100
            )
