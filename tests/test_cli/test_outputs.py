"""No tool replaces what exists, and what it writes is whole."""

import argparse
import json
import sys

import benchmark
import calibrate_fidelity
import compare_options
import mechanism_test
import plot_benchmark
import plot_curves
import plot_images
import plot_log
import plot_overview
import plot_samples
import pytest
from matplotlib.figure import Figure
from mmengine.config import Config
from tool_calls import DIGITS

from mmrazor_ssdkd.cli.config_files import config_files
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_output,
    check_outputs,
    write_figure,
    write_json,
)

CONFIG = str(DIGITS)
# A tool's arguments; WRITTEN is what it would write.
COMMANDS = {
    benchmark: ['--json', 'WRITTEN'],
    compare_options: [CONFIG, '--variant', 'a=1', '--json', 'WRITTEN'],
    mechanism_test: [CONFIG, '--json', 'WRITTEN'],
    plot_benchmark: ['rows.json', 'WRITTEN', '--x', 'buffer_size'],
    plot_curves: ['folder', 'WRITTEN', '--epochs', '1'],
    plot_images: [CONFIG, 'a.pth', 'WRITTEN'],
    plot_overview: [CONFIG, 'a.pth', 'WRITTEN'],
    plot_log: ['folder', 'WRITTEN', '--epochs', '1'],
    plot_samples: ['folder', 'WRITTEN', '--epochs', '1'],
}


@pytest.mark.parametrize('tool', COMMANDS, ids=lambda tool: tool.__name__)
def test_every_tool_refuses(tool, tmp_path, monkeypatch, capsys):
    """In one line and before any work, without a word to force it."""
    written = tmp_path / 'written'
    written.write_text('mine')
    command = [str(written) if a == 'WRITTEN' else a for a in COMMANDS[tool]]
    monkeypatch.setattr(sys, 'argv', ['tool', *command])
    with pytest.raises(SystemExit) as caught:
        tool.main()
    assert caught.value.code == 2
    assert f'must be new unless --force is given, but {str(written)!r}' in (
        capsys.readouterr().err
    )
    assert written.read_text() == 'mine'


@pytest.mark.parametrize(
    'tool',
    [*(t for t in COMMANDS if t.__name__.startswith('plot')), 'calibrate'],
    ids=lambda tool: getattr(tool, '__name__', tool),
)
def test_pictures_of_no_format(tool, tmp_path, monkeypatch, capsys):
    """Are refused before anything is read, measured or drawn."""
    words = ['runs', '--json', 'a.json', '--plot', 'WRITTEN']
    main = calibrate_fidelity.main
    if tool != 'calibrate':
        words, main = COMMANDS[tool], tool.main
    words = ['img.xyz' if word == 'WRITTEN' else word for word in words]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'argv', ['tool', *words])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert 'png, ps, ' in (said := capsys.readouterr().err)
    assert "but got 'img.xyz'" in said.splitlines()[-1]
    assert not list(tmp_path.iterdir())


def _parse(*command):
    """Parses a command line of a tool that writes a PNG."""
    parser = argparse.ArgumentParser()
    parser.add_argument('png', nargs='?')
    add_force(parser)
    return parser, parser.parse_args(command)


def test_check_outputs(tmp_path, capsys):
    """Force replaces what exists, but never what is read."""
    old = tmp_path / 'old.png'
    old.write_text('mine')
    check_outputs(*_parse(), 'png')
    check_outputs(*_parse(str(old), '--force'), 'png')
    link = tmp_path / 'link'
    link.symlink_to(old)
    for read in (old, link):
        with pytest.raises(SystemExit):
            check_outputs(
                *_parse(str(old), '--force'),
                'png',
                inputs=['gone', 'x' * 300, read],
            )
        assert '`png` must not be what is read' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        check_outputs(*_parse(str(old / 'a.png')), 'png')
    check_outputs(*_parse(str(tmp_path / 'new' / 'a.png')), 'png')
    assert (tmp_path / 'new').is_dir()


def _refused(path, *inputs):
    """Returns whether a file is one of the inputs, or in one."""
    try:
        check_output('out', path, True, inputs)
    except ValueError as error:
        assert '`out` must not be what is read' in str(error)
        return True
    return False


def test_what_a_config_names_is_read(tmp_path, monkeypatch):
    """Its teachers' weights, wherever they stand, and what is in the home."""
    names = ['a.pth', 'b.pth', 'home.pth', 'other.pth']
    for name in names:
        (tmp_path / name).write_text('mine')
    monkeypatch.setenv('HOME', str(tmp_path))
    model = dict(
        teacher_ckpt=str(tmp_path / 'a.pth'),
        teachers=dict(any=dict(ckpt_path=tmp_path.as_posix() + '/b.pth')),
        student_init=dict(checkpoint='~/home.pth', ratio=0.5),
        other=['https://a.org/other.pth', 'x' * 5000, 'no\0file'],
    )
    config = Config(dict(model=model))
    refused = [_refused(tmp_path / name, config) for name in names]
    assert refused == [True, True, True, False]
    assert _refused(tmp_path / 'home.pth', '~/home.pth')


def test_what_runs_left_is_read(tmp_path):
    """Of a folder, but not the pages and pictures beside it."""
    work_dir = tmp_path / 'runs' / 'mine'
    start = work_dir / '20260131_120000' / 'vis_data'
    start.mkdir(parents=True)
    left = ['epoch_1.pth', 'last_checkpoint', 'result.json', 'my.py']
    paths = [work_dir / name for name in left]
    paths += [start / 'scalars.json', start / '20260131_120000.json']
    others = [work_dir / 'report.html', work_dir / 'log.png']
    for path in [*paths, *others, tmp_path / 'epoch_1.pth']:
        path.write_text('mine')
    for folder in (tmp_path / 'runs', work_dir):
        assert all(_refused(path, folder) for path in paths)
        assert not any(_refused(path, folder) for path in others)
    assert not _refused(tmp_path / 'epoch_1.pth', work_dir)
    # A new one replaces nothing.
    assert not _refused(work_dir / 'epoch_2.pth', work_dir)


def test_write(tmp_path):
    """A picture in the format of its name."""
    figure = Figure()
    write_figure(tmp_path / 'a.png', figure)
    assert (tmp_path / 'a.png').read_bytes().startswith(b'\x89PNG')
    write_figure(tmp_path / 'a.SVG', figure)
    assert b'<svg' in (tmp_path / 'a.SVG').read_bytes()
    write_json(tmp_path / 'a.json', [1])
    assert json.loads((tmp_path / 'a.json').read_text()) == [1]


def test_config_files(tmp_path):
    """With its bases and theirs, but for another package's."""
    folder = tmp_path / 'bases'
    folder.mkdir()
    (folder / 'b.py').write_text("_base_ = 'c.py'\n")
    (folder / 'c.py').write_text("_base_ = 'mmpretrain::x.py'\n")
    (tmp_path / 'a.py').write_text("_base_ = ['bases/b.py']\n")
    found = config_files(str(tmp_path / 'a.py'))
    assert [path.name for path in found] == ['a.py', 'b.py', 'c.py']
    for name in (None, 'gone', 'x' * 300):
        assert config_files(name) == []


def test_files_of_a_pure_python_config(tmp_path):
    """Its bases are imported, also from the folders above."""
    folder = tmp_path / 'mine' / 'bases'
    folder.mkdir(parents=True)
    line = 'from {} import *\n'
    first = 'from mmengine.config import read_base\nwith read_base():\n'
    names = ['.bases.b', '.c', '..d']
    (tmp_path / 'mine' / 'a.py').write_text(
        first + ''.join('    ' + line.format(name) for name in names)
    )
    (folder / 'b.py').write_text(f'{first}    {line.format("...d")}')
    for path in (tmp_path / 'mine' / 'c.py', tmp_path / 'd.py'):
        path.write_text('x = 1\n')
    assert Config.fromfile(tmp_path / 'mine' / 'a.py').x == 1
    found = config_files(tmp_path / 'mine' / 'a.py')
    assert [path.stem for path in found] == ['a', 'b', 'd', 'c', 'd']
    config = Config.fromfile(found[0])
    assert all(_refused(path, config) for path in found)


def test_files_of_a_config_that_is_no_python(tmp_path):
    """It may have a base, too."""
    (tmp_path / 'a.yaml').write_text('_base_: b.json\n')
    (tmp_path / 'b.json').write_text('{"x": 1}')
    found = config_files(tmp_path / 'a.yaml')
    assert [path.name for path in found] == ['a.yaml', 'b.json']
