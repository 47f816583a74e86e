"""Every damaged file at every reader: one line, its name, and no more."""

import re
import sys

import pytest
from campaign.consumers import CONSUMERS, sound_checkpoints
from campaign.damages import DAMAGES, SOUND, sentinel
from campaign.plain_runs import make_plain
from mmengine.runner import Runner


@pytest.fixture(scope='module')
def shared(tmp_path_factory):
    """A config, and sound checkpoints of a run and of its teacher."""
    folder = tmp_path_factory.mktemp('campaign')
    with pytest.MonkeyPatch.context() as patch:
        make_plain(patch)
        # Nothing is there to be evaluated.
        patch.setattr(Runner, 'test', lambda *_: {})
        yield folder / 'config.py', sound_checkpoints(folder)


@pytest.fixture
def read(shared, tmp_path, monkeypatch, capsys):
    """Returns a function that has a file read and returns what was said."""
    config, checkpoints = shared

    def read(consumer, damage):
        tool = CONSUMERS[consumer]
        file = tmp_path / 'my_file.pth'
        kind = 'teacher' if consumer == 'teacher_ckpt' else 'run'
        damage(file, checkpoints[kind])
        filled = tool.arguments.format(
            config=config, file=file, out=tmp_path / 'out'
        )
        monkeypatch.setattr(sys, 'argv', ['tool.py', *filled.split()])
        code = 0
        try:
            tool.main()
        except SystemExit as end:
            code = end.code
        assert not sentinel(file).exists(), 'it ran code'
        return code, capsys.readouterr().err

    return read


@pytest.mark.parametrize('damage', SOUND)
@pytest.mark.parametrize('consumer', CONSUMERS)
def test_sound_file(read, consumer, damage):
    """Is taken, in whatever format torch has written it."""
    code, error = read(consumer, SOUND[damage])
    assert code == 0, error


@pytest.mark.parametrize('damage', DAMAGES)
@pytest.mark.parametrize('consumer', CONSUMERS)
def test_damaged_file(read, tmp_path, consumer, damage):
    """Is named in one line that says what is wrong; nothing is written."""
    code, error = read(consumer, DAMAGES[damage])
    assert code == 2, 'silent'
    lines = [line for line in error.splitlines() if line.startswith('tool.py')]
    assert len(lines) == 1 and 'Traceback' not in error, repr(error)
    names = '|'.join(CONSUMERS[consumer].names)
    assert re.match(rf'tool.py: error: `({names})` must .* but ', lines[0])
    assert 'my_file.pth' in lines[0]
    assert 'Re-running' not in lines[0], 'it advises to run its code'
    assert not {'a.pth', 'a.png', 'images', 'epoch_1.pth'} & {
        path.name for path in (tmp_path / 'out').glob('*')
    }
