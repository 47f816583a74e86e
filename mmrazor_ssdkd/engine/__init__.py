"""What drives training: optimizers, random streams, command lines, logs."""

from .bf16_optim_wrapper import Bf16OptimWrapper
from .command_line import (
    add_cfg_options,
    add_config,
    add_config_arguments,
    forget_teachers,
    load_config,
    read_config,
)
from .console_log_processor import ConsoleLogProcessor
from .deferred_info import DeferredInfoHook
from .latest_checkpoint import find_latest_checkpoint
from .options_action import OptionsAction
from .random_stream import RandomStream
from .restarts import is_restarted
from .resumed_settings import settings_of_config
from .training_checks import check_runner, check_training
from .training_length import set_epochs, warn_of_unfinished
from .work_dir import (
    check_copy,
    check_deletable,
    check_unused,
    delete_checkpoints,
    held,
    named_files,
)

__all__ = [
    'Bf16OptimWrapper',
    'ConsoleLogProcessor',
    'DeferredInfoHook',
    'OptionsAction',
    'RandomStream',
    'add_cfg_options',
    'add_config',
    'add_config_arguments',
    'check_copy',
    'check_deletable',
    'check_runner',
    'check_training',
    'check_unused',
    'delete_checkpoints',
    'find_latest_checkpoint',
    'forget_teachers',
    'held',
    'is_restarted',
    'load_config',
    'named_files',
    'read_config',
    'set_epochs',
    'settings_of_config',
    'warn_of_unfinished',
]
