"""Real runs of mmengine's runner that take no time."""

import itertools
from pathlib import Path
from typing import Any, Optional

import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn


class ToyModel(BaseModel):
    """One layer that learns to give zero, until it breaks."""

    def __init__(self, breaks_after: Optional[int] = None) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.breaks_after = breaks_after

    def train_step(self, data: dict, optim_wrapper: Any) -> dict:
        """Takes a step on draws of its own."""
        own = torch.Generator().manual_seed(optim_wrapper.inner_count)
        draws = torch.rand(5, 3, generator=own).to(self.layer.weight.device)
        loss = self.layer(draws).square().mean()
        optim_wrapper.update_params(loss)
        if optim_wrapper.inner_count == self.breaks_after:
            self.layer.weight.data[0, 0] = float('nan')
        return dict(loss=loss.detach())

    def forward(self, *args: Any, **kwargs: Any) -> None:
        """Is not needed."""


class QuietRunner(Runner):
    """Leaves out the report on the machine, which takes two seconds."""

    _count = itertools.count()

    def __init__(self, **arguments: Any) -> None:
        name = f'toy_{next(self._count)}'
        super().__init__(experiment_name=name, **arguments)

    def _log_env(self, env_cfg: dict) -> None:
        """Logs nothing."""


def toy_runner(
    work_dir: Path, iters: int = 6, keep: int = 1, **changes: Any
) -> Runner:
    """Returns a runner of a toy that saves after every step.

    Args:
        work_dir (Path): Its work directory.
        iters (int): How many steps. Defaults to 6.
        keep (int): `max_keep_ckpts`. Defaults to 1.
        **changes: Further arguments of the runner.
    """
    hook = dict(
        type='CheckpointHook', by_epoch=False, interval=1, max_keep_ckpts=keep
    )
    return QuietRunner(
        **{
            **dict(
                model=ToyModel(),
                work_dir=str(work_dir),
                train_dataloader=dict(
                    dataset=[0] * 100,
                    sampler=dict(type='DefaultSampler', shuffle=False),
                    batch_size=1,
                ),
                train_cfg=dict(by_epoch=False, max_iters=iters),
                optim_wrapper=dict(
                    optimizer=dict(type='SGD', lr=0.1, momentum=0.9)
                ),
                default_hooks=dict(checkpoint=hook, logger=None),
                default_scope='mmengine',
                log_level='WARNING',
                randomness=dict(seed=0),
            ),
            **changes,
        }
    )


def state(path: Path) -> dict[str, torch.Tensor]:
    """Returns the weights of a checkpoint."""
    return torch.load(path, map_location='cpu')['state_dict']
