"""Which section of a config a runner could not build."""

import pytest
from mmengine.runner import Runner
from toy_runs import toy_runner

from mmrazor_ssdkd.compat.named_sections import name_sections

_HOOK = dict(priority='LOW')


@pytest.mark.parametrize(
    ('section', 'value'),
    [
        ('custom_hooks', [_HOOK]),
        ('default_hooks', dict(logger=_HOOK)),
        ('optim_wrapper', dict(optimizer=dict(lr=0.1))),
        ('optim_wrapper', None),
        ('param_scheduler', [dict(factor=0.5)]),
        ('train_cfg', dict(type='NoSuchLoop')),
        ('train_cfg', None),
        ('train_dataloader', dict(batch_size=1)),
        ('train_dataloader', 'text'),
        ('train_dataloader', None),
        ('model', dict(type='NoSuchModel')),
        ('val_cfg', dict()),
        ('log_processor', dict(no_such=1)),
        ('visualizer', dict(type='NoSuchVisualizer')),
    ],
)
def test_section_is_named(tmp_path, section, value):
    """By the key that it has in a config, with its rule."""
    missing = section == 'val_cfg'
    name = 'val_dataloader' if missing else section
    with pytest.raises((TypeError, ValueError), match=f'`{name}` must .*but'):
        toy_runner(tmp_path, **{section: value}).train()


@pytest.mark.parametrize('kind', ['val', 'test'])
def test_loop_is_missing(tmp_path, kind):
    """Nothing to evaluate with is no fault of the runner's."""
    runner = toy_runner(tmp_path)
    with pytest.raises(ValueError, match=f'`{kind}_cfg` must be given'):
        getattr(runner, kind)()


class LoaderOfMine:
    """Batches of a user's own kind."""

    dataset = (0, 1)

    def __init__(self, runner: Runner) -> None:
        self.loader = runner.train_dataloader

    def __iter__(self):
        """Yields what the runner's own loader has."""
        return iter(self.loader)

    def __len__(self) -> int:
        """Returns how many batches there are."""
        return len(self.loader)


def test_loader_of_ones_own(tmp_path):
    """It is the loop's affair."""
    runner = toy_runner(tmp_path, iters=2)
    runner._val_dataloader = own = LoaderOfMine(runner)
    runner._val_loop, runner._val_evaluator = dict(), []
    runner._val_loop = runner.build_val_loop(dict())
    assert runner.val_dataloader is own


def test_once():
    """A second call wraps nothing again, and a run is what it was."""
    before = Runner.train
    name_sections()
    assert Runner.train is before


def test_run(tmp_path):
    """What is right trains."""
    runner = toy_runner(tmp_path, iters=2)
    runner.train()
    assert runner.iter == 2
