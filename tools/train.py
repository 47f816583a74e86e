"""Trains what a config says: a teacher, SSD-KD or any MMRazor distiller."""

import argparse

import torch
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from mmrazor_ssdkd.engine import add_config_arguments, load_config


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config_arguments(parser)
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, by default the last of the work dir',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help="mixed precision: mmengine's on a GPU, bfloat16 on the CPU",
    )
    return parser.parse_args()


def use_amp(optim_wrapper: dict) -> None:
    """Turns mixed precision on in a config of one or several wrappers.

    Args:
        optim_wrapper (dict): Changed in place.

    Raises:
        ValueError: A wrapper is of a type that cannot be replaced.
    """
    several = (
        'constructor' in optim_wrapper and 'optimizer' not in optim_wrapper
    )
    parts = optim_wrapper.values() if several else [optim_wrapper]
    # mmengine's own wants a GPU for its loss scaling, and a distiller's
    # connectors share a loss with the student.
    scales = torch.cuda.is_available() and 'distiller' not in optim_wrapper
    for wrapper in parts:
        if not isinstance(wrapper, dict):
            continue
        kind = wrapper.get('type', 'OptimWrapper')
        if kind.endswith('Bf16OptimWrapper'):
            wrapper.setdefault('enabled', True)
        if kind.endswith(('AmpOptimWrapper', 'Bf16OptimWrapper')):
            continue
        if kind != 'OptimWrapper':
            raise ValueError(
                "`optim_wrapper.type` must be 'OptimWrapper' with --amp, but "
                f'got {kind!r}'
            )
        if scales:
            wrapper['type'] = 'AmpOptimWrapper'
        else:
            wrapper.update(type='mmrazor_ssdkd.Bf16OptimWrapper', enabled=True)


def main() -> None:
    """Runs the training."""
    args = parse_args()
    cfg = load_config(
        args.config, args.work_dir, args.cfg_options, args.launcher
    )
    if args.amp:
        use_amp(cfg.optim_wrapper)
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    build(cfg).train()


if __name__ == '__main__':
    main()
