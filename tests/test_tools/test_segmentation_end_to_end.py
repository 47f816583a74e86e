"""A user's commands for segmentation, on the digit scenes."""

import json
import re

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from mmseg.apis import init_model
from tool_calls import ROOT, call, short
from torch.testing import assert_close

SCENES = ROOT / 'configs/mmseg/digit_scenes'
(TEACHER,) = SCENES.glob('deeplabv3plus_*.py')
(DISTILL,) = SCENES.glob('ssdkd_logits_*m-v2*.py')
(ORACLE,) = SCENES.glob('kd_*m-v2*.py')

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def teacher(tmp_path_factory):
    """A teacher of ten steps."""
    out = tmp_path_factory.mktemp('teacher')
    call(
        'train.py',
        TEACHER,
        '--work-dir',
        out,
        *short(1, 'train_dataloader.dataset.length=160'),
        'val_dataloader.dataset.length=8',
    )
    return out / 'epoch_1.pth'


@pytest.fixture(scope='module')
def distilled(teacher, tmp_path_factory):
    """A distillation of six steps."""
    out = tmp_path_factory.mktemp('distilled')
    call('train.py', DISTILL, '--work-dir', out, *options(teacher))
    return out


def options(teacher):
    """Returns the options of a distillation of two short epochs."""
    return short(
        2,
        f'model.teacher_ckpt={teacher}',
        'model.synthesis.iters=2',
        'model.synthesis.warmup_rounds=1',
        'train_dataloader.dataset.length=48',
        'val_dataloader.dataset.length=8',
        'test_dataloader.dataset.length=8',
    )


def test_test_tool_repeats_the_validation(teacher, distilled, tmp_path):
    """mmsegmentation's mIoU of the last validation, on the same scenes."""
    output = call(
        'test.py',
        DISTILL,
        distilled / 'epoch_2.pth',
        '--work-dir',
        tmp_path,
        *options(teacher),
    )
    (log,) = distilled.glob('*/vis_data/scalars.json')
    last = json.loads(log.read_text().splitlines()[-1])['mIoU']
    found = re.findall(r'mIoU: ([\d.]+)', output)
    assert [float(value) for value in found] == [pytest.approx(last, abs=0.01)]


def test_exported_student_is_plain_mmseg(teacher, distilled, tmp_path):
    """mmsegmentation's own loader gives the same maps, and its IoU."""
    out = tmp_path / 'student.pth'
    config = distilled / DISTILL.name
    call('export_student.py', config, distilled / 'epoch_2.pth', out)
    plain = Config.fromfile(tmp_path / 'student.py')
    student = init_model(plain, str(out), device='cpu')
    assert len(student.dataset_meta['classes']) == 11

    cfg = Config.fromfile(config)
    with DefaultScope.overwrite_default_scope('mmseg'):
        algorithm = MODELS.build(cfg.model)
    state = torch.load(distilled / 'epoch_2.pth', map_location='cpu')
    algorithm.load_state_dict(state['state_dict'])
    algorithm.eval()
    images = torch.randint(0, 256, (2, 3, 64, 64)).float()
    with torch.no_grad():
        expected = algorithm.predict_student(
            images, algorithm.predict_teacher(images)
        )
        batch = dict(inputs=list(images))
        inputs = student.data_preprocessor(batch)['inputs']
        assert_close(student(torch.stack(list(inputs))), expected)
    output = call(
        'test.py', tmp_path / 'student.py', out, '--work-dir', tmp_path
    )
    assert 'mIoU' in output


def test_oracle(teacher, tmp_path):
    """MMRazor's own distillation of the same pair on the real scenes."""
    output = call(
        'train.py',
        ORACLE,
        '--work-dir',
        tmp_path,
        *short(
            1,
            f'model.teacher_ckpt={teacher}',
            'train_dataloader.dataset.length=48',
            'val_dataloader.dataset.length=8',
        ),
    )
    assert 'mIoU' in output
