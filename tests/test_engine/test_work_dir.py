"""A work directory belongs to one training."""

import os
import signal
import time

import pytest

from mmrazor_ssdkd.engine import check_unused, delete_checkpoints, held


def _holder(work_dir):
    """Starts a process that holds a folder until it is killed."""
    child = os.fork()
    if child:
        while not (work_dir / '.lock').is_file() or not (
            (work_dir / '.lock').read_text()
        ):
            time.sleep(0.01)
        return child
    with held(work_dir):
        # A worker of it that lives on.
        if os.fork():
            time.sleep(60)
        time.sleep(2)
    os._exit(0)


def test_running_one_is_left_alone(tmp_path):
    """The message names its process; a dead one's lock is nothing."""
    work_dir = tmp_path / 'new' / 'run'
    child = _holder(work_dir)
    with (
        pytest.raises(ValueError, match=rf'held by process {child} on .*'),
        held(work_dir),
    ):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with held(work_dir):
        assert (work_dir / '.lock').read_text().startswith(f'{os.getpid()} ')
    assert (work_dir / '.lock').read_text() == ''


def test_other_processes_of_a_training(tmp_path, monkeypatch):
    """The first one holds it for all of them."""
    child = _holder(tmp_path)
    (tmp_path / 'epoch_1.pth').write_text('')
    monkeypatch.setenv('RANK', '1')
    with held(tmp_path):
        check_unused(tmp_path, None)
        delete_checkpoints(tmp_path)
    assert (tmp_path / 'epoch_1.pth').exists()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    'name', ['epoch_3.pth', 'iter_7.pth', 'best_x.pth', 'last_checkpoint']
)
def test_run_that_is_there(tmp_path, name):
    """The message names the three ways on; deleting frees the folder."""
    check_unused(tmp_path, 'my.py')
    (tmp_path / 'teacher.pth').write_text('mine')
    (tmp_path / name).write_text('')
    ways = r'--resume.* --work-dir.* --overwrite'
    with pytest.raises(ValueError, match=rf'`work_dir` must.*{name}.*{ways}'):
        check_unused(tmp_path, 'my.py')
    delete_checkpoints(tmp_path, dict(model=[dict(ckpt='epoch_3.pth')]))
    check_unused(tmp_path, 'my.py')
    assert [p.name for p in tmp_path.iterdir()] == ['teacher.pth']


@pytest.mark.parametrize('folder', ['{}', '~', '~/../{.name}'])
def test_what_the_config_reads_is_not_deleted(tmp_path, monkeypatch, folder):
    """A distillation in the folder of its teacher."""
    monkeypatch.setenv('HOME', str(tmp_path))
    teacher = tmp_path / 'epoch_3.pth'
    teacher.write_text('')
    path = f'{folder.format(tmp_path)}/epoch_3.pth'
    config = dict(model=dict(teachers=[dict(ckpt_path=path)]))
    with pytest.raises(ValueError, match=r'must not be what the config reads'):
        delete_checkpoints(tmp_path, config)
    assert teacher.exists()


@pytest.mark.parametrize('text', ['x' * 300, 'a\0b', '~nobody_here/a.pth'])
def test_what_is_no_name_of_a_file_is_not_read(tmp_path, text):
    """A config has texts of all kinds; a link may lead nowhere."""
    (tmp_path / 'file').write_text('')
    (tmp_path / 'epoch_1.pth').write_text('')
    (tmp_path / 'epoch_2.pth').symlink_to(tmp_path / 'gone')
    config = dict(prompt=text, file=str(tmp_path / 'file'))
    delete_checkpoints(tmp_path, config)
    assert [path.name for path in tmp_path.iterdir()] == ['file']


def test_copy_of_the_config(tmp_path):
    """It replaces the copy of a run before, and nothing else."""
    config = tmp_path / 'my.py'
    config.write_text('')
    work_dir = tmp_path / 'run'
    (work_dir / '20260101_120000').mkdir(parents=True)
    (work_dir / 'my.py').write_text('copy')
    check_unused(work_dir, str(config))
    (work_dir / '20260101_120000').rmdir()
    with pytest.raises(ValueError, match=r'run/my.py. would be replaced'):
        check_unused(work_dir, str(config))
    (tmp_path / '20260101_120000').mkdir()
    with pytest.raises(ValueError, match=r'my.py. would be replaced'):
        check_unused(tmp_path, str(config))
