"""The students that `calibrate_fidelity.py` measures."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

import torch
from fidelity_variants import image_groups, measure
from mmengine.config import Config
from mmengine.runner import Runner

from mmrazor_ssdkd.engine import forget_teachers
from mmrazor_ssdkd.fidelity import HeldOutImages
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.checkpoint import load_weights
from mmrazor_ssdkd.models.inheritance import replace_student_init
from mmrazor_ssdkd.reporting.scalars import read_scalars
from mmrazor_ssdkd.type_names import type_name

__all__ = ['Students']

_METRICS = ('accuracy/top1', 'mIoU')


class Students:
    """Yields what is found of each student.

    The images are those of a teacher and made once for each.

    Args:
        runs (Sequence[Path]): Work directories or checkpoints.
        how (HeldOutImages): How images are made.

    Raises:
        ValueError: A folder has no config or no checkpoint.
    """

    def __init__(self, runs: Sequence[Path], how: HeldOutImages) -> None:
        self.found = [pair for run in runs for pair in find_students(run)]
        self.how = how
        self._groups: dict[int, dict[str, torch.Tensor]] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for config, checkpoint in self.found:
            yield self._measure(config, checkpoint)

    def _measure(self, config: Path, checkpoint: Path) -> dict[str, Any]:
        """Returns what is found of one."""
        cfg = Config.fromfile(config)
        metric, real = real_metric(cfg, checkpoint)
        start = start_of(cfg)
        with tempfile.TemporaryDirectory() as folder:
            runner = build(cfg, checkpoint, folder)
            if real is None:
                real = runner.val()[metric]
        algorithm = runner.model.eval()
        return dict(
            checkpoint=str(checkpoint),
            task=type_name(cfg.val_dataloader.dataset),
            start=start,
            metric=metric,
            real=float(real),
            fidelity=measure(algorithm, self._images(algorithm)),
        )

    def _images(self, algorithm: SSDKD) -> dict[str, torch.Tensor]:
        """Returns the images of an algorithm's teacher."""
        key = hash(
            tuple(
                float(weight.detach().double().sum())
                for weight in algorithm.teacher.parameters()
            )
        )
        if key not in self._groups:
            self._groups[key] = image_groups(algorithm, self.how)
        return self._groups[key]


def find_students(run: Path) -> list[tuple[Path, Path]]:
    """Returns the config and each checkpoint of a run.

    Args:
        run (Path): Its work directory or one checkpoint in it.

    Raises:
        ValueError: It has none.
    """
    folder = run if run.is_dir() else run.parent
    configs = sorted(folder.glob('*.py'), key=lambda p: p.stat().st_mtime)
    configs = list(filter(_is_distillation, configs))
    checkpoints = [run]
    if run.is_dir():
        # What was exported has its own config beside it.
        checkpoints = [
            path
            for path in sorted(folder.glob('*.pth'))
            if not path.with_suffix('.py').exists()
        ]
    if not configs or not checkpoints:
        raise ValueError(
            '`runs` must be folders with a config of SSD-KD and checkpoints, '
            f'but got {str(run)!r}'
        )
    return [(configs[-1], checkpoint) for checkpoint in checkpoints]


def _is_distillation(path: Path) -> bool:
    """Returns whether a file of Python is a config of SSD-KD."""
    try:
        model = Config.fromfile(path).get('model')
    # Whatever else is in the folder.
    except Exception:
        return False
    return type_name(model) == 'SSDKD'


def start_of(cfg: Config) -> str:
    """Returns where a student's weights come from, and what is broken."""
    init = cfg.model.get('student_init', 'random')
    start = 'random' if init == 'random' else 'inherited'
    untrained = cfg.model.get('synthesis', {}).get('iters') == 0
    return f'{start}, untrained generator' if untrained else start


def real_metric(cfg: Config, checkpoint: Path) -> tuple[str, Optional[float]]:
    """Returns the metric on real images, as the run's own files have it.

    Args:
        cfg (Config): Of the run.
        checkpoint (Path): Of the student.

    Returns:
        tuple: Its name, and its value where they tell.
    """
    name = type_name(cfg.val_evaluator)
    metric = _METRICS[0] if name == 'Accuracy' else _METRICS[1]
    number = re.fullmatch(r'(?:epoch|iter)_(\d+)', checkpoint.stem)
    starts = sorted(p.parent for p in checkpoint.parent.glob('*/vis_data'))
    for entry in reversed(read_scalars(starts).val):
        at = number and entry['step'] == int(number[1])
        if at and metric in entry:
            return metric, entry[metric]
    return metric, None


def build(cfg: Config, checkpoint: Path, folder: str) -> Runner:
    """Returns a runner with a checkpoint's weights.

    Args:
        cfg (Config): Of the run, changed in place.
        checkpoint (Path): The checkpoint.
        folder (str): For what a runner writes.
    """
    forget_teachers(cfg)
    # The checkpoint has them.
    replace_student_init(cfg.model, 'random')
    loader = cfg.val_dataloader
    loader.update(num_workers=0, persistent_workers=False)
    runner = Runner(
        model=cfg.model,
        work_dir=folder,
        val_dataloader=loader,
        val_cfg=dict(),
        val_evaluator=cfg.val_evaluator,
        default_scope=cfg.get('default_scope', 'mmpretrain'),
        log_level='ERROR',
        experiment_name=f'{checkpoint.parent.name}_{checkpoint.stem}',
    )
    load_weights(runner.model, str(checkpoint), 'runs', extra_state=False)
    return runner
