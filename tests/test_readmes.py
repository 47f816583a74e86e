"""What the READMEs point at is there, and their configs train."""

import re

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from tool_calls import ROOT
from toy_models import steps

READMES = [
    ROOT / 'README.md',
    ROOT / 'tools' / 'README.md',
    *sorted((ROOT / 'configs').rglob('README.md')),
]


@pytest.mark.parametrize(
    'path', READMES, ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_and_paths_exist(path):
    """Relative links, and the configs, plans and tools in the text."""
    text = path.read_text(encoding='utf-8')
    links = re.findall(r'\]\((?!https?:)([^)#]+)', text)
    for link in links:
        assert (path.parent / link).exists(), link
    named = re.findall(r'\b(?:configs|tools)/[\w./*+{},-]*\.(?:py|sh)', text)
    assert links or named
    for name in named:
        # A brace stands for several names, as in a shell.
        pattern = re.sub(r'\{[^}]*\}', '*', name)
        assert list(ROOT.glob(pattern)), name


@pytest.mark.parametrize('number', [0, 1, 2])
def test_example_trains(number, tmp_path):
    """A config of the README, as it stands there, takes two steps."""
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    examples = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    assert len(examples) == 3
    path = tmp_path / 'my_config.py'
    path.write_text(examples[number].replace("'configs/", f"'{ROOT}/configs/"))
    cfg = Config.fromfile(path)
    cfg.model.update(
        teacher_ckpt=None,
        synthesis_iters=1,
        synthesis_batch_size=4,
        warmup_rounds=0,
    )
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        algorithm = MODELS.build(cfg.model).train()
        wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
