"""Sizes that no memory can hold are refused before any is asked for."""

import resource

import pytest

from mmrazor_ssdkd.memory import check_memory
from mmrazor_ssdkd.models.generators import SSDKDGenerator
from mmrazor_ssdkd.replay import PrioritizedReplayBuffer


def test_what_fits():
    """A byte fits anywhere."""
    check_memory('a byte', 1, size=1)


def test_what_does_not_fit():
    """The message has all sizes, the bytes there are and those it takes."""
    message = (
        r'`width`, `height` must let a picture fit into memory, [\d,]+ bytes, '
        r'but got 3, 4, with which it takes 1,152,921,504,606,846,976 bytes'
    )
    with pytest.raises(ValueError, match=message):
        check_memory('a picture', 2**60, width=3, height=4)


def test_limit_of_the_process():
    """What the process may have counts where that is less."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**40, before[1]))
    try:
        with pytest.raises(ValueError, match='`size` must let'):
            check_memory('it', 2**40, size=1)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize(
    'setting', [dict(latent_dim=10**9), dict(base_channels=10**7)]
)
def test_generator(setting):
    """Its weights are counted, not made."""
    with pytest.raises(ValueError, match=f'`{next(iter(setting))}`.*bytes'):
        SSDKDGenerator(image_size=64, **setting)


def test_buffer_of_samples():
    """Images and logits count as soon as their shapes are known."""
    buffer = PrioritizedReplayBuffer(max_size=10**8)
    buffer.check_memory((1, 8, 8), (10,))
    with pytest.raises(ValueError, match=r'`max_size`.* takes 112,232,000'):
        buffer.check_memory((3, 512, 512), (19, 64, 64))
