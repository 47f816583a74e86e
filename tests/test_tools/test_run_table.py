"""How the table runner changes configs, resumes and writes cells."""

import json

import pytest
from mmengine.config import Config
from run_table import (
    cell,
    epochs_in_the_same_time,
    run,
    set_epochs,
    set_teacher,
)


def test_set_epochs_of_several_schedules():
    """Schedules that end with the training still do."""
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=60, val_interval=10),
            param_scheduler=dict(
                generator=[],
                architecture=[
                    dict(type='LinearLR', end=5),
                    dict(type='CosineAnnealingLR', end=60),
                ],
            ),
        )
    )
    set_epochs(cfg, 6)
    assert cfg.train_cfg.max_epochs == cfg.train_cfg.val_interval == 6
    ends = [schedule.end for schedule in cfg.param_scheduler.architecture]
    assert ends == [5, 6]


def test_set_epochs_of_one_schedule():
    """A single schedule is no dict of lists."""
    cfg = Config(
        dict(
            train_cfg=dict(max_epochs=60),
            param_scheduler=dict(type='CosineAnnealingLR', end=60),
        )
    )
    set_epochs(cfg, 12)
    assert cfg.param_scheduler.end == 12


def test_set_teacher():
    """Each kind of algorithm has its own key for the teacher's weights."""
    ours = Config(dict(model=dict(teacher_ckpt='old.pth')))
    set_teacher(ours, 'new.pth')
    assert ours.model == dict(teacher_ckpt='new.pth')
    peer = Config(dict(model=dict(teachers=dict(any=dict(ckpt_path='old')))))
    set_teacher(peer, 'new.pth')
    assert peer.model == dict(teachers=dict(any=dict(ckpt_path='new.pth')))


def test_finished_run_is_not_run_again(tmp_path):
    """Its JSON file is the result; no config is even read."""
    plan = Config(dict(rows={'a row': {}}, config='/no/such/config.py'))
    done = tmp_path / 'a-row_6e_10'
    done.mkdir()
    (done / 'result.json').write_text(json.dumps(dict(score=97.5)))
    assert run(plan, 'a row', 6, 10, tmp_path) == dict(score=97.5)
    with pytest.raises(FileNotFoundError):
        run(plan, 'a row', 6, 11, tmp_path)


def test_cell():
    """Mean, sample standard deviation and every score."""
    results = [dict(score=s) for s in (97.0, 98.0, 99.0)]
    assert cell(results) == '98.00 ± 1.00 (97.00, 98.00, 99.00)'
    assert cell(results[:1]) == '97.00'


def test_epochs_in_the_same_time(monkeypatch):
    """A row three times as slow trains a third as long, and never less."""
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    first = [dict(seconds=1, cpu_seconds=s) for s in (9.0, 11.0)]
    slow = [dict(seconds=1, cpu_seconds=s) for s in (31.0, 29.0)]
    assert epochs_in_the_same_time(40, first, slow) == 13
    assert epochs_in_the_same_time(40, first, first) == 40
    assert epochs_in_the_same_time(1, first, slow) == 1
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    assert epochs_in_the_same_time(40, first, slow) == 40
