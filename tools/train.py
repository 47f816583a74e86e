"""Trains what a config says: a teacher, SSD-KD or any MMRazor distiller.

    python tools/train.py CONFIG [--work-dir DIR] [--resume [CHECKPOINT]]
        [--amp] [--cfg-options KEY=VALUE ...] [--launcher NAME]
"""

import argparse
from pathlib import Path

# First: it makes the packages that the config names importable.
import mmrazor_ssdkd  # noqa: F401  # isort: skip
import torch
from mmengine.config import Config, DictAction
from mmengine.registry import RUNNERS
from mmengine.runner import Runner


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='path of the config')
    parser.add_argument(
        '--work-dir', help='where logs and checkpoints go; '
        'defaults to work_dirs/NAME of the config'
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, by default the latest of the work dir',
    )
    parser.add_argument(
        '--amp', action='store_true', help='train in mixed precision'
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='override settings of the config',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='job launcher; defaults to none',
    )
    # Set by `torch.distributed.launch`.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)
    return parser.parse_args()


def use_amp(optim_wrapper: dict) -> None:
    """Turns on mixed precision in a config of one or several wrappers."""
    if 'constructor' in optim_wrapper:
        parts = [w for w in optim_wrapper.values() if isinstance(w, dict)]
    else:
        parts = [optim_wrapper]
    for wrapper in parts:
        kind = wrapper.get('type', 'OptimWrapper')
        if kind == 'OptimWrapper':
            # mmengine's own needs a GPU for its loss scaling.
            wrapper['type'] = (
                'AmpOptimWrapper'
                if torch.cuda.is_available()
                else 'mmrazor_ssdkd.Bf16OptimWrapper'
            )
            wrapper.setdefault('dtype', 'bfloat16')


def load_config(args: argparse.Namespace) -> Config:
    """Returns the config with the command line's settings in it."""
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    cfg.merge_from_dict(args.cfg_options or {})
    cfg.work_dir = (
        args.work_dir
        or cfg.get('work_dir')
        or str(Path('work_dirs') / Path(args.config).stem)
    )
    if args.amp:
        use_amp(cfg.optim_wrapper)
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    return cfg


def main() -> None:
    """Runs the training."""
    cfg = load_config(parse_args())
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    build(cfg).train()


if __name__ == '__main__':
    main()
