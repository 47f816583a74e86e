"""Tests that a resumed run has its config's settings."""

from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper, OptimWrapperDict
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
        """Returns a loss, or what is never better."""
        if mode == 'predict':
            return [1]
        return dict(loss=self.layer(inputs.float()).mean())


class Constant(BaseMetric):
    """A metric that stands still."""

    default_prefix = 'toy'

    def process(self, data_batch: Any, data_samples: Any) -> None:
        """Notes that there was something."""
        self.results.append(data_samples)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Returns the same each time."""
        return dict(top1=0.5)


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
PLATEAU = [
    dict(
        type='ReduceOnPlateauLR',
        monitor='toy/top1',
        rule='greater',
        patience=0,
    )
]
DECAY = [dict(type='ExponentialLR', gamma=0.5, by_epoch=True)]
# Chained, so that its order counts.
MIXED = [
    dict(
        type='CosineAnnealingLR', by_epoch=True, T_max=3, end=3, eta_min=0.01
    ),
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=8),
]


def loader() -> DataLoader:
    """Returns three batches of one."""
    return DataLoader([torch.ones(1)] * 3, batch_size=1, collate_fn=collate)


def rates(
    folder: Path,
    epochs: int,
    resume: str = '',
    lr: float = 0.1,
    schedule: Any = COSINE,
    by_epoch: bool = True,
    **optimizer: Any,
) -> tuple[list[float], Runner]:
    """Trains with three iterations an epoch and returns all rates."""
    if optimizer.get('type', 'SGD') == 'SGD':
        optimizer.setdefault('momentum', 0.9)
    folder.mkdir(exist_ok=True)
    runner = Runner(
        Regression(),
        str(folder),
        train_dataloader=loader(),
        val_dataloader=loader(),
        val_cfg=dict(),
        val_evaluator=[Constant()],
        optim_wrapper=dict(
            optimizer=dict(**{'type': 'SGD', 'lr': lr} | optimizer)
        ),
        param_scheduler=schedule,
        train_cfg=dict(by_epoch=True, max_epochs=epochs, val_interval=2),
        default_hooks=dict(
            checkpoint=dict(
                type='CheckpointHook', interval=1, by_epoch=by_epoch
            )
        ),
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


def test_schedule_of_a_metric(tmp_path):
    """Goes on from the checkpoint; its length is the config's."""
    whole, _ = rates(tmp_path / 'whole', 8, schedule=PLATEAU)
    rates(tmp_path / 'first', 5, schedule=PLATEAU)
    source = str(tmp_path / 'first/epoch_5.pth')
    rest, _ = rates(tmp_path / 'rest', 8, source, schedule=PLATEAU)
    assert rest == whole[15:]
    assert rest[0] == pytest.approx(0.01) and rest[-1] == pytest.approx(1e-3)


@pytest.mark.parametrize('extra', ['momentum', 'lr'])
def test_schedule_of_a_metric_beside_one_that_changed(tmp_path, extra):
    """It keeps its rate, also where both move it."""
    kind = dict(momentum='Momentum', lr='LR')[extra]
    steps = dict(type=f'MultiStep{kind}', gamma=0.5, milestones=[7])
    rates(tmp_path / 'first', 5, schedule=[*PLATEAU, steps])
    source = str(tmp_path / 'first/epoch_5.pth')
    schedule = [*PLATEAU, {**steps, 'milestones': [2]}]
    rest, runner = rates(tmp_path / 'rest', 6, source, schedule=schedule)
    assert rest == pytest.approx([0.01] * 3)
    (group,) = runner.optim_wrapper.optimizer.param_groups
    assert group['momentum'] == (0.45 if extra == 'momentum' else 0.9)


@pytest.mark.parametrize(
    ('old', 'new'), [(PLATEAU, DECAY), (COSINE, PLATEAU), (None, PLATEAU)]
)
def test_schedules_of_other_types(tmp_path, old, new):
    """As if the run had started with the new one."""
    rates(tmp_path / 'first', 4, schedule=old, lr=0.2)
    source = str(tmp_path / 'first/epoch_2.pth')
    rest, _ = rates(tmp_path / 'rest', 4, source, schedule=new)
    whole, _ = rates(tmp_path / 'whole', 4, schedule=new)
    assert rest == pytest.approx(whole[6:])


@pytest.mark.parametrize('iters', [1, 3, 5])
def test_changed_schedule_in_the_middle_of_an_epoch(tmp_path, iters):
    """And between its last step and its end."""
    rates(tmp_path / 'first', 2, by_epoch=False)
    source = str(tmp_path / f'first/iter_{iters}.pth')
    rest, _ = rates(tmp_path / 'rest', 4, source, schedule=MIXED)
    whole, _ = rates(tmp_path / 'whole', 4, schedule=MIXED)
    assert rest == pytest.approx(whole[iters:])


def test_schedule_of_betas(tmp_path):
    """Adam's momentum stays where its schedule has brought it."""
    schedule = [dict(type='MultiStepMomentum', milestones=[1, 9])]
    settings = dict(type='Adam', schedule=schedule)
    rates(tmp_path / 'first', 2, **settings)
    source = str(tmp_path / 'first/epoch_2.pth')
    _, runner = rates(tmp_path / 'rest', 2, source, **settings)
    (group,) = runner.optim_wrapper.optimizer.param_groups
    assert group['betas'] == pytest.approx((0.09, 0.999))


def test_schedule_of_one_of_two_optimizers(tmp_path):
    """The other one has the rate of its config."""
    parts = {
        name: OptimWrapper(torch.optim.SGD(Regression().parameters(), lr=0.1))
        for name in ('one', 'other')
    }
    runner = Runner(
        Regression(),
        str(tmp_path),
        train_dataloader=loader(),
        optim_wrapper=OptimWrapperDict(**parts),
        param_scheduler=dict(
            one=[dict(type='MultiStepLR', milestones=[3])], other=[]
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        experiment_name=tmp_path.name,
    )
    runner._train_loop = runner.build_train_loop(runner._train_loop)
    with settings_of_config(runner):
        for part in parts.values():
            part.optimizer.param_groups[0]['lr'] = 0.5
    assert runner.optim_wrapper.get_lr() == {
        'one.lr': [0.5],
        'other.lr': [0.1],
    }
