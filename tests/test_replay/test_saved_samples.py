"""Tests that only a buffer's own samples are taken over."""

from typing import Any

import pytest
import torch

from mmrazor_ssdkd.replay import PrioritizedReplayBuffer


def filled(maps: bool = False) -> PrioritizedReplayBuffer:
    """Returns a buffer of four samples of three classes."""
    buffer = PrioritizedReplayBuffer(max_size=4)
    logits = torch.randn(4, 3, 2, 2) if maps else torch.randn(4, 3)
    images = torch.zeros(4, 1, 8, 8, dtype=torch.uint8)
    buffer.extend(images, logits, torch.ones(4))
    return buffer


@pytest.mark.parametrize('maps', [False, True])
@pytest.mark.parametrize('dtype', [torch.float, torch.bfloat16])
def test_samples_of_a_buffer_are_taken(maps, dtype):
    """Also those of a teacher under mixed precision."""
    state = filled(maps).state_dict()
    samples = state['samples']
    samples['confidence'] = samples['confidence'].to(dtype)
    buffer = PrioritizedReplayBuffer(max_size=4)
    buffer.load_state_dict(state)
    assert len(buffer) == 4
    # What comes later lies beside them, in float32.
    like = filled(maps).stored('images', 'preds_T')
    buffer.extend(**like, priority=torch.ones(4))
    assert buffer.stored('confidence')['confidence'].dtype == torch.float


@pytest.mark.parametrize(
    'changes',
    [
        dict(images=torch.zeros(4, 1, 8, 8)),
        dict(images=torch.zeros(4, 8, 8, dtype=torch.uint8)),
        dict(labels=torch.zeros(4)),
        dict(labels=torch.full((4,), 3, dtype=torch.int16)),
        dict(labels=torch.full((4,), -1, dtype=torch.int16)),
        dict(confidence=torch.ones(4, 2, 2)),
        dict(priority=torch.ones(3)),
        dict(priority=torch.ones(4, dtype=torch.long)),
        dict(weight='text'),
        dict(order=torch.ones(4)),
        dict(preds_T=torch.ones(4, 2)),
        dict(preds_T=torch.ones(4, 3, 2, 2)),
        dict(more=torch.ones(4)),
        dict(priority=None),
    ],
)
def test_what_no_buffer_saved_raises(changes):
    """And the buffer keeps what it has."""
    state = filled().state_dict()
    state['samples'].update(changes)
    if changes.get('priority', 0) is None:
        del state['samples']['priority']
    buffer: Any = filled()
    with pytest.raises(ValueError, match=r'`samples` must be a replay buf'):
        buffer.load_state_dict(state)
    assert len(buffer) == 4


@pytest.mark.parametrize('number', [None, 3])
def test_labels_of_another_number_raise(number):
    """They would be counted at other places."""
    buffer: Any = PrioritizedReplayBuffer(max_size=4)
    images = torch.zeros(4, 1, 8, 8, dtype=torch.uint8)
    buffer.extend(images, torch.randn(4, 2, 5), torch.ones(4))
    state = buffer.state_dict()
    PrioritizedReplayBuffer(max_size=4).load_state_dict(state)
    with pytest.raises(ValueError, match='but their labels are'):
        buffer.load_state_dict(dict(state, num_labels=number))
