"""MMRazor's pruning and search train as their page says."""

import re

import pytest
import yaml
from tool_calls import ROOT, call

PAGE = (ROOT / 'configs' / 'compression.md').read_text(encoding='utf-8')
CONFIGS = dict(
    re.findall(r'```python\n# (\w+\.py)\n(.*?)```', PAGE, re.DOTALL)
)
SHORT = [
    'train_cfg.max_epochs=2',
    'train_cfg.val_interval=2',
    'param_scheduler.end=2',
    'default_hooks.checkpoint.interval=2',
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The page's configs, in a folder to work in."""
    for name, text in CONFIGS.items():
        text = text.replace("'configs/", f"'{ROOT}/configs/")
        (tmp_path / name).write_text(text.replace('epoch_60', 'epoch_2'))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_commands_name_the_configs():
    """Each is whole, and each is trained."""
    trained = re.findall(r'tools/train.py (\w+\.py)', PAGE)
    assert sorted(trained) == sorted(CONFIGS)


@pytest.mark.slow
def test_pruning(folder):
    """Channels go while it trains."""
    call('train.py', 'pruned_digits.py', '--cfg-options', *SHORT)
    assert (folder / 'work_dirs/pruned_digits/epoch_2.pth').is_file()


@pytest.mark.slow
def test_search(folder):
    """It finds one choice for each block of the supernet."""
    call('train.py', 'supernet_digits.py', '--cfg-options', *SHORT)
    call('train.py', 'search_digits.py')
    found = folder / 'work_dirs/search_digits/best_fix_subnet.yaml'
    chosen = [
        part['chosen'] for part in yaml.safe_load(found.read_text()).values()
    ]
    assert len(chosen) == 4
    assert all(choice.startswith('shuffle_') for choice in chosen)
