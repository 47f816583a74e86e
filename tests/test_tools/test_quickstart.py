"""Whose folder the quickstart takes, and what it leaves there."""

import json
import sys
from pathlib import Path

import pytest
import quickstart
from quickstart import check_root
from tool_calls import TINY

# Of teacher and student: an epoch of a few images.
FEW = {
    'train_cfg.max_epochs': 1,
    'train_cfg.val_interval': 1,
    'default_hooks.checkpoint.interval': 1,
    'train_dataloader.batch_size': 8,
    'train_dataloader.dataset.length': 32,
    'val_dataloader.dataset.length': 16,
}


def test_check_root(tmp_path):
    """A new one, an empty one, or an earlier quickstart's."""
    check_root(tmp_path / 'new')
    check_root(tmp_path)
    (tmp_path / '.lock').write_text('')
    check_root(tmp_path)
    (tmp_path / 'mine').write_text('')
    with pytest.raises(ValueError, match=r"earlier quickstart's, but .* else"):
        check_root(tmp_path)
    (tmp_path / 'teacher').mkdir()
    (tmp_path / 'teacher' / 'config.py').write_text('')
    check_root(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize('task', ['seg', 'pairs'])
def test_task(task, tmp_path, monkeypatch):
    """Trains, distils, exports and reports; the digits do from a wheel."""
    load = quickstart.load_config

    def load_short(config, work_dir, options):
        tiny = TINY if 'ssdkd' in Path(config).name else {}
        return load(config, work_dir, {**options, **tiny, **FEW})

    monkeypatch.setattr(quickstart, 'load_config', load_short)
    words = ['--task', task, '--work-dir', str(tmp_path)]
    monkeypatch.setattr(sys, 'argv', ['quickstart.py', *words])
    quickstart.main()
    summary = json.loads((tmp_path / 'summary.json').read_text())
    assert summary['teacher_params'] > summary['student_params'] > 0
    for name in ('student.pth', 'student.py', 'synthetic.png', 'report.html'):
        assert (tmp_path / name).is_file()
