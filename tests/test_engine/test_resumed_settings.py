"""Tests that a resumed run has its config's settings."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmrazor_ssdkd.engine import settings_of_config


class Regression(BaseModel):
    """A model of one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, inputs: torch.Tensor, mode: str = 'tensor') -> Any:
        """Returns a loss."""
        return dict(loss=self.layer(inputs.float()).mean())


class Rates(Hook):
    """Notes the learning rate of every iteration."""

    def __init__(self) -> None:
        self.noted: list[float] = []

    def before_train_iter(self, runner: Runner, *_: Any, **__: Any) -> None:
        """Notes what the next step is taken with."""
        self.noted += runner.optim_wrapper.get_lr()['lr']


@pytest.fixture(autouse=True)
def _scope(monkeypatch) -> None:
    """Forgets the scope that a runner leaves behind."""
    scopes = DefaultScope._instance_dict.copy()
    monkeypatch.setattr(DefaultScope, '_instance_dict', scopes)


def collate(samples: list) -> dict[str, torch.Tensor]:
    """Returns a batch by the argument it is for."""
    return dict(inputs=torch.stack(samples))


COSINE = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=3),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, T_max=3, end=4),
]
LONGER = [COSINE[0], {**COSINE[1], 'T_max': 7, 'end': 8}]


def rates(
    folder: Path,
    epochs: int,
    resume: str = '',
    lr: float = 0.1,
    schedule: Any = COSINE,
    **optimizer: Any,
) -> tuple[list[float], Runner]:
    """Trains with three iterations an epoch and returns all rates."""
    folder.mkdir(exist_ok=True)
    runner = Runner(
        Regression(),
        str(folder),
        train_dataloader=DataLoader(
            [torch.ones(1)] * 3, batch_size=1, collate_fn=collate
        ),
        optim_wrapper=dict(
            optimizer=dict(type='SGD', lr=lr, momentum=0.9, **optimizer)
        ),
        param_scheduler=schedule,
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        experiment_name=f'{folder.parent.name}_{folder.name}',
    )
    hook = Rates()
    runner.register_hook(hook)
    if resume:
        runner._train_loop = runner.build_train_loop(runner._train_loop)
        with settings_of_config(runner):
            runner.resume(resume)
    runner.train()
    return hook.noted, runner


@pytest.fixture
def stopped(tmp_path) -> str:
    """The checkpoint of two epochs of four."""
    rates(tmp_path / 'stopped', 2)
    return str(tmp_path / 'stopped/epoch_2.pth')


def test_same_settings_are_those_of_the_checkpoint(stopped, tmp_path):
    """Bit for bit, and so are the momenta."""
    whole, _ = rates(tmp_path / 'whole', 4)
    rest, runner = rates(tmp_path / 'rest', 4, stopped)
    assert rest == whole[6:]
    assert len(rest) == 6 and len(set(whole)) > 4
    assert runner.optim_wrapper.optimizer.state


@pytest.mark.parametrize(
    'change',
    [
        dict(lr=0.5),
        dict(schedule=LONGER, epochs=8),
        dict(schedule=LONGER, epochs=8, lr=0.01),
        dict(schedule=[*COSINE, dict(type='MultiStepLR', milestones=[3])]),
        dict(schedule=COSINE[1:]),
    ],
    ids=['lr', 'longer', 'both', 'one more', 'one less'],
)
def test_changed_schedule_goes_on_as_if_it_had_always_been(
    stopped, tmp_path, change
):
    """With the rates of a run that started with it."""
    change = dict(epochs=4) | change
    whole, _ = rates(tmp_path / 'whole', **change)
    rest, _ = rates(tmp_path / 'rest', resume=stopped, **change)
    assert rest == pytest.approx(whole[6:])
    assert len(rest) == 3 * change['epochs'] - 6


def test_finished_run_is_prolonged(tmp_path):
    """From a rate of zero, where a cosine cannot come back by itself."""
    rates(tmp_path / 'first', 4)
    source = str(tmp_path / 'first/epoch_4.pth')
    rest, _ = rates(tmp_path / 'rest', 8, source, schedule=LONGER)
    whole, _ = rates(tmp_path / 'whole', 8, schedule=LONGER)
    assert rest == pytest.approx(whole[12:])
    assert min(rest[:6]) > 0.01


@pytest.mark.parametrize('schedule', [None, COSINE])
def test_other_settings_of_the_optimizer(stopped, tmp_path, schedule):
    """Weight decay, and a rate that no schedule changes any more."""
    rest, runner = rates(
        tmp_path / 'rest', 3, stopped, schedule=schedule, weight_decay=0.5
    )
    (group,) = runner.optim_wrapper.optimizer.param_groups
    assert group['weight_decay'] == 0.5
    if schedule is None:
        assert rest == [0.1] * 3
