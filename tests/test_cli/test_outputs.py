"""No tool replaces what exists, and what it writes is whole."""

import argparse
import json
import sys

import benchmark
import compare_options
import mechanism_test
import plot_benchmark
import plot_curves
import plot_images
import plot_log
import plot_samples
import pytest
from matplotlib.figure import Figure

from mmrazor_ssdkd.cli.config_files import config_files
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    write_figure,
    write_json,
)

# A tool's arguments; WRITTEN is what it would write.
COMMANDS = {
    benchmark: ['--json', 'WRITTEN'],
    compare_options: ['my.py', '--variant', 'a=1', '--json', 'WRITTEN'],
    mechanism_test: ['my.py', '--json', 'WRITTEN'],
    plot_benchmark: ['rows.json', 'WRITTEN', '--x', 'buffer_size'],
    plot_curves: ['folder', 'WRITTEN', '--epochs', '1'],
    plot_images: ['my.py', 'a.pth', 'WRITTEN'],
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
