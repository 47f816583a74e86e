"""The help of every tool shows a command that the tool takes."""

import argparse
import runpy
import shlex
import sys

import pytest
from tool_calls import ROOT

TOOLS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / 'tools').rglob('*.py')
    if "if __name__ == '__main__':" in path.read_text('utf-8')
)


class Taken(Exception):
    """Ends a tool once its parser is there."""


@pytest.mark.parametrize('tool', TOOLS)
def test_example(tool, monkeypatch):
    """It stands in the help whole, and its arguments are read."""
    parse = argparse.ArgumentParser.parse_args
    found = []

    def spy(parser, args=None, namespace=None):
        found.append(parser)
        raise Taken

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', spy)
    monkeypatch.setattr(sys, 'argv', [str(ROOT / tool)])
    monkeypatch.syspath_prepend(str((ROOT / tool).parent))
    with pytest.raises(Taken):
        runpy.run_path(str(ROOT / tool), run_name='__main__')
    shown = found[0].format_help().split('example:\n')[1].strip()
    python, script, *arguments = shlex.split(shown)
    assert (python, script) == ('python', tool)
    parse(found[0], arguments)


def test_all_are_found():
    """Or nothing is looked at."""
    assert len(TOOLS) > 20
