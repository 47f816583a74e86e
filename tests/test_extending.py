"""What the page on own components shows is registered and trains."""

import importlib
import re
import sys

import pytest
import torch
from mmengine.optim import build_optim_wrapper
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from tool_calls import DIGITS, ROOT, TINY
from toy_models import steps

from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.registry import MODELS

PAGE = (ROOT / 'mmrazor_ssdkd' / 'extending.md').read_text('utf-8')
BLOCKS = re.findall(r'```python\n# (\w+\.py)\n(.*?)```', PAGE, re.DOTALL)
EXAMPLES = list(zip(BLOCKS[::2], BLOCKS[1::2]))
BASE = str(DIGITS).replace('-w8_1xb64-40e', '-w8-inherited_1xb64-12e')


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder where Python looks; what it registers is forgotten after."""
    before = dict(MODELS.module_dict)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    MODELS.module_dict.clear()
    MODELS.module_dict.update(before)


@pytest.mark.parametrize(
    ('component', 'config'), EXAMPLES, ids=[c[0] for c, _ in EXAMPLES]
)
def test_example_trains(component, config, folder):
    """Two steps, with the component in its slot."""
    name, code = component
    (folder / name).write_text(code)
    (folder / config[0]).write_text(f"_base_ = '{BASE}'\n{config[1]}")
    importlib.invalidate_caches()
    sys.modules.pop(name[:-3], None)
    options = {**TINY, 'model.teacher_ckpt': None}
    cfg = load_config(str(folder / config[0]), str(folder), options)
    if 'TeacherWeights' in str(cfg.model.student_init):
        # Least squares take a second.
        cfg.model.student_init.update(fit=False, num_images=8)
    with DefaultScope.overwrite_default_scope(cfg.default_scope):
        algorithm = MMRAZOR_MODELS.build(cfg.model).train()
        algorithm.init_weights()
        wrapper = build_optim_wrapper(algorithm, cfg.optim_wrapper)
    logs = steps(algorithm, wrapper, 2, batch_size=4)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    (kind,) = re.findall(r'@MODELS\.register_module\(\)\nclass (\w+)', code)
    parts = [*algorithm.modules(), algorithm.replay_buffer]
    parts += [algorithm._student_init]
    assert kind in {type(part).__name__ for part in parts}


def test_examples_are_short():
    """Each component is under 30 lines, and there are seven."""
    assert len(EXAMPLES) == 7
    assert all(code.count('\n') < 30 for (_, code), _ in EXAMPLES)
