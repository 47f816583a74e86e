"""The pages' commands are taken by what they call, and tests execute them."""

import argparse
import re
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from page_commands import COMMANDS, EXECUTED_BY, NOT_EXECUTED, call, kind
from tool_calls import ROOT, TINY
from tool_calls import call as call_tool

from mmrazor_ssdkd.engine import load_config

KINDS = sorted({kind(words) for words in COMMANDS.values()})
TABLES = [
    command
    for command, words in COMMANDS.items()
    if kind(words) == 'tools/tables/run_table.py'
]
# Of data that is there.
TRAININGS = [
    command
    for command, words in COMMANDS.items()
    if kind(words) == 'tools/train.py'
    and any(re.match('configs/.*/digit', word) for word in words)
]


class Taken(Exception):
    """Ends a tool once its command line is read."""


@pytest.mark.parametrize('command', COMMANDS)
def test_command(command, monkeypatch):
    """A tool reads its arguments and options; a shell script parses."""
    found = call(COMMANDS[command])
    if found is None or found[0].suffix == '.sh':
        check_shell(command, found)
        return
    script, arguments = found
    parse = argparse.ArgumentParser.parse_args

    def spy(parser, args=None, namespace=None):
        taken = parse(parser, args, namespace)
        config = getattr(taken, 'config', 'none')
        if (ROOT / config).is_file():
            options = getattr(taken, 'cfg_options', None)
            load_config(str(ROOT / config), cfg_options=options)
        raise Taken

    monkeypatch.setattr(argparse.ArgumentParser, 'parse_args', spy)
    monkeypatch.setattr(sys, 'argv', [str(script), *arguments])
    monkeypatch.syspath_prepend(str(script.parent))
    with pytest.raises(Taken):
        runpy.run_path(str(script), run_name='__main__')


def check_shell(command, found):
    """Raises an AssertionError for what is no script and no known program."""
    if found is None:
        assert Path(command.split()[0]).name in ('pip', 'python'), command
        return
    subprocess.run(['bash', '-n', str(found[0])], check=True)


@pytest.mark.parametrize('name', KINDS)
def test_it_is_executed(name):
    """By a test that is there, with all options that pages give it."""
    assert (name in EXECUTED_BY) != (name in NOT_EXECUTED)
    given = {
        word.split('=')[0]
        for words in COMMANDS.values()
        for word in words
        if kind(words) == name and word.startswith('--')
    }
    text = ''
    for test in EXECUTED_BY.get(name, ()):
        file, function = test.split('::')
        own = (ROOT / 'tests' / file).read_text('utf-8')
        assert re.search(rf'^def {function}\(', own, re.MULTILINE), test
        assert Path(name).stem in own, test
        # Those of this file run the pages' own words.
        here = file == Path(__file__).name
        text += ' '.join(given) if here else own
    untried = {option for option in given if option not in text}
    assert name in NOT_EXECUTED or not untried


def test_all_is_on_a_page():
    """Nothing is listed that no page has."""
    assert sorted([*EXECUTED_BY, *NOT_EXECUTED]) == KINDS
    assert len(COMMANDS) > 30


@pytest.mark.slow
@pytest.mark.parametrize('command', TABLES)
def test_table(command, tmp_path, monkeypatch, capsys):
    """A run for each row, epochs and seed; here none takes any time."""
    script, arguments = call(COMMANDS[command])
    arguments[arguments.index('--out') + 1] = str(tmp_path)
    made = set()

    def run(plan, row, *rest):
        made.add(row)
        names = ('fidelity/agreement', 'fidelity/divergence')
        times = dict(seconds=60.0, cpu_seconds=60.0)
        return dict(score=50.0, fidelity=dict.fromkeys(names, 1.0), **times)

    for module in ('table_runs', 'side_by_side'):
        monkeypatch.setattr(f'{module}.run', run)
        monkeypatch.setattr(
            f'{module}.teacher_result', lambda *_: dict(score=99.0)
        )
    # What stands in for a run is not in other processes.
    monkeypatch.setattr('side_by_side._pool', ThreadPoolExecutor)
    monkeypatch.setattr(sys, 'argv', [str(script), *arguments])
    monkeypatch.syspath_prepend(str(script.parent))
    monkeypatch.chdir(ROOT)
    runpy.run_path(str(script), run_name='__main__')
    printed = capsys.readouterr().out
    assert made and all(f'| {row} |' in printed for row in made)
    assert (tmp_path / 'table.md').exists() == ('--rows' not in arguments)


@pytest.mark.slow
@pytest.mark.parametrize('command', TRAININGS)
def test_training(command, tmp_path, monkeypatch):
    """As it stands there, but for an epoch of a few images."""
    monkeypatch.chdir(ROOT)
    _, arguments = call(COMMANDS[command])
    options = ['train_cfg.max_epochs=1', 'train_cfg.val_interval=1']
    options += ['val_dataloader.dataset.indices=16']
    if 'ssdkd' in arguments[0]:
        options += [f'{key}={value}' for key, value in TINY.items()]
        options += ['model.teacher_ckpt=None']
    else:
        options += ['train_dataloader.dataset.indices=64']
    if 'inherited' in arguments[0]:
        options += ['model.student_init.num_images=8']
    work_dir = ('--work-dir', tmp_path / 'run')
    call_tool('train.py', *arguments, *work_dir, '--cfg-options', *options)
    assert (tmp_path / 'run').is_dir()
