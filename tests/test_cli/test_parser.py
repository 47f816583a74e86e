"""A mistake is one line and code 2; a fault of the tools a traceback."""

import importlib
import inspect
import sys
from pathlib import Path

import pytest
import run_table
import train
from mmengine.config import Config
from mmengine.registry import MODELS
from tool_calls import DIGITS, ROOT

from mmrazor_ssdkd.cli.parser import Parser, seed_number, tool
from mmrazor_ssdkd.validation import check_int

TOOLS = [
    path.stem
    for path in sorted((ROOT / 'tools').rglob('*.py'))
    if '__main__' in path.read_text()
]


def _end(main, capsys, *arguments, monkeypatch):
    """Returns a tool's last words, which are one line with code 2."""
    monkeypatch.setattr(sys, 'argv', ['my_tool.py', *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith('my_tool.py: error: ')
    assert error.count('\n') == 1 and error.endswith('\n')
    return error


def _raise(error, cause=None):
    """Raises an error where this test stands."""
    raise error from cause


def _read_json():
    """Is a mistake that another package finds."""
    Config.fromfile(__file__ + '.json')


MISTAKES = {
    'rule': lambda: check_int('a', 1.5),
    'wrapped': lambda: _raise(
        TypeError('class `X`: nothing'), ValueError('`b` must be\n2')
    ),
    'file': lambda: Path('/no/where').read_text(),
    'config': _read_json,
    'registry': lambda: MODELS.build(dict(type='mmengine.NoSuch')),
    'signature': lambda: MODELS.build(dict(type='LinearModule', no=1)),
}


@pytest.mark.parametrize('name', MISTAKES)
def test_mistakes(name, monkeypatch, capsys):
    """In one line, whoever found it."""
    main = tool(MISTAKES[name])
    error = _end(main, capsys, monkeypatch=monkeypatch)
    assert 'Traceback' not in error
    if name == 'wrapped':
        assert error.endswith('error: `b` must be 2\n')


@pytest.mark.parametrize('name', MISTAKES)
def test_debug(name, monkeypatch):
    """The error itself, with its traceback."""
    monkeypatch.setattr(sys, 'argv', ['my_tool.py', '--debug'])
    with pytest.raises(Exception) as caught:
        tool(MISTAKES[name])()
    assert not isinstance(caught.value, SystemExit)


@pytest.mark.parametrize(
    'error', [ZeroDivisionError(), AttributeError('no'), RuntimeError('no')]
)
def test_faults(error, monkeypatch):
    """Are nobody's mistake and stay what they are."""
    monkeypatch.setattr(sys, 'argv', ['my_tool.py'])
    with pytest.raises(type(error)):
        tool(lambda: _raise(error))()


def test_faults_of_the_package(monkeypatch):
    """Python refuses what the package itself does wrong."""
    monkeypatch.setattr(sys, 'argv', ['my_tool.py'])
    with pytest.raises(TypeError):
        tool(lambda: check_int('a', 1, minimum=None))()


def test_whoever_interrupts_a_tool(monkeypatch, capsys):
    run = tool(lambda: _raise(KeyboardInterrupt()))
    monkeypatch.setattr(sys, 'argv', ['my_tool.py'])
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 130
    assert capsys.readouterr().err == '\nmy_tool.py: interrupted\n'
    monkeypatch.setattr(sys, 'argv', ['my_tool.py', '--debug'])
    with pytest.raises(KeyboardInterrupt):
        run()


@pytest.mark.parametrize('name', TOOLS)
def test_every_tool(name, monkeypatch, capsys):
    """Each ends so, also where its arguments cannot be parsed."""
    main = importlib.import_module(name).main
    assert hasattr(main, '__wrapped__'), inspect.getsource(main)
    _end(main, capsys, '--nothing-like-it', monkeypatch=monkeypatch)


def test_parser(capsys):
    """Shows the first line of a description, or all."""
    assert Parser('a\n\nb', 'c').format_help().count('b\n') == 0
    assert 'a\n\nb\n' in Parser('a\n\nb', 'c', whole=True).format_help()


def test_run_table(tmp_path, monkeypatch, capsys):
    """A row that cannot be built, and a plan that cannot be read."""
    error = _end(
        run_table.main,
        capsys,
        tmp_path / 'plan.py',
        *('--out', tmp_path),
        monkeypatch=monkeypatch,
    )
    assert 'plan.py' in error


def test_train(tmp_path, monkeypatch, capsys):
    """A component of the config refuses its argument."""
    error = _end(
        train.main,
        capsys,
        DIGITS,
        *('--work-dir', tmp_path),
        *('--cfg-options', 'model.generator.base_channels=-1'),
        'model.teacher_ckpt=None',
        monkeypatch=monkeypatch,
    )
    assert '`base_channels` must be >= 1, but got -1' in error


def test_torchrun_is_told(monkeypatch, capsys, tmp_path):
    """Why a process fails, though the tool itself ends with a line."""
    file = tmp_path / 'error.json'
    monkeypatch.setenv('TORCHELASTIC_ERROR_FILE', str(file))
    _end(tool(lambda: check_int('n', 0)), capsys, monkeypatch=monkeypatch)
    assert '`n` must be >= 1, but got 0' in file.read_text()


def test_example_in_a_folder_of_tools(tmp_path, monkeypatch):
    """The call starts at the tool's own folder, not at one around it."""
    script = tmp_path / 'tools' / 'clone' / 'tools' / 'tables' / 'x.py'
    monkeypatch.setattr('sys.argv', [str(script)])
    assert 'python tools/tables/x.py FILE' in Parser('a', 'FILE').format_help()


@pytest.mark.parametrize(
    ('given', 'rule'),
    [('-1', 'must be >= 0'), (str(2**32), 'must be <= '), ('a', 'invalid')],
)
def test_seeds(given, rule, capsys):
    """What numpy refuses in the end is refused at once."""
    parser = Parser(None, example='')
    parser.add_argument('--seed', type=seed_number)
    assert parser.parse_args(['--seed', '4294967295']).seed == 2**32 - 1
    with pytest.raises(SystemExit):
        parser.parse_args(['--seed', given])
    error = capsys.readouterr().err
    assert 'argument --seed' in error and rule in error


@pytest.mark.parametrize(
    ('name', 'given'),
    [
        ('quickstart', ['--work-dir', 'new', '--seed', '-1']),
        ('run_table', ['plan.py', '--out', 'new', '--seeds', '1', '-1']),
    ],
)
def test_seeds_of_the_tools(name, given, tmp_path, capsys, monkeypatch):
    """No folder is made for them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', [f'{name}.py', *given])
    with pytest.raises(SystemExit):
        importlib.import_module(name).main()
    assert '`seed` must be >= 0, but got -1' in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
