"""Tests of the trial of MMRazor's own configs."""

import json

import pytest
from mmengine.config import Config
from mmrazor_configs import begun, forget_weights
from tool_calls import call


def test_published_weights_are_forgotten():
    """Wherever a config names them."""
    cfg = Config(
        dict(
            teacher=dict(cfg_path='mmcls::a.py', pretrained=True),
            parts=[dict(init_cfg=dict(type='Pretrained', checkpoint='a'))],
            kept=dict(init_cfg=dict(type='Normal')),
        )
    )
    forget_weights(cfg._cfg_dict)
    assert cfg.teacher.pretrained is False
    assert cfg.parts[0].init_cfg is None
    assert cfg.kept.init_cfg == dict(type='Normal')


def test_schedules_that_begin():
    """One that would begin after the end is left out."""
    now, late = dict(type='A', end=5), dict(type='B', begin=500)
    assert begun([now, late]) == [now]
    several = dict(_delete_=True, student=[now, late])
    assert begun(several) == dict(_delete_=True, student=[now])
    assert begun(now) == now


@pytest.mark.slow
def test_config_with_contrasts(tmp_path):
    """One of those on small images trains and validates."""
    out = tmp_path / 'rows.json'
    printed = call('mmrazor_configs.py', '--only', 'crd_neck', '--json', out)
    assert '1 of 1 train and validate' in printed
    (row,) = json.loads(out.read_text())
    assert row['stage'] == 'passed'
