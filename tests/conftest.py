"""What every test needs: a mended stack and reproducible draws."""

import os
from collections import Counter
from contextlib import contextmanager

import pytest

# What is compared bit for bit is so on a CPU. One who names a GPU has it.
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')


def pytest_configure(config: pytest.Config) -> None:
    """Mends the stack, without which tests cannot import MMRazor.

    The process that hands them out to others runs none, and is spared ten
    seconds before any test begins.
    """
    hands_out = bool(config.getoption('numprocesses', None))
    if not hands_out or hasattr(config, 'workerinput'):
        import mmrazor_ssdkd  # noqa: F401


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the files in front that take longest.

    Processes are given one file after another, so that the last ones, which
    keep but one of them busy, should be short.
    """
    tests = Counter(item.path for item in items)
    slow = {item.path for item in items if item.get_closest_marker('slow')}
    items.sort(key=lambda item: (item.path not in slow, -tests[item.path]))


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Starts every test from the same random state."""
    import torch

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
    from mmengine.registry import DefaultScope

    before = dict(DefaultScope._instance_dict)
    yield
    DefaultScope._instance_dict.clear()
    DefaultScope._instance_dict.update(before)
