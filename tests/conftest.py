"""What every test needs: a mended stack and reproducible draws."""

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


@pytest.fixture(autouse=True)
def _scope():
    """Takes back the default scope that a Runner of a test leaves behind."""
    before = dict(DefaultScope._instance_dict)
    yield
    DefaultScope._instance_dict.clear()
    DefaultScope._instance_dict.update(before)
