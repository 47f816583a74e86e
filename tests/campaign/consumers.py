"""Everything that reads a checkpoint, as a user calls it."""

from pathlib import Path
from typing import Any, NamedTuple

import export_student
import export_synthetic
import plot_images
import test as evaluate
import torch
import train
from mmengine.config import Config
from mmengine.runner import Runner

from .networks import algorithm, part


class Consumer(NamedTuple):
    """A tool and its command line; words in braces are filled in."""

    main: Any
    arguments: str
    # What the message calls it.
    names: tuple[str, ...]


_TRAIN = '{config} --work-dir {out}'
CONSUMERS = {
    'teacher_ckpt': Consumer(
        train.main,
        f'{_TRAIN} --cfg-options model.teacher_ckpt={{file}}',
        ('teacher_ckpt',),
    ),
    'load_from': Consumer(
        train.main,
        f'{_TRAIN} --cfg-options load_from={{file}}',
        ('load_from', 'checkpoint'),
    ),
    'resume': Consumer(
        train.main,
        f'{_TRAIN} --resume {{file}}',
        ('load_from', 'resume', 'checkpoint'),
    ),
    'test': Consumer(
        evaluate.main, '{config} {file} --work-dir {out}', ('checkpoint',)
    ),
    'export_student': Consumer(
        export_student.main, '{config} {file} {out}/a.pth', ('checkpoint',)
    ),
    'export_synthetic': Consumer(
        export_synthetic.main, '{config} {file} {out}', ('checkpoint',)
    ),
    'plot_images': Consumer(
        plot_images.main, '{config} {file} {out}/a.png', ('checkpoint',)
    ),
}


def config() -> dict[str, Any]:
    """Returns a distillation of one step."""
    step = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01))
    loader = dict(
        batch_size=2,
        num_workers=0,
        dataset=part('LatentDataset', length=2),
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    return dict(
        default_scope='mmengine',
        # Of random weights a teacher this small may be dead.
        randomness=dict(seed=0),
        model=dict(part('SSDKD', **algorithm()), _scope_='mmrazor'),
        train_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(
            constructor='mmrazor.SeparateOptimWrapperConstructor',
            generator=step,
            architecture=step,
        ),
        param_scheduler=dict(
            generator=[], architecture=[dict(type='ConstantLR', factor=0.5)]
        ),
        default_hooks=dict(logger=dict(type='LoggerHook')),
        test_dataloader=loader,
        test_cfg=dict(),
        test_evaluator=[],
    )


def sound_checkpoints(folder: Path) -> dict[str, dict[str, Any]]:
    """Trains for a step and returns what a teacher and what a run leaves."""
    Config(config()).dump(folder / 'config.py')
    cfg = Config.fromfile(folder / 'config.py')
    cfg.work_dir = str(folder / 'run')
    Runner.from_cfg(cfg).train()
    run = torch.load(folder / 'run' / 'epoch_1.pth')
    prefix = 'teacher.'
    teacher = {
        key.removeprefix(prefix): value
        for key, value in run['state_dict'].items()
        if key.startswith(prefix)
    }
    return dict(run=run, teacher=dict(state_dict=teacher, meta={}))
