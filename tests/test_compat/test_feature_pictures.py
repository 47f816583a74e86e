"""Tests of MMRazor's pictures of features."""

import time
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.config import ConfigDict
from mmengine.model import BaseModel
from mmpretrain.models import ClsDataPreprocessor
from mmpretrain.visualization import UniversalVisualizer
from mmrazor.engine.hooks import RazorVisualizationHook
from torch import nn


class Net(BaseModel):
    """One layer, whose output is drawn."""

    def __init__(self):
        super().__init__(data_preprocessor=ClsDataPreprocessor())
        self.layer = nn.Conv2d(3, 3, 1)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        """Returns the layer's output."""
        return self.layer(inputs)


@pytest.fixture
def runner(tmp_path) -> SimpleNamespace:
    """What the hook reads of a runner, and an image to draw on."""
    image = tmp_path / 'image.png'
    cv2.imwrite(str(image), np.full((16, 16, 3), 99, np.uint8))
    found = SimpleNamespace(get_data_info=lambda _: dict(img_path=str(image)))
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=found))
    steps = [dict(type='LoadImageFromFile'), dict(type='PackInputs')]
    for step in steps:
        step['type'] = f'mmpretrain.{step["type"]}'
    test = dict(dataset=dict(pipeline=steps))
    return SimpleNamespace(
        model=Net(),
        cfg=ConfigDict(test_dataloader=test),
        val_loop=loop,
        epoch=0,
        timestamp='now',
        work_dir=str(tmp_path / 'work'),
    )


def test_gray_picture(tmp_path):
    """It is written as it is, and what is drawn stands where it did."""
    visualizer = UniversalVisualizer(name=f'gray {time.perf_counter()}')
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    out = str(tmp_path / 'gray.png')
    visualizer.add_datasample('gray', image, None, True, False, out_file=out)
    assert (cv2.imread(out, cv2.IMREAD_GRAYSCALE) == image).all()


@pytest.mark.parametrize('out_dir', [None, 'pictures'])
def test_picture_of_features(tmp_path, runner, out_dir):
    """It goes to the files that were asked for, or to the backends."""
    backend = dict(type='LocalVisBackend', save_dir=str(tmp_path / 'backend'))
    UniversalVisualizer.get_instance(
        f'features of {time.perf_counter()}', vis_backends=[backend]
    )
    layer = dict(_scope_='mmrazor', type='ModuleOutputs', source='layer')
    hook = RazorVisualizationHook(
        ConfigDict(out=layer),
        ConfigDict(out=dict(recorder='out')),
        enabled=True,
        out_dir=out_dir,
    )
    hook.before_run(runner)
    hook.before_train(runner)
    written = tmp_path / ('work' if out_dir else 'backend')
    (path,) = (p for p in written.rglob('*') if p.suffix in ('.jpg', '.png'))
    assert cv2.imread(str(path)).shape == (16, 16, 3)
