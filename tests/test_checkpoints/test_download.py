"""Tests of downloads from a server on this machine."""

import io
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch

from mmrazor_ssdkd.checkpoints import read_checkpoint

MODULE = 'mmrazor_ssdkd.checkpoints.download'


def packed(content: Any) -> bytes:
    """Returns a checkpoint's bytes."""
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


class Server(ThreadingHTTPServer):
    """Answers with the pages that it was given, and counts."""

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        # How many bytes of a page come, and what happens then.
        self.cut: int = sys.maxsize
        self.end = threading.Event()
        self.ending = 'close'

    def url(self, path: str) -> str:
        """Returns a page's address."""
        return f'http://127.0.0.1:{self.server_port}/{path}'


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server

    def do_GET(self) -> None:
        """Sends a page, or as much of it as the server is to."""
        self.server.asked.append(self.path[1:])
        page = self.server.pages.get(self.path[1:])
        self.send_response(404 if page is None else 200)
        page = page or b'<html>gone</html>'
        self.send_header('Content-Length', str(len(page)))
        self.end_headers()
        self.wfile.write(page[: self.server.cut])
        self.wfile.flush()
        if self.server.ending == 'stall':
            self.server.end.wait(60)
        while self.server.ending == 'drip' and not self.server.end.wait(0.05):
            self.wfile.write(b'x')

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def server(monkeypatch, tmp_path) -> Iterator[Server]:
    """A server, and a cache of its own."""
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path))
    monkeypatch.setattr(f'{MODULE}.TIMEOUT', 5.0)
    with Server() as server:
        # Looks that often whether it is shut down.
        serve = dict(target=server.serve_forever, args=(0.01,), daemon=True)
        threading.Thread(**serve).start()
        yield server
        server.end.set()
        server.shutdown()


@pytest.fixture
def impatient(server, monkeypatch) -> None:
    """Does not wait for long."""
    monkeypatch.setattr(f'{MODULE}.TIMEOUT', 0.3)


def cached(folder: Path) -> list[Path]:
    """Returns the files in the cache."""
    return sorted((folder / 'checkpoints').glob('*'))


def test_download_is_kept(server, tmp_path):
    """In torch's folder; the server is asked once."""
    server.pages['a/weights.pth'] = packed(dict(x=torch.ones(2)))
    for _ in range(2):
        loaded = read_checkpoint(server.url('a/weights.pth'), 'teacher_ckpt')
        assert torch.equal(loaded['x'], torch.ones(2))
    assert server.asked == ['a/weights.pth']
    (file,) = cached(tmp_path)
    assert file.name.endswith('-weights.pth')
    assert file.read_bytes() == server.pages['a/weights.pth']


def test_addresses_of_one_file_name(server):
    """Folders and queries tell them apart."""
    paths = ['a/w.pth', 'b/w.pth', 'a/w.pth?v=1', 'a/w.pth?v=2', '?v=3', '']
    for number, path in enumerate(paths):
        server.pages[path] = packed(dict(x=number))
    for _ in range(2):
        for number, path in enumerate(paths):
            loaded = read_checkpoint(server.url(path), 'teacher_ckpt')
            assert loaded == dict(x=number)


@pytest.mark.parametrize(
    'page',
    [
        b'<html>Log in first</html>',
        b'',
        packed(dict(x=torch.ones(99)))[:-200],
        packed([1]),
        packed(dict(x=torch.nn.Linear(1, 1))),
    ],
    ids=['page', 'empty', 'cut', 'list', 'code'],
)
def test_what_is_no_checkpoint_is_not_kept(server, tmp_path, page):
    """The message has address and cache; the right file comes later."""
    url = server.url('w.pth')
    server.pages['w.pth'] = page
    with pytest.raises(ValueError, match='`teacher_ckpt` must') as info:
        read_checkpoint(url, 'teacher_ckpt')
    assert url in str(info.value)
    assert str(tmp_path / 'checkpoints') in str(info.value)
    assert not cached(tmp_path)
    server.pages['w.pth'] = packed(dict(x=1))
    assert read_checkpoint(url, 'teacher_ckpt') == dict(x=1)


def test_missing_page_raises(server, tmp_path):
    """The message has the server's answer."""
    with pytest.raises(ValueError, match='404') as info:
        read_checkpoint(server.url('none.pth'), 'teacher_ckpt')
    assert server.url('none.pth') in str(info.value)
    assert not cached(tmp_path)


def test_closed_connection_raises(server, tmp_path):
    """The message says how much came."""
    server.pages['w.pth'] = packed(dict(x=torch.ones(99)))
    server.cut = 100
    with pytest.raises(ValueError, match='only 100 of'):
        read_checkpoint(server.url('w.pth'), 'teacher_ckpt')
    assert not cached(tmp_path)


@pytest.mark.usefixtures('impatient')
@pytest.mark.parametrize('cut', [0, 100])
@pytest.mark.parametrize('ending', ['stall', 'drip'])
def test_server_that_stops_times_out(server, tmp_path, ending, cut):
    """Also one that sends a byte from time to time."""
    server.pages['w.pth'] = packed(dict(x=torch.ones(99)))
    server.cut, server.ending = cut, ending
    start = time.monotonic()
    with pytest.raises(ValueError, match=r'timed out|bytes came in') as info:
        read_checkpoint(server.url('w.pth'), 'teacher_ckpt')
    assert time.monotonic() - start < 5
    assert server.url('w.pth') in str(info.value)
    assert not cached(tmp_path)


@pytest.mark.usefixtures('impatient')
def test_server_that_never_answers_times_out(tmp_path):
    """One that takes the connection and says nothing."""
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen()
        url = f'http://127.0.0.1:{silent.getsockname()[1]}/w.pth'
        with pytest.raises(ValueError, match='timed out') as info:
            read_checkpoint(url, 'teacher_ckpt')
    assert url in str(info.value)
    assert str(tmp_path / 'checkpoints') in str(info.value)


def test_no_server_raises(server):
    """The message has the address and the reason."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        url = f'http://127.0.0.1:{free.getsockname()[1]}/w.pth'
    with pytest.raises(ValueError, match='refused') as info:
        read_checkpoint(url, 'teacher_ckpt')
    assert url in str(info.value)


def test_file_that_broke_in_the_cache_comes_anew(server, tmp_path):
    """It is replaced, not complained of."""
    server.pages['w.pth'] = packed(dict(x=1))
    read_checkpoint(server.url('w.pth'), 'teacher_ckpt')
    (file,) = cached(tmp_path)
    file.write_bytes(b'broken')
    assert read_checkpoint(server.url('w.pth'), 'teacher_ckpt') == dict(x=1)
    assert file.read_bytes() == server.pages['w.pth']
    assert len(server.asked) == 2


def test_cache_that_cannot_be_written_raises(server, monkeypatch, tmp_path):
    """The message has its path."""
    (tmp_path / 'file').write_text('no folder')
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path / 'file'))
    server.pages['w.pth'] = packed(dict(x=1))
    with pytest.raises(ValueError, match='file/checkpoints'):
        read_checkpoint(server.url('w.pth'), 'teacher_ckpt')


def test_file_that_cannot_be_fetched_anew_stays(server, tmp_path):
    """What went wrong may be of the reader; the message has that."""
    url = server.url('w.pth')
    server.pages['w.pth'] = packed(dict(x=torch.ones(1)))
    read_checkpoint(url, 'teacher_ckpt')
    del server.pages['w.pth']
    (file,) = cached(tmp_path)
    with pytest.raises(ValueError, match='no such place'):
        read_checkpoint(url, 'teacher_ckpt', map_location=nowhere)
    assert cached(tmp_path) == [file]
    assert torch.equal(read_checkpoint(url, 'x')['x'], torch.ones(1))


def nowhere(*_args: Any) -> None:
    """Where no tensor can go."""
    raise RuntimeError('no such place')


def test_others_may_read_the_cache(server, tmp_path):
    """As far as the user lets them, by the mask of new files."""
    server.pages['w.pth'] = packed(dict(x=1))
    read_checkpoint(server.url('w.pth'), 'teacher_ckpt')
    (file,) = cached(tmp_path)
    (tmp_path / 'new').touch()
    assert file.stat().st_mode == (tmp_path / 'new').stat().st_mode
