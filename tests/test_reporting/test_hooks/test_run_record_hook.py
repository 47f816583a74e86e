"""What is noted of a run while it runs."""

import json

import pytest
import torch
from toy_runs import toy_runner

from mmrazor_ssdkd.reporting.hooks import RunRecordHook
from mmrazor_ssdkd.reporting.hooks.run_record_hook import command_line
from mmrazor_ssdkd.reporting.records import read_record
from mmrazor_ssdkd.reporting.runs import find_runs

HOOK = dict(run_record=dict(type='mmrazor_ssdkd.RunRecordHook'), logger=None)


def noted(work_dir):
    """Returns what the hook wrote."""
    (path,) = work_dir.glob('*/run.json')
    return json.loads(path.read_text())


def test_a_finished_run(tmp_path, monkeypatch):
    """Command, seed, versions, and its end."""
    monkeypatch.setattr('sys.argv', ['tools/train.py', 'a b.py', '--amp'])
    toy_runner(tmp_path, default_hooks=HOOK).train()
    found = noted(tmp_path)
    assert found['command'] == "python tools/train.py 'a b.py' --amp"
    assert found['seed'] == 0 and found['finished']
    assert found['versions']['torch'].startswith(torch.__version__[:4])
    record = read_record(find_runs(tmp_path)[0])
    assert record.command == found['command'] and record.finished
    assert record.versions == found['versions']


def test_a_run_that_breaks(tmp_path, monkeypatch):
    """Has not come to its end."""
    runner = toy_runner(tmp_path, default_hooks=HOOK)
    monkeypatch.setattr(runner.model, 'train_step', None)
    with pytest.raises(TypeError):
        runner.train()
    assert noted(tmp_path)['finished'] is False


def test_shape_of_an_image(tmp_path):
    """Is that of the first batch that has images."""
    runner = toy_runner(tmp_path, default_hooks=HOOK)
    hook = RunRecordHook()
    hook.before_train(runner)
    hook.after_train_iter(runner, 0, dict(inputs=torch.arange(3)))
    assert noted(tmp_path).get('input_shape') is None
    hook = RunRecordHook()
    hook.before_train(runner)
    hook.after_train_iter(runner, 0, dict(inputs=[torch.zeros(3, 8, 9)]))
    assert noted(tmp_path)['input_shape'] == [3, 8, 9]


def test_a_full_disk_costs_the_record_and_not_the_run(tmp_path, monkeypatch):
    """It is said."""

    def fail(*_):
        raise OSError('no space left')

    path = 'mmrazor_ssdkd.reporting.hooks.run_record_hook.write_text'
    monkeypatch.setattr(path, fail)
    runner = toy_runner(tmp_path, default_hooks=HOOK)
    runner.train()
    assert runner.iter == 6


def test_command_of_the_package():
    """It is no script."""
    assert command_line(['ssdkd train', 'a.py']) == 'ssdkd train a.py'
