"""Tests of the trial of MMRazor's own configs."""

import json

import pytest
import torch
from mmengine.config import Config
from mmrazor_configs import (
    SIZE,
    begun,
    crop,
    distillation_configs,
    forget_weights,
    pad_less,
)
from mmseg.models import SegDataPreProcessor
from mmseg.structures import SegDataSample
from tool_calls import call, find_tool
from warm_start import run_script


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


def test_small_images():
    """A segmentation's are cropped, whatever wraps them."""
    crops = [dict(type='RandomCrop', crop_size=(512, 1024), ratio=0.75)]
    pipeline = [dict(scale=(2048, 1024)), *crops]
    loader = dict(dataset=dict(dataset=dict(pipeline=pipeline)))
    crop(loader)
    assert pipeline[0] == dict(scale=(128, 64))
    assert crops == [dict(type='RandomCrop', crop_size=(64, 128), ratio=0.75)]


@pytest.mark.parametrize(
    'padding', [dict(size=(512, 1024)), dict(size_divisor=32)]
)
def test_small_images_stay_small(padding):
    """They are not padded to the size of a teacher's published config."""
    model = torch.nn.Module()
    model.preprocessor = SegDataPreProcessor(**padding)
    pad_less(model)
    images = [torch.zeros(3, *SIZE)]
    batch = dict(inputs=images, data_samples=[SegDataSample()])
    padded = model.preprocessor(batch, training=True)['inputs']
    assert padded.shape == (1, 3, *SIZE)


def test_configs_in_any_folder(tmp_path):
    """A folder above them may have any name."""
    root = tmp_path / 'datasets' / 'configs'
    for name in ('distill/mmcls/a.py', 'distill/mmcls/datasets/b.py'):
        path = root / name
        path.parent.mkdir(parents=True)
        path.touch()
    assert [p.name for p in distillation_configs(root)] == ['a.py']


@pytest.mark.slow
def test_nothing_to_try(tmp_path):
    """It says what it wants."""
    tool = find_tool('mmrazor_configs.py')
    code, printed = run_script(tool, [str(tmp_path)])
    assert code == 2
    assert '`mmrazor` must have distillation configs' in printed


@pytest.mark.slow
def test_config_with_contrasts(tmp_path):
    """One of those on small images trains and validates."""
    out = tmp_path / 'rows.json'
    printed = call('mmrazor_configs.py', '--only', 'crd_neck', '--json', out)
    assert '1 of 1 train and validate' in printed
    (row,) = json.loads(out.read_text())
    assert row['stage'] == 'passed'
