"""The replay buffer and the priority sampling that it draws by."""

from .prioritized_replay_buffer import PrioritizedReplayBuffer
from .prioritized_sampling import (
    importance_weight,
    priority,
    sampling_probability,
)

__all__ = [
    'PrioritizedReplayBuffer',
    'importance_weight',
    'priority',
    'sampling_probability',
]
