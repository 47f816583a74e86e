"""A stopped run loses no checkpoint."""

import os
import pathlib
import resource
import signal

import pytest
import torch
from mmengine.hooks import Hook
from toy_runs import state, toy_runner


class _Killed(BaseException):
    """Runs no handler of errors."""


def _die_at(monkeypatch, moment):
    """Dies at a change of the disk: the first is number 0."""
    changes = []

    def counted(function):
        def change(*args, **kwargs):
            changes.append(function.__name__)
            if len(changes) > moment:
                raise _Killed
            return function(*args, **kwargs)

        return change

    monkeypatch.setattr(os, 'fsync', counted(os.fsync))
    monkeypatch.setattr(os, 'remove', counted(os.remove))
    monkeypatch.setattr(pathlib.Path, 'replace', counted(pathlib.Path.replace))
    # A killed process tidies nothing up.
    monkeypatch.setattr(pathlib.Path, 'unlink', lambda *_, **__: None)
    return changes


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """The weights of a run that nothing stopped."""
    work_dir = tmp_path_factory.mktemp('whole')
    # Fixtures of a module come before the seed of each test.
    torch.manual_seed(0)
    toy_runner(work_dir, iters=4).train()
    assert [p.name for p in work_dir.glob('*.pth')] == ['iter_4.pth']
    return state(work_dir / 'iter_4.pth')


@pytest.mark.parametrize('moment', range(5, 27))
def test_killed_at_any_change_it_resumes(whole, tmp_path, monkeypatch, moment):
    """With one checkpoint kept, there always is a whole one."""
    with monkeypatch.context() as patch:
        _die_at(patch, moment)
        with pytest.raises(_Killed):
            toy_runner(tmp_path, iters=4).train()
    resumed = toy_runner(tmp_path, iters=4, resume=True)
    resumed.train()
    found = state(tmp_path / 'iter_4.pth')
    assert all(torch.equal(found[key], whole[key]) for key in whole)
    note = (tmp_path / 'last_checkpoint').read_text()
    assert note == str(tmp_path / 'iter_4.pth')
    # At least one checkpoint was there.
    assert resumed._has_loaded
    assert not list(tmp_path.glob('.*.partial'))


def test_the_old_one_goes_last(tmp_path, monkeypatch):
    """After the new one and the note of it."""
    with monkeypatch.context() as patch:
        changes = _die_at(patch, 1000)
        toy_runner(tmp_path, iters=2).train()
    one = ['fsync', 'replace', 'fsync']
    assert changes == [*one, *one, *one, *one, 'remove']
    assert (tmp_path / 'last_checkpoint').read_text().endswith('iter_2.pth')


class SizeLimit(Hook):
    """Lets no file grow from the first checkpoint on; logs may until then."""

    def before_save_checkpoint(self, runner, checkpoint):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_file_size_limit_leaves_the_last_checkpoint(tmp_path):
    """The error names the file; the old one can be resumed."""
    toy_runner(tmp_path, iters=2).train()
    before = (tmp_path / 'iter_2.pth').read_bytes()
    child = os.fork()
    if not child:
        code = 9
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        runner = toy_runner(tmp_path, iters=3, resume=True)
        # Pytest keeps what is printed in files, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.dup2(1, 2)
        runner.register_hook(SizeLimit())
        try:
            runner.train()
        except OSError as error:
            code = 7 if 'iter_3.pth' in str(error) else 8
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert (tmp_path / 'iter_2.pth').read_bytes() == before
    assert (tmp_path / 'last_checkpoint').read_text().endswith('iter_2.pth')
    assert [p.name for p in tmp_path.glob('*.pth')] == ['iter_2.pth']


def test_terminated_run_resumes(whole, tmp_path):
    """SIGTERM in the middle of writing."""
    child = os.fork()
    if not child:
        runner = toy_runner(tmp_path, iters=4)
        real = os.fsync

        def fsync(descriptor):
            if runner.iter >= 2:
                os.kill(os.getpid(), signal.SIGTERM)
            real(descriptor)

        os.fsync = fsync
        runner.train()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status == -signal.SIGTERM
    toy_runner(tmp_path, iters=4, resume=True).train()
    found = state(tmp_path / 'iter_4.pth')
    assert all(torch.equal(found[key], whole[key]) for key in whole)
