"""Networks are compared on noise and on images of their training."""

import pytest
import torch

from mmrazor_ssdkd.deployment import comparison_batches, stored_images

IMAGES = torch.arange(2 * 3 * 4 * 4, dtype=torch.uint8).view(2, 3, 4, 4)


def buffer(images):
    """Returns what a checkpoint has of a buffer."""
    return dict(replay_buffer=dict(samples=dict(images=images)))


@pytest.mark.parametrize(
    'extra',
    [
        buffer(IMAGES),
        dict(processes=[buffer(IMAGES), buffer(IMAGES[:1])]),
        dict(processes=(buffer(IMAGES),)),
    ],
)
def test_stored_images(extra):
    """Those of the one process, or of the first."""
    assert torch.equal(stored_images({'_extra_state': extra}), IMAGES)


@pytest.mark.parametrize(
    'extra',
    [
        *(None, 5, [], {}, dict(processes=[]), dict(replay_buffer=None)),
        *(dict(processes=5), dict(processes='two'), dict(processes=[5])),
        dict(processes={0: buffer(IMAGES)}),
        *(buffer(None), buffer([IMAGES]), buffer(IMAGES[0])),
        *(buffer(IMAGES[:0]), buffer(IMAGES[..., :0]), buffer(IMAGES.float())),
    ],
)
def test_states_of_other_kinds(extra):
    """There are no images in them."""
    assert stored_images({'_extra_state': extra}) is None


def test_batches():
    """Noise, and images of the size that is asked for."""
    batches = comparison_batches((3, 8, 6), IMAGES)
    assert [len(batch) for batch in batches] == [1, 3, 4, 1, 2, 2]
    assert {batch.shape[1:] for batch in batches} == {(3, 8, 6)}
    assert set(batches[4].flatten().tolist()) <= set(IMAGES.flatten().tolist())


@pytest.mark.parametrize('channels', [1, 5])
def test_images_of_other_channels(channels):
    """The network does not take them."""
    stored = torch.zeros(2, channels, 8, 8, dtype=torch.uint8)
    batches = comparison_batches((3, 8, 8), stored)
    assert [batch.shape for batch in batches] == [
        (number, 3, 8, 8) for number in (1, 3, 4)
    ]
