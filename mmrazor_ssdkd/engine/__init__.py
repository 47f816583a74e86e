"""What drives training: optimizer wrappers, random streams, command lines."""

from .bf16_optim_wrapper import Bf16OptimWrapper
from .command_line import (
    add_cfg_options,
    add_config_arguments,
    forget_teachers,
    load_config,
)
from .random_stream import RandomStream
from .resumed_settings import settings_of_config

__all__ = [
    'Bf16OptimWrapper',
    'RandomStream',
    'add_cfg_options',
    'add_config_arguments',
    'forget_teachers',
    'load_config',
    'settings_of_config',
]
