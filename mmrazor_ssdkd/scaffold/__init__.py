"""Writes a config for networks that a user brings along."""

from .facts import Facts, look_at
from .networks import Colours, network_config, student_config
from .sizes import reduced
from .trial import Trial, try_step
from .weights import inherits_weights, with_published
from .writing import describe, write_config

__all__ = [
    'Colours',
    'Facts',
    'Trial',
    'describe',
    'inherits_weights',
    'look_at',
    'network_config',
    'reduced',
    'student_config',
    'try_step',
    'with_published',
    'write_config',
]
