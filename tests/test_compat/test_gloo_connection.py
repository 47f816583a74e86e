"""Tests of connecting processes by gloo."""

import os

import pytest
import torch
import torch.distributed as dist

from mmrazor_ssdkd.compat import gloo_connection
from mmrazor_ssdkd.compat.gloo_connection import connect


@pytest.fixture
def environment(monkeypatch):
    """That of a training of one process."""
    names = dict(MASTER_ADDR='127.0.0.1', RANK='0', WORLD_SIZE='1')
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv('MASTER_PORT', str(20000 + os.getpid() % 20000))
    yield
    if dist.is_initialized():
        dist.destroy_process_group()


@pytest.fixture
def tries(monkeypatch):
    """The tries of a gloo that does not connect the first time."""
    found = []
    connected = dist.init_process_group

    def connecting(*args, **kwargs):
        found.append(kwargs['timeout'].total_seconds())
        if len(found) == 1:
            raise RuntimeError('timed out connecting')
        connected(*args, **kwargs)

    monkeypatch.setattr(dist, 'init_process_group', connecting)
    return found


def test_connects_again(environment, tries):
    """And waits for others as long as it should from then on."""
    connect()
    assert dist.get_world_size() == 1 and len(tries) == 2
    options = dist.group.WORLD._get_backend(torch.device('cpu')).options
    assert options._timeout == gloo_connection._WAITING


def test_gives_up(environment, tries, monkeypatch):
    """With the reason."""
    monkeypatch.setattr(gloo_connection, '_TRIES', 1)
    with pytest.raises(RuntimeError, match='does not connect') as error:
        connect()
    assert 'timed out' in str(error.value.__cause__)
