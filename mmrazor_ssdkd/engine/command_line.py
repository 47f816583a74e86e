"""What the tools' command lines have in common."""

import argparse
import os
from pathlib import Path
from typing import Optional

from mmengine.config import Config

from .config_addresses import find_config
from .options_action import OptionsAction
from .sections import check_sections
from .spelling import check_options, check_spelling

__all__ = [
    'add_cfg_options',
    'add_config',
    'add_config_arguments',
    'forget_teachers',
    'load_config',
    'read_config',
]


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the config and what changes it, as OpenMMLab's tools have them.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
    """
    add_config(parser, 'the config')
    parser.add_argument(
        '--work-dir',
        help='where logs and checkpoints go; defaults to work_dirs/NAME of '
        'the config',
    )
    add_cfg_options(parser)
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='job launcher; defaults to none',
    )
    # What `torch.distributed.launch` of old passes.
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, help=argparse.SUPPRESS
    )


def add_config(parser: argparse.ArgumentParser, what: str) -> None:
    """Adds the config itself.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
        what (str): Which config it is, for the help.
    """
    parser.add_argument(
        'config',
        help=f'{what}: its path, or its address in a package, such as '
        'mmrazor::distill/... or mmrazor_ssdkd::mmpretrain/...',
    )


def add_cfg_options(parser: argparse.ArgumentParser) -> None:
    """Adds what changes a config, as OpenMMLab's tools have it.

    Args:
        parser (argparse.ArgumentParser): The tool's parser.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=OptionsAction,
        metavar='KEY=VALUE',
        help='override settings of the config, such as '
        'model.replay_buffer.alpha=0',
    )


def load_config(
    path: str,
    work_dir: Optional[str] = None,
    cfg_options: Optional[dict] = None,
    launcher: str = 'none',
) -> Config:
    """Reads a config and puts the command line's settings into it.

    Args:
        path (str): Path or address of the config, see :func:`find_config`.
        work_dir (str, optional): Defaults to the config's own, or to
            work_dirs/NAME.
        cfg_options (dict, optional): Settings to override, by dotted key.
            Defaults to None.
        launcher (str): Job launcher. Defaults to 'none'.

    Returns:
        Config: What a Runner takes.

    Raises:
        ValueError: There is no such file or package, or a key at the top or
            an option is another one misspelt.
        ModuleNotFoundError: It inherits from a package that is not installed.
    """
    file = find_config(path)
    cfg = Config.fromfile(file)
    check_spelling(cfg)
    check_options(cfg, cfg_options or {})
    cfg.merge_from_dict(cfg_options or {})
    cfg.launcher = launcher
    default = str(Path('work_dirs') / file.stem)
    # Of the command line the shell has done it.
    own = os.path.expanduser(cfg.get('work_dir') or '')
    cfg.work_dir = work_dir or own or default
    return cfg


def read_config(args: argparse.Namespace) -> Config:
    """Reads the config that a tool was given.

    Args:
        args (argparse.Namespace): What the tool's parser found.

    Returns:
        Config: What a Runner takes.

    Raises:
        TypeError: Its model is no section.
        ValueError: It has no model, or as :func:`load_config`.
        ModuleNotFoundError: As there.
    """
    _tell_rank(getattr(args, 'local_rank', None))
    cfg = load_config(
        args.config,
        getattr(args, 'work_dir', None),
        args.cfg_options,
        getattr(args, 'launcher', 'none'),
    )
    check_sections(cfg, 'model')
    return cfg


def _tell_rank(local_rank: Optional[int]) -> None:
    """Puts what a launcher passed where launchers of today put it."""
    if local_rank is not None:
        os.environ.setdefault('LOCAL_RANK', str(local_rank))


def forget_teachers(cfg: Config) -> None:
    """Takes the teachers' weights out of a config.

    For tools that load a checkpoint, which has them too, or that need none.

    Args:
        cfg (Config): Of a distillation, changed in place; any other has no
            teachers.
    """
    cfg.model.pop('teacher_ckpt', None)
    teachers, several = [cfg.model.get('teacher')], cfg.model.get('teachers')
    # What else they are is their algorithm's affair, or its error.
    for entry in several.values() if isinstance(several, dict) else ():
        if isinstance(entry, dict):
            entry.pop('ckpt_path', None)
            teachers.append(entry.get('build_cfg'))
    for teacher in teachers:
        # Beside a `cfg_path` it is a checkpoint of the model zoo.
        if isinstance(teacher, dict) and 'cfg_path' in teacher:
            teacher['pretrained'] = False
