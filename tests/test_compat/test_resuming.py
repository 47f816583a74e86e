"""Runs that accumulate gradients or average weights resume bit for bit."""

import pytest
import torch
from mmengine.config import Config
from mmengine.runner.checkpoint import load_checkpoint
from toy_models import build, optimizers, ssdkd
from toy_runs import state, toy_runner

from mmrazor_ssdkd.cli.distillations import build as build_saved
from mmrazor_ssdkd.cli.distillations import stored_samples
from mmrazor_ssdkd.cli.student_export import export_student

EMA = [dict(type='EMAHook', momentum=0.25)]


def _runner(work_dir, iters=6, counts=(1, 1), hooks=(), **changes):
    """Returns a runner of SSD-KD that keeps all checkpoints."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    wrapper['architecture']._accumulative_counts = counts[0]
    wrapper['generator']._accumulative_counts = counts[1]
    loader = dict(
        dataset=[dict(inputs=torch.zeros(1))] * 600,
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=dict(type='default_collate'),
        batch_size=6,
    )
    return toy_runner(
        work_dir,
        iters,
        keep=99,
        model=algorithm,
        optim_wrapper=wrapper,
        train_dataloader=loader,
        custom_hooks=list(hooks),
        default_scope='mmpretrain',
        **changes,
    )


def _same(left, right):
    """Returns whether two checkpoints have equal weights."""
    left, right = state(left), state(right)
    return all(
        torch.equal(left[key], right[key])
        for key in left
        if isinstance(left[key], torch.Tensor)
    )


@pytest.mark.parametrize(
    ('counts', 'hooks', 'step'),
    [
        ((3, 1), [], 4),
        ((1, 3), [], 2),
        ((4, 3), [], 2),
        ((1, 1), EMA, 3),
        pytest.param(
            *((1, 1), [dict(type='EMAHook', begin_iter=4)], 2),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *((1, 1), [dict(type='EMAHook', update_buffers=True)], 3),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *((1, 1), [dict(type='EMAHook', strict_load=True)], 3),
            marks=pytest.mark.slow,
        ),
        pytest.param(*((2, 1), EMA, 3), marks=pytest.mark.slow),
        pytest.param(
            *((1, 1), [dict(type='mmpretrain.EMAHook')], 3),
            marks=pytest.mark.slow,
        ),
    ],
)
def test_resumes_bit_for_bit(tmp_path, counts, hooks, step):
    """In the middle of a sum, and with an average beside the weights."""
    whole, cut = tmp_path / 'whole', tmp_path / 'cut'
    _runner(whole, counts=counts, hooks=hooks).train()
    middle = str(whole / f'iter_{step}.pth')
    _runner(
        cut, counts=counts, hooks=hooks, resume=True, load_from=middle
    ).train()
    assert not (cut / f'iter_{step}.pth').exists()
    assert _same(whole / 'iter_6.pth', cut / 'iter_6.pth')
    assert not _same(whole / 'iter_6.pth', whole / f'iter_{step}.pth')


def test_checkpoint_of_an_average(tmp_path):
    """It has the average's weights, the buffer, and can be exported."""
    runner = _runner(tmp_path, iters=3, hooks=EMA)
    runner.train()
    path = tmp_path / 'iter_3.pth'
    size = len(runner.model.replay_buffer)
    config = Config(dict(model=ssdkd(), default_scope='mmpretrain'))
    saved = build_saved(config, str(path))
    samples = stored_samples(saved, str(path))
    assert len(samples['images']) == size > 0
    export_student(config, str(path), str(tmp_path / 'student.pth'))
    exported = torch.load(tmp_path / 'student.pth')['state_dict']
    checkpoint = torch.load(path)
    assert not [k for k in checkpoint['ema_state_dict'] if 'extra' in k]
    own = runner.model.student.state_dict()
    moved = [k for k in own if not torch.equal(own[k], exported[k])]
    assert moved  # The average is not the last student.
    assert all(
        torch.equal(v, checkpoint['state_dict'][f'architecture.{k}'])
        for k, v in exported.items()
    )


def test_other_steps_to_a_sum(tmp_path):
    """Less or more of them start anew, as does an older checkpoint."""
    _runner(tmp_path / 'a', iters=2, counts=(3, 1)).train()
    path = tmp_path / 'a' / 'iter_2.pth'
    _runner(tmp_path / 'b', iters=4, resume=True, load_from=str(path)).train()
    checkpoint = torch.load(path)
    assert checkpoint['optimizer']['architecture'].pop('accumulation')
    assert 'accumulation' not in checkpoint['optimizer']['generator']
    torch.save(checkpoint, tmp_path / 'old.pth')
    runner = _runner(
        tmp_path / 'c',
        iters=4,
        counts=(3, 1),
        resume=True,
        load_from=str(tmp_path / 'old.pth'),
    )
    runner.train()
    assert runner.iter == 4
    load_checkpoint(runner.model, str(path))
