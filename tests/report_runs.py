"""Runs that take seconds, for what reads the folders of runs."""

import json
from pathlib import Path
from typing import Any

from mmengine.runner import Runner
from tool_calls import DIGITS, ROOT, TINY

from mmrazor_ssdkd.engine import load_config

TEACHER = ROOT / 'configs/mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
KD = DIGITS.with_name(DIGITS.name.replace('ssdkd_logits', 'kd_logits'))
BASIC = {
    'train_cfg.max_epochs': 2,
    'train_cfg.val_interval': 1,
    'default_hooks.checkpoint.interval': 1,
    'default_hooks.logger.interval': 1,
    'randomness.seed': 3,
}
DISTILLING = {
    **TINY,
    **BASIC,
    'model.teacher_ckpt': None,
    'train_dataloader.dataset.length': 20,
}


def trained(config: Path, work_dir: Path, **options: Any) -> Runner:
    """Trains a config and returns the runner that did.

    Args:
        config (Path): Its file.
        work_dir (Path): Where it writes.
        **options: Settings, with dots as double underscores.
    """
    changes = {key.replace('__', '.'): v for key, v in options.items()}
    default = DISTILLING if 'ssdkd' in config.name else BASIC
    cfg = load_config(str(config), str(work_dir), {**default, **changes})
    validation = cfg.get('val_dataloader')
    if validation and 'length' not in validation.dataset:
        # As much is seen of a few images.
        validation.dataset.indices = 64
    # A run of the same second has the same name, and mmengine one hub.
    cfg.experiment_name = f'{work_dir.parent.name}_{work_dir.name}'
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


def start_of(work_dir: Path, name: str = '20260131_120000') -> Path:
    """Makes the folder of a start that logged nothing yet."""
    start = work_dir / name
    (start / 'vis_data').mkdir(parents=True)
    return start


def log_lines(start: Path, *entries: dict[str, Any], end: str = '') -> None:
    """Writes what a start logged, and the half of a line."""
    text = ''.join(json.dumps(entry) + '\n' for entry in entries)
    (start / 'vis_data' / 'scalars.json').write_text(text + end)


def step(number: int, **values: float) -> dict[str, Any]:
    """Returns what training logs after a step, one in an epoch."""
    return dict(values, epoch=number, iter=number, step=number)
