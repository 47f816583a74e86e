"""What drives training: optimizer wrappers, random streams, command lines."""

from .bf16_optim_wrapper import Bf16OptimWrapper
from .command_line import (
    add_cfg_options,
    add_config,
    add_config_arguments,
    forget_teachers,
    load_config,
    read_config,
)
from .deferred_info import DeferredInfoHook
from .latest_checkpoint import find_latest_checkpoint
from .random_stream import RandomStream
from .resumed_settings import settings_of_config
from .training_checks import check_runner, check_training
from .work_dir import check_unused, delete_checkpoints, held

__all__ = [
    'Bf16OptimWrapper',
    'DeferredInfoHook',
    'RandomStream',
    'add_cfg_options',
    'add_config',
    'add_config_arguments',
    'check_runner',
    'check_training',
    'check_unused',
    'delete_checkpoints',
    'find_latest_checkpoint',
    'forget_teachers',
    'held',
    'load_config',
    'read_config',
    'settings_of_config',
]
