"""Runs that resume between the ends of two epochs."""

import pytest
import torch
from toy_runs import ToyModel, state, toy_runner


class Remembering(ToyModel):
    """Keeps which samples it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = []

    def train_step(self, data, optim_wrapper):
        """Takes a step on what the samples say."""
        self.seen += data
        loss = self.layer(torch.tensor([[*data, 1]]) / 8).square().mean()
        optim_wrapper.update_params(loss)
        return dict(loss=loss.detach())


def run(work_dir, **changes):
    """Trains two epochs of four shuffled batches; returns the runner."""
    runner = toy_runner(
        work_dir,
        keep=9,
        model=Remembering(),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        train_dataloader=dict(
            dataset=list(range(8)),
            sampler=dict(type='DefaultSampler', shuffle=True),
            batch_size=2,
        ),
        param_scheduler=dict(type='ExponentialLR', gamma=0.5, by_epoch=True),
        **changes,
    )
    runner.train()
    return runner


@pytest.mark.parametrize('step', range(1, 9))
def test_goes_on_at_the_next_batch(tmp_path, step):
    """From any step, the ends of epochs included."""
    whole = run(tmp_path / 'whole')
    resumed = run(
        tmp_path / 'resumed',
        resume=True,
        load_from=str(tmp_path / 'whole' / f'iter_{step}.pth'),
    )
    assert resumed.iter == 8 and resumed.epoch == 2
    assert resumed.model.seen == whole.model.seen[2 * step :]
    if step == 8:
        return
    weights = [
        state(tmp_path / n / 'iter_8.pth') for n in ('whole', 'resumed')
    ]
    for key, value in weights[0].items():
        assert torch.equal(weights[1][key], value), key


def test_position_of_a_run_that_broke_off_is_not_taken(tmp_path):
    """Nor that of a checkpoint whose weights alone are loaded."""
    run(tmp_path / 'whole')
    started = run(
        tmp_path / 'started', load_from=str(tmp_path / 'whole' / 'iter_3.pth')
    )
    assert len(started.model.seen) == 16


def test_checkpoint_without_position_begins_its_epoch_anew(tmp_path):
    """As those of before."""
    run(tmp_path / 'whole')
    old = torch.load(tmp_path / 'whole' / 'iter_3.pth', weights_only=False)
    del old['message_hub']['runtime_info']['batches_of_epoch']
    old['message_hub']['resumed_keys'].pop('batches_of_epoch', None)
    torch.save(old, tmp_path / 'old.pth')
    resumed = run(
        tmp_path / 'resumed', resume=True, load_from=str(tmp_path / 'old.pth')
    )
    assert len(resumed.model.seen) == 16
