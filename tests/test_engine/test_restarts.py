"""Tests of finding out whether torchrun has started a training again."""

import pytest
from mmengine.config import Config

from mmrazor_ssdkd.engine import is_restarted, restarts


@pytest.fixture
def restarted(monkeypatch):
    """Says what this process counts, and the others."""

    def count(own, others=0):
        monkeypatch.setenv('TORCHELASTIC_RESTART_COUNT', str(own))
        monkeypatch.setattr(restarts, 'is_distributed', lambda: True)
        monkeypatch.setattr(
            restarts, 'sum_over_processes', lambda tensor: tensor + others
        )

    return count


@pytest.mark.parametrize('launcher', ['none', 'pytorch'])
@pytest.mark.parametrize('number', [0, 2])
def test_own_count(restarted, launcher, number):
    """With a launcher or without."""
    restarted(number)
    assert is_restarted(Config(dict(launcher=launcher))) == bool(number)


def test_count_of_another_machine(restarted):
    """Is no restart here, but one of the training."""
    restarted(0, others=1)
    assert is_restarted(Config(dict(launcher='pytorch')))


def test_without_torchrun(monkeypatch):
    """Nobody is asked."""
    monkeypatch.delenv('TORCHELASTIC_RESTART_COUNT', raising=False)
    assert not is_restarted(Config(dict(launcher='slurm')))
