"""A test that cannot be made leaves nothing behind."""

import runpy
import sys

import pytest
from tool_calls import DIGITS, find_tool


def test_checkpoint_is_looked_for_first(tmp_path, monkeypatch, capsys):
    """Before a runner makes a folder of logs, beside a training's."""
    # Python has a module of that name itself.
    main = runpy.run_path(str(find_tool('test.py')))['main']
    missing, run = str(tmp_path / 'missing.pth'), tmp_path / 'run'
    words = ['test.py', str(DIGITS), missing, '--work-dir', str(run)]
    monkeypatch.setattr(sys, 'argv', words)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert '`checkpoint` must be an existing file' in capsys.readouterr().err
    assert not run.exists()
