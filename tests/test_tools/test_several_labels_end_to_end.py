"""A run of several labels leaves what every run leaves."""

import re
from importlib.util import find_spec

import pytest
import torch
from mmengine.config import Config
from mmpretrain import get_model
from report_runs import trained
from tool_calls import ROOT

from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.deployment import FORMS
from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.reporting import write_report

CONFIG = ROOT / (
    'configs/mmpretrain/digit_sets/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digit-sets.py'
)


@pytest.mark.slow
def test_run(tmp_path):
    """Validation, pictures, the page, and the student as it is deployed."""
    few = dict(val_dataloader__dataset__length=20)
    few['default_hooks__visualization__interval'] = 10
    runner = trained(CONFIG, tmp_path / 'run', **few)
    scalars = runner.message_hub.log_scalars
    assert 0 <= scalars['val/multi-label/mAP'].current() <= 100
    assert 0 <= scalars['train/buffer.class_balance'].current() <= 1
    assert list((tmp_path / 'run').rglob('vis_image/*.png'))
    write_report(tmp_path / 'run', tmp_path / 'report.html')
    page = (tmp_path / 'report.html').read_text()
    keys = set(re.findall(r'data-key="([^"]+)"', page))
    assert {'share.0', 'share.9', 'agreement'} <= keys
    assert 'multi-label/mAP' in page
    checkpoint = str(tmp_path / 'run' / 'epoch_2.pth')
    config = load_config(str(CONFIG), str(tmp_path), {})
    forms = [f for f in FORMS if f != 'onnx' or find_spec('onnxruntime')]
    out = tmp_path / 'student.pth'
    export_student(config, checkpoint, str(out), forms=forms)
    student = get_model(
        Config.fromfile(out.with_suffix('.py')), pretrained=str(out)
    ).eval()
    assert type(student.head).__name__ == 'MultiLabelLinearClsHead'
    images = torch.randint(0, 256, (3, 1, 16, 16)).float()
    with torch.no_grad():
        inputs = student.data_preprocessor(dict(inputs=images))['inputs']
        expected = student(inputs, mode='tensor')
        deployed = torch.jit.load(out.with_suffix('.ts'))(images)
    # Logits of the labels, as the network gives them.
    torch.testing.assert_close(deployed, expected, rtol=1e-4, atol=1e-4)
