"""A config with a mistake ends in a line that names the section."""

import copy
import re
import sys

import pytest
import train
from campaign.config_mistakes import MISTAKES, TOLERATED
from campaign.consumers import config
from campaign.plain_runs import code, make_plain


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Returns a function that trains what a changed config says."""
    make_plain(monkeypatch)

    def run(change):
        changed = copy.deepcopy(config())
        change(changed)
        (tmp_path / 'my_config.py').write_text(code(changed))
        arguments = [tmp_path / 'my_config.py', '--work-dir', tmp_path / 'out']
        monkeypatch.setattr(sys, 'argv', ['train.py', *map(str, arguments)])
        train.main()

    yield run
    capsys.readouterr()


def test_sound_config(run):
    """Without a mistake the very same config trains."""
    run(lambda config: None)


@pytest.mark.parametrize('name', MISTAKES)
def test_mistake(run, capsys, name):
    """Nothing trains, and the last line says which key must be what."""
    change, key = MISTAKES[name]
    with pytest.raises(SystemExit) as caught:
        run(change)
    assert caught.value.code == 2
    line = capsys.readouterr().err.splitlines()[-1]
    # A mistake inside a section may be named by the section alone.
    names = '|'.join({key, key.split('.')[0]})
    named = re.search(rf'`({names})[^`]*` must .*but', line)
    assert named or name in TOLERATED, line


def test_few_are_tolerated():
    """One in a hundred at most, and none that is not in the table."""
    assert TOLERATED.keys() <= MISTAKES.keys()
    assert 100 * len(TOLERATED) <= len(MISTAKES)
