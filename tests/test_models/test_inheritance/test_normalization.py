"""Tests of students that normalise images otherwise than their teachers."""

import pytest
import torch
from inherited_networks import Network, inherit, pool, randomize
from mmpretrain.models import ClsDataPreprocessor
from torch import nn

from mmrazor_ssdkd.models.forward import predict_logits

OURS = dict(mean=[10.0, 20.0, 30.0], std=[50.0, 60.0, 70.0])
THEIRS = dict(mean=[100.0, 120.0, 90.0], std=[25.0, 30.0, 40.0])


class Reader(Network):
    """A first layer with a bias or a norm."""

    def __init__(self, bias, preprocessor):
        super().__init__()
        self.data_preprocessor = (
            ClsDataPreprocessor(**preprocessor) if preprocessor else None
        )
        self.stem = nn.Conv2d(3, 4, 3, bias=bias)
        self.norm = nn.Identity() if bias else nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)

    def run(self, x):
        return self.fc(pool(self.norm(self.stem(x)).relu()))


@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize(
    ('ours', 'theirs'),
    [
        (OURS, THEIRS),
        (None, THEIRS),
        (OURS, None),
        (dict(OURS, to_rgb=True), THEIRS),
        (OURS, dict(THEIRS, to_rgb=True)),
        (dict(OURS, to_rgb=True), dict(OURS, to_rgb=True)),
        (dict(mean=[5.0], std=[2.0]), THEIRS),
    ],
)
def test_logits_of_the_same_images_are_the_teachers(bias, ours, theirs):
    student, teacher = Reader(bias, ours), randomize(Reader(bias, theirs))
    inherit(student.eval(), teacher)
    images = 255 * torch.rand(4, 3, 8, 8)
    left, right = (
        predict_logits(model, images, model.data_preprocessor).detach()
        for model in (student, teacher)
    )
    assert torch.allclose(left, right, rtol=1e-3, atol=1e-3 * right.std())
    if ours == theirs:
        assert left.equal(right)


def test_outputs_of_its_own_keep_their_bias():
    class Wide(Reader):
        def __init__(self, bias, preprocessor):
            super().__init__(bias, preprocessor)
            self.stem, self.fc = nn.Conv2d(3, 6, 3), nn.Linear(6, 3)

    student, teacher = Wide(True, OURS), randomize(Reader(True, THEIRS))
    before = student.stem.bias.clone()
    inherit(student, teacher)
    assert student.stem.bias[4:].equal(before[4:])
    assert not student.stem.bias[:4].equal(teacher.stem.bias)
