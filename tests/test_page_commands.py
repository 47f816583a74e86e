"""The pages' commands are taken by the tools that they call."""

import argparse
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from reading_ease import pages
from tool_calls import ROOT


def block_commands(text):
    """Returns the commands of a page's shell examples."""
    blocks = re.findall(
        r'^ *```bash\n(.*?)```', text, re.DOTALL | re.MULTILINE
    )
    for block in blocks:
        for line in block.replace('\\\n', ' ').splitlines():
            words = shlex.split(line, comments=True)
            if words:
                yield words


def inline_commands(text):
    """Returns the commands within a page's sentences and tables."""
    prose = re.sub(r'^ *```.*?```', '', text, flags=re.DOTALL | re.MULTILINE)
    for span in re.findall(r'`([^`]+)`', prose):
        words = span.split()
        starts = words[0] in ('python', 'bash', 'ssdkd')
        # With an ellipsis it is a sketch.
        if starts and len(words) > 2 and '...' not in words:
            yield shlex.split(' '.join(words))


COMMANDS = {
    ' '.join(words): words
    for page in pages()
    for found in (block_commands, inline_commands)
    for words in found(page.read_text('utf-8'))
}


class Taken(Exception):
    """Ends a tool once its command line is read."""


def call(words):
    """Returns a command's script and arguments; None where it has none."""
    words = list(words)
    while words and re.fullmatch(r'\w+=\S*', words[0]):
        words.pop(0)
    if words[0] == 'ssdkd':
        name = {'export': 'export_student'}.get(words[1], words[1])
        (script,) = (ROOT / 'tools').rglob(f'{name.replace("-", "_")}.py')
        return script, words[2:]
    for place, word in enumerate(words):
        if re.fullmatch(r'(tools|tests)/.*\.(py|sh)', word):
            return ROOT / word, words[place + 1 :]
    return None


@pytest.mark.parametrize('command', COMMANDS)
def test_command(command, monkeypatch):
    """A tool reads its arguments; a shell script and others parse."""
    found = call(COMMANDS[command])
    if found is None or found[0].suffix == '.sh':
        check_shell(command, found)
        return
    script, arguments = found
    parse = argparse.ArgumentParser.parse_args

    def spy(parser, args=None, namespace=None):
        parse(parser, args, namespace)
        raise Taken

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', spy)
    monkeypatch.setattr(sys, 'argv', [str(script), *arguments])
    monkeypatch.syspath_prepend(str(script.parent))
    with pytest.raises(Taken):
        runpy.run_path(str(script), run_name='__main__')


def check_shell(command, found):
    """Raises an AssertionError for what is no script and no known program."""
    if found is None:
        assert Path(command.split()[0]).name in (
            'pip',
            'source',
            'git',
            'mim',
            'cd',
            'pre-commit',
            'python',
            'pytest',
            'export',
        ), command
        return
    subprocess.run(['bash', '-n', str(found[0])], check=True)


def test_some_are_found():
    """Or nothing is looked at."""
    assert len(COMMANDS) > 30
