"""What every test needs: a mended stack and reproducible draws."""

import pytest
import torch

# First of all: test modules import MMRazor, mmpretrain and mmseg by
# themselves, and can only do so after this.
import mmrazor_ssdkd  # noqa: F401


@pytest.fixture(autouse=True)
def _seed() -> None:
    """Starts every test from the same random state."""
    torch.manual_seed(0)
