"""The replay buffer, the priority sampling that it draws by, and views."""

from .mixed_view import MixedView
from .pixel_values import to_pixels
from .prioritized_replay_buffer import PrioritizedReplayBuffer
from .prioritized_sampling import (
    importance_weight,
    priority,
    sampling_probability,
)
from .random_view import RandomView

__all__ = [
    'MixedView',
    'PrioritizedReplayBuffer',
    'RandomView',
    'importance_weight',
    'priority',
    'sampling_probability',
    'to_pixels',
]
