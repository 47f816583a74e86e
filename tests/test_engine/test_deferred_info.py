"""The host waits for a device where a log is written, and nowhere else."""

import json

import pytest
import torch
from device_reads import DeviceReads
from mmengine.runner import Runner
from tool_calls import DIGITS, TINY
from toy_models import build, optimizers, ssdkd, steps
from toy_runs import toy_runner

from mmrazor_ssdkd.engine import DeferredInfoHook, load_config
from mmrazor_ssdkd.models.algorithms import loss_guard
from mmrazor_ssdkd.replay import prioritized_replay_buffer as buffer
from mmrazor_ssdkd.replay import prioritized_sampling

DEFERRED = dict(type='mmrazor_ssdkd.DeferredInfoHook')


def test_steps_read_nothing(monkeypatch):
    """A round and steps without one, as on an accelerator."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    with DeviceReads() as reads:
        steps(algorithm, wrapper, 1)
    # On the CPU every loss is looked at, or this test could not fail.
    assert any('loss_guard' in place for place in reads.places)
    for module in (loss_guard, buffer, prioritized_sampling):
        monkeypatch.setattr(module, 'is_on_host', lambda values: False)
    with DeviceReads() as reads:
        steps(algorithm, wrapper, 3)
    assert reads.places == []


def run(work_dir, hook):
    """Trains a toy and returns its log, and how often values were read."""
    torch.manual_seed(0)
    runner = toy_runner(
        work_dir,
        iters=7,
        default_hooks=dict(
            runtime_info=hook,
            logger=dict(type='LoggerHook', interval=3),
            checkpoint=None,
        ),
        log_processor=dict(by_epoch=False),
    )
    reads = DeviceReads()
    with reads:
        runner.train()
    (path,) = work_dir.glob('*/vis_data/scalars.json')
    log = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [{k: v for k, v in row.items() if 'time' not in k} for row in log]
    scalars = runner.message_hub.log_scalars
    return kept, scalars['train/loss'].data, len(reads.places)


def test_log_is_mmengines(tmp_path):
    """Every value and every average, by fewer reads."""
    log, history, number = run(tmp_path / 'own', dict(type='RuntimeInfoHook'))
    ours, our_history, our_number = run(tmp_path / 'deferred', DEFERRED)
    assert ours == log and len(log) == 2
    assert all((a == b).all() for a, b in zip(our_history, history))
    assert our_number < number


def test_checkpoint_holds_the_log(tmp_path):
    """Up to its own step, though nothing has been written yet."""
    hook = dict(type='CheckpointHook', by_epoch=False, interval=2)
    runner = toy_runner(
        tmp_path,
        iters=5,
        default_hooks=dict(
            runtime_info=DEFERRED, logger=None, checkpoint=hook
        ),
    )
    runner.train()
    saved = torch.load(tmp_path / 'iter_4.pth', weights_only=False)
    values, _ = saved['message_hub']['log_scalars']['train/loss'].data
    assert len(values) == 4
    values, _ = runner.message_hub.log_scalars['train/loss'].data
    assert len(values) == 5


@pytest.mark.parametrize('value', [torch.tensor(3), torch.tensor(0.1), 2.5])
def test_values_are_items(tmp_path, value):
    """Of the type and exactly the value that `item()` gives."""
    runner = toy_runner(tmp_path, default_hooks=dict(runtime_info=DEFERRED))
    (hook,) = [h for h in runner.hooks if isinstance(h, DeferredInfoHook)]
    hook._kept = [dict(a=value)]
    hook._read(runner)
    expected = value.item() if isinstance(value, torch.Tensor) else value
    found = runner.message_hub.get_scalar('train/a').current()
    assert found == expected


def test_configs_have_it(tmp_path):
    """Those that inherit the runtime."""
    cfg = load_config(str(DIGITS), str(tmp_path), {**TINY})
    cfg.model.teacher_ckpt = None
    runner = Runner.from_cfg(cfg)
    assert any(isinstance(h, DeferredInfoHook) for h in runner.hooks)
