"""What every test needs: a mended stack and reproducible draws."""

from contextlib import contextmanager

import pytest
import torch
from mmengine.registry import DefaultScope

# First of all: test modules import MMRazor, mmpretrain and mmseg by
# themselves, and can only do so after this.
import mmrazor_ssdkd  # noqa: F401


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Starts every test from the same random state."""
    torch.manual_seed(0)


@pytest.fixture(autouse=True, scope='module')
def _scope_of_module():
    """Takes back the default scope that Runners of a file leave behind."""
    with _same_scope():
        yield


@pytest.fixture(autouse=True)
def _scope_of_test():
    """Takes back that of a single test."""
    with _same_scope():
        yield


@contextmanager
def _same_scope():
    """Gives mmengine the default scopes that it had."""
    before = dict(DefaultScope._instance_dict)
    yield
    DefaultScope._instance_dict.clear()
    DefaultScope._instance_dict.update(before)
