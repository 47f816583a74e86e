"""The lines of a training that a person reads."""

import json
import re

import pytest
from mmengine.evaluator import BaseMetric
from mmengine.logging import MessageHub
from mmengine.registry import METRICS
from toy_runs import toy_runner

from mmrazor_ssdkd.engine import ConsoleLogProcessor

KIND = 'mmrazor_ssdkd.ConsoleLogProcessor'


@METRICS.register_module()
class ToyMetric(BaseMetric):
    """Is always a quarter."""

    def process(self, data_batch, data_samples):
        """Looks at nothing."""
        self.results.append(0.25)

    def compute_metrics(self, results):
        """Returns the first."""
        return {'accuracy': results[0], 'fidelity/agreement': 0.875}


def train(tmp_path, by_epoch=False, validates=False, seconds=0.0, **logger):
    """Takes six steps; returns what the console and the file have."""
    loop = dict(by_epoch=False, max_iters=6, val_interval=3)
    if by_epoch:
        loop = dict(by_epoch=True, max_epochs=2, val_interval=1)
    changes = dict(
        train_cfg=loop,
        log_level='INFO',
        log_processor=dict(type=KIND, by_epoch=by_epoch, seconds=seconds),
        default_hooks=dict(
            logger=dict(type='LoggerHook', interval=1, **logger),
            checkpoint=None,
        ),
        train_dataloader=dict(
            # Where steps count, mmengine waits two seconds between epochs.
            dataset=[0] * (3 if by_epoch else 6),
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=1,
        ),
    )
    if validates:
        changes |= dict(
            val_cfg=dict(),
            val_evaluator=dict(type='ToyMetric'),
            val_dataloader=dict(
                dataset=[0] * 2,
                sampler=dict(type='DefaultSampler', shuffle=False),
                batch_size=1,
            ),
        )
    else:
        loop.pop('val_interval')
    runner = toy_runner(tmp_path, **changes)
    runner.model.val_step = lambda data: [0]
    runner.train()
    (log,) = tmp_path.glob('*/*.log')
    return log.read_text()


def lines(capsys):
    """Returns the console's lines, without the times before them."""
    shown = capsys.readouterr().out
    return re.findall(r'mmengine - INFO - (.*)', shown)


@pytest.mark.parametrize('by_epoch', [True, False])
def test_a_line_says_where_and_how(tmp_path, capsys, by_epoch):
    """The file says all of it, as mmengine does."""
    kept = train(tmp_path, by_epoch)
    found = [line for line in lines(capsys) if 'loss' in line]
    assert len(found) == 6
    place = r'epoch 2/2' if by_epoch else r'step 6/6'
    assert re.fullmatch(rf'{place}  100%  0:00:00 left  loss \S+', found[-1])
    assert '  50%  ' in found[2]
    word = 'Epoch' if by_epoch else 'Iter'
    assert kept.count(f'{word}(train)') == 6 and 'data_time' in kept
    (scalars,) = tmp_path.glob('*/vis_data/scalars.json')
    entries = [json.loads(line) for line in scalars.read_text().splitlines()]
    assert len(entries) == 6 and all('data_time' in e for e in entries)


def test_not_more_often_than_one_reads(tmp_path, capsys):
    """The first and the last line are shown all the same."""
    kept = train(tmp_path, seconds=1000)
    found = [line for line in lines(capsys) if 'loss' in line]
    assert [line.split('  ')[0] for line in found] == ['step 1/6', 'step 6/6']
    assert kept.count('Iter(train)') == 6


@pytest.mark.parametrize('by_epoch', [True, False])
def test_validations(tmp_path, capsys, by_epoch):
    """Are a line each, and the steps after one know its fidelity."""
    train(tmp_path, by_epoch, True, log_metric_by_epoch=by_epoch)
    found = lines(capsys)
    tested = [line for line in found if '  validation  ' in line]
    places = ['epoch 1', 'epoch 2'] if by_epoch else ['step 3', 'step 6']
    assert tested == [
        f'{p}  validation  accuracy 0.25  fidelity/agreement 0.875'
        for p in places
    ]
    steps = [line for line in found if ' left ' in line]
    assert ['fidelity 0.875' in line for line in steps] == [0, 0, 0, 1, 1, 1]
    assert not any(
        'Epoch(val)' in line or 'Iter(val)' in line for line in found
    )


def test_what_ssdkd_logs(monkeypatch):
    """Is shown in short words, and a key that is not there is left out."""
    processor = ConsoleLogProcessor(seconds=0)
    tag = {
        'loss': 0.5,
        'train/generator.loss_bn': 12.0,
        'buffer.class_balance': 0.75,
        'time': 3.0,
    }
    runner = type('R', (), dict(iter=4, max_iters=10, epoch=0, max_epochs=2))
    runner.message_hub = MessageHub('toy_console')
    monkeypatch.setattr(
        'mmengine.runner.LogProcessor.get_log_after_iter',
        lambda *_: (tag, 'all'),
    )
    got, text = processor.get_log_after_iter(runner, 0, 'train')
    assert got is tag and text == 'all'
    expected = 'epoch 1/2   50%  loss 0.5  L_BN 12  balance 0.75'
    assert text.console == expected


@pytest.mark.parametrize('seconds', [-1, 'often', None])
def test_bad_seconds(seconds):
    """Are named."""
    with pytest.raises((TypeError, ValueError), match='`seconds` must be'):
        ConsoleLogProcessor(seconds=seconds)
