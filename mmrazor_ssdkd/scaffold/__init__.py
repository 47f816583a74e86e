"""Writes a config for networks that a user brings along."""

from .facts import Facts
from .networks import Colours
from .pairs import Named, Pair, find_pair
from .sizes import reduced
from .trial import Trial, try_step
from .weights import inherited_settings, with_published
from .writing import describe, write_config

__all__ = [
    'Colours',
    'Facts',
    'Named',
    'Pair',
    'Trial',
    'describe',
    'find_pair',
    'inherited_settings',
    'reduced',
    'try_step',
    'with_published',
    'write_config',
]
