"""Trains what a config says: a teacher, SSD-KD or any MMRazor distiller."""

from pathlib import Path

from mmengine.config import Config
from mmengine.registry import RUNNERS
from mmengine.runner import Runner

from mmrazor_ssdkd.blame import check_config
from mmrazor_ssdkd.cli.mixed_precision import use_amp
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import (
    add_config_arguments,
    check_copy,
    check_deletable,
    check_runner,
    check_training,
    check_unused,
    delete_checkpoints,
    find_latest_checkpoint,
    held,
    is_restarted,
    read_config,
    set_epochs,
    warn_of_unfinished,
)
from mmrazor_ssdkd.fidelity import add_fidelity
from mmrazor_ssdkd.validation import check_int


def make_parser() -> Parser:
    """Returns the command line's parser."""
    parser = Parser(
        __doc__,
        example='CONFIG --work-dir work_dirs/mine --cfg-options '
        'randomness.seed=0',
    )
    add_config_arguments(parser)
    again = parser.add_mutually_exclusive_group()
    again.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='go on from a checkpoint, by default the last of the work dir',
    )
    again.add_argument(
        '--overwrite',
        action='store_true',
        help='delete the checkpoints of the run that the work dir holds',
    )
    parser.add_argument(
        '--epochs',
        type=int,
        help="how long, in place of the config's train_cfg.max_epochs; the "
        'schedules follow',
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help="mixed precision: mmengine's on a GPU, bfloat16 on the CPU",
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help="scale the learning rates by the batch's size over "
        'auto_scale_lr.base_batch_size of the config',
    )
    return parser


def scale_lr(cfg: Config) -> None:
    """Turns on that mmengine scales the learning rates.

    Args:
        cfg (Config): Changed in place.

    Raises:
        TypeError: The batch size is no integer.
        ValueError: It does not say for which batch its rates are.
    """
    scaling = cfg.get('auto_scale_lr')
    if not (scaling and scaling.get('base_batch_size')):
        raise ValueError(
            '`auto_scale_lr` must have a base_batch_size with '
            f'--auto-scale-lr, but the config has {scaling}'
        )
    check_int('auto_scale_lr.base_batch_size', scaling.base_batch_size)
    scaling.enable = True


def claim(cfg: Config, overwrite: bool) -> None:
    """Makes sure that a training writes over nothing, or what it was told.

    Args:
        cfg (Config): Of the training.
        overwrite (bool): Whether the checkpoints that are there go.

    Raises:
        ValueError: There is something that it would write over.
    """
    if overwrite:
        check_deletable(cfg.work_dir, cfg.to_dict())
        check_copy(cfg.work_dir, cfg.filename)
    elif not cfg.get('resume') or not _is_inside(cfg):
        check_unused(cfg.work_dir, cfg.filename)


def _is_inside(cfg: Config) -> bool:
    """Returns whether a run goes on from a checkpoint of its work dir."""
    if not cfg.get('load_from'):
        return True
    folder = Path(cfg.load_from).expanduser().parent.resolve()
    return Path(cfg.work_dir).resolve() in (folder, *folder.parents)


def go_on(cfg: Config) -> None:
    """Lets a run that failed go on from its last checkpoint, if it has one.

    Args:
        cfg (Config): Of the training, changed in place.
    """
    if find_latest_checkpoint(cfg.work_dir) is None:
        return
    cfg.resume = True
    cfg.load_from = None


@tool
def main() -> None:
    """Runs the training."""
    parser = make_parser()
    args = parser.parse_args()
    cfg = read_config(args)
    add_fidelity(cfg)
    check_training(cfg)
    if args.epochs is not None:
        set_epochs(cfg, args.epochs)
    check_config('auto_scale_lr', cfg.get('auto_scale_lr'), optional=True)
    if args.auto_scale_lr:
        scale_lr(cfg)
    if args.amp:
        use_amp(cfg.optim_wrapper)
    if args.resume:
        cfg.resume = True
        cfg.load_from = None if args.resume == 'auto' else args.resume
    if is_restarted(cfg):
        go_on(cfg)
        args.overwrite = False
    build = RUNNERS.build if 'runner_type' in cfg else Runner.from_cfg
    with held(cfg.work_dir):
        claim(cfg, args.overwrite)
        runner = build(cfg)
        check_runner(runner)
        warn_of_unfinished(cfg)
        if args.overwrite:
            # What cannot be built deletes nothing.
            delete_checkpoints(cfg.work_dir, cfg.to_dict())
        runner.train()


if __name__ == '__main__':
    main()
