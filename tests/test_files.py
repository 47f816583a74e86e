"""No name stands for half a file."""

import os
import resource
import signal
from pathlib import Path

import pytest

from mmrazor_ssdkd import files
from mmrazor_ssdkd.files import check_new, write_bytes, write_text


@pytest.fixture
def old(tmp_path):
    """A file that is there."""
    path = tmp_path / 'file'
    path.write_bytes(b'old')
    return path


def test_write_and_replace(tmp_path, old):
    """All of it, and nothing else in the folder."""
    write_bytes(old, b'new' * 1000)
    assert old.read_bytes() == b'new' * 1000
    write_text(tmp_path / 'text', 'φ')
    assert (tmp_path / 'text').read_text(encoding='utf-8') == 'φ'
    assert {p.name for p in tmp_path.iterdir()} == {'file', 'text'}


@pytest.mark.parametrize('step', ['fsync', 'replace'])
@pytest.mark.parametrize('error', [OSError(28, 'No space'), KeyboardInterrupt])
def test_failed_write_leaves_the_old_file(old, monkeypatch, step, error):
    """At the disk or at the name, by an error or by Ctrl-C."""

    def fail(*_):
        raise error

    monkeypatch.setattr(
        *((os, step) if step == 'fsync' else (Path, step)), fail
    )
    kind = KeyboardInterrupt if error is KeyboardInterrupt else OSError
    with pytest.raises(kind) as caught:
        write_bytes(old, b'new')
    if kind is OSError:
        assert str(old) in str(caught.value) and 'No space' in str(caught)
    assert old.read_bytes() == b'old'
    assert list(old.parent.iterdir()) == [old]


def test_file_size_limit(old):
    """The system's own error, in a process of its own."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            write_bytes(old, b'new' * 10000)
        except OSError as error:
            os._exit(7 if error.filename == str(old) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert old.read_bytes() == b'old'
    assert list(old.parent.iterdir()) == [old]


def test_link_stays_and_devices_are_written_to(tmp_path, old):
    """A full one says so."""
    link = tmp_path / 'link'
    link.symlink_to(old)
    write_bytes(link, b'new')
    assert link.is_symlink() and old.read_bytes() == b'new'
    write_bytes('/dev/null', b'new')
    assert not Path('/dev/null').is_file()
    source, sink = os.pipe()
    write_bytes(f'/dev/fd/{sink}', b'new')
    assert os.read(source, 99) == b'new'
    with pytest.raises(OSError, match=r'No space left.*/dev/full'):
        write_bytes('/dev/full', b'new')


def test_check_new(tmp_path, old):
    """What exists is a mistake; a device is none."""
    with pytest.raises(ValueError, match=r'`png` must be new unless --force'):
        check_new('png', old)
    check_new('png', old, force=True)
    check_new('png', tmp_path / 'new')
    check_new('png', '/dev/null')
    with pytest.raises(ValueError, match='`png` must be a file, but got the'):
        check_new('png', tmp_path, force=True)


def test_processes_of_a_training_write_one_file(tmp_path, monkeypatch):
    """Neither takes away what the other is writing."""
    path = tmp_path / 'a'
    write = files._write

    def write_while_another_does(partial, data, durable):
        write(partial, data, durable)
        monkeypatch.setattr(files, '_write', write)
        monkeypatch.setattr(files, 'process_number', lambda: 1)
        write_bytes(path, b'the other')

    monkeypatch.setattr(files, '_write', write_while_another_does)
    write_bytes(path, b'whole')
    assert path.read_bytes() == b'whole'
    assert os.listdir(tmp_path) == ['a']
