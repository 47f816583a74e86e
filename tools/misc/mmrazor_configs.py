"""Tries MMRazor's distillation configs: two steps and a validation of each.

On noise in place of the data sets, and from random weights: what is tried is
that a config builds, trains and validates on what is installed. Prints a row
a config, and the reason where one fails.
"""

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mmrazor
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.model import BaseDataPreprocessor
from mmengine.runner import Runner
from stand_in_data import write_data
from torch import nn

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import forget_teachers, load_config

STEPS, BATCH = 2, 4
# Of the images of a segmentation, its height and width.
SIZE = (64, 128)


class UninitialisedRunner(Runner):
    """Leaves out the published weights that backbones would start from."""

    def _init_model_weights(self) -> None:
        """Keeps torch's own initial weights."""


class StopHook(Hook):
    """Ends a training early, whose schedules stay as they are."""

    def after_train_iter(
        self, runner: Runner, *_args: Any, **_settings: Any
    ) -> None:
        """Tells the loop."""
        if runner.iter + 1 >= STEPS:
            runner.train_loop.stop_training = True


def shorten(cfg: Config) -> None:
    """Makes a config one of two steps from random weights on little data.

    Args:
        cfg (Config): Changed in place.
    """
    forget_teachers(cfg)
    forget_weights(cfg._cfg_dict)
    for part in ('train', 'val'):
        loader = cfg[f'{part}_dataloader']
        loader.update(batch_size=BATCH, num_workers=0)
        loader.update(persistent_workers=False, pin_memory=False)
        innermost(loader.dataset).indices = STEPS * BATCH
    by_epoch = cfg.train_cfg.get('by_epoch', 'max_epochs' in cfg.train_cfg)
    # Within what `StopHook` leaves of the training.
    cfg.train_cfg.update(val_interval=1 if by_epoch else STEPS, val_begin=1)
    cfg.param_scheduler = begun(cfg.get('param_scheduler'))
    cfg.default_hooks.logger.interval = 1
    cfg.default_hooks.pop('checkpoint', None)
    cfg.default_hooks.pop('visualization', None)
    cfg.log_level = 'ERROR'


def begun(schedulers: Any) -> Any:
    """Returns the schedules that begin within the steps.

    The others would begin after the end of so little data's epochs.
    """
    if isinstance(schedulers, (list, tuple)):
        return [s for s in schedulers if s.get('begin', 0) < STEPS]
    if isinstance(schedulers, dict) and 'type' not in schedulers:
        return {
            key: value if isinstance(value, str) else begun(value)
            for key, value in schedulers.items()
        }
    return schedulers


def innermost(dataset: Any) -> Any:
    """Returns a data set's config, within those that wrap it."""
    while 'dataset' in dataset:
        dataset = dataset.dataset
    return dataset


def forget_weights(part: Any) -> None:
    """Takes out of a config all that would load published weights."""
    if isinstance(part, dict):
        if part.get('pretrained') is True:
            part['pretrained'] = False
        init = part.get('init_cfg')
        if isinstance(init, dict) and init.get('type') == 'Pretrained':
            part['init_cfg'] = None
        for value in part.values():
            forget_weights(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            forget_weights(value)


def crop(part: Any) -> None:
    """Makes a segmentation's pipelines take small images."""
    if isinstance(part, dict):
        for key in ('crop_size', 'scale'):
            if isinstance(part.get(key), tuple):
                part[key] = SIZE[::-1] if key == 'scale' else SIZE
        for value in part.values():
            crop(value)
    elif isinstance(part, (list, tuple)):
        for value in part:
            crop(value)


def pad_less(model: nn.Module) -> None:
    """Lets small images stay small.

    A preprocessor pads to the size that its config names, and none beside a
    `cfg_path` overrides it.

    Args:
        model (nn.Module): Changed in place.
    """
    for part in model.modules():
        if isinstance(part, BaseDataPreprocessor) and getattr(
            part, 'size', None
        ):
            part.size = SIZE


def attempt(path: Path, work_dir: str) -> dict[str, Any]:
    """Tries one config.

    Args:
        path (Path): The config.
        work_dir (str): Where its logs go.

    Returns:
        dict: How far it came, the seconds it took and what stopped it.
    """
    start, stage, reason = time.perf_counter(), 'load', ''
    try:
        cfg = load_config(str(path), work_dir)
        shorten(cfg)
        if 'mmseg' in path.parts[-3:-1]:
            for key in ('train_dataloader', 'val_dataloader'):
                crop(cfg[key])
        cfg.experiment_name = path.stem
        stage = 'build'
        runner = UninitialisedRunner.from_cfg(cfg)
        pad_less(runner.model)
        stage = 'train and validate'
        runner.register_hook(StopHook())
        runner.train()
        stage = 'passed'
    except Exception as error:
        lines = str(error).strip().splitlines() or ['']
        reason = f'{type(error).__name__}: {lines[-1][:300]}'
    seconds = round(time.perf_counter() - start, 1)
    return dict(config=path.stem, stage=stage, seconds=seconds, reason=reason)


def distillation_configs(root: Path) -> list[Path]:
    """Returns MMRazor's distillation configs, without their parts.

    Args:
        root (Path): Its folder of configs.
    """
    found = sorted((root / 'distill').rglob('*.py'))
    return [
        path
        for path in found
        if 'datasets' not in path.relative_to(root).parts
    ]


@tool
def main() -> None:
    """Tries them all."""
    parser = Parser(__doc__, example='--only distill')
    parser.add_argument(
        'mmrazor',
        nargs='?',
        type=Path,
        help="a checkout of MMRazor's; defaults to what is installed",
    )
    parser.add_argument(
        '--only', nargs='+', default=[''], help='parts of their paths'
    )
    parser.add_argument('--json', type=Path, help='where to write the rows')
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'json')
    json_path = args.json and args.json.resolve()
    root = args.mmrazor or Path(mmrazor.__file__).parent / '.mim'
    configs = (root / 'configs').resolve()
    paths = [
        path
        for path in distillation_configs(configs)
        if any(part in str(path.relative_to(configs)) for part in args.only)
    ]
    if not paths:
        parser.error(
            "`mmrazor` must have distillation configs of MMRazor's, of which "
            f'one matches `--only`, but got {str(root)!r} and {args.only}'
        )
    # It imports on a mended stack only.
    from mmpretrain.datasets import CIFAR10

    # Its checksums are of the real images.
    CIFAR10._check_integrity = lambda _dataset: True
    rows = []
    with (
        tempfile.TemporaryDirectory() as folder,
        working_in(folder),
    ):
        write_data(Path('data'), STEPS * BATCH)
        for path in paths:
            rows.append(attempt(path, 'work_dir'))
            print(json.dumps(rows[-1]), flush=True)
    passed = sum(row['stage'] == 'passed' for row in rows)
    print(f'{passed} of {len(rows)} train and validate')
    if json_path:
        write_json(json_path, rows)


@contextlib.contextmanager
def working_in(folder: str) -> Iterator[None]:
    """Works in a folder, as Python 3.11's contextlib.chdir does."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


if __name__ == '__main__':
    main()
