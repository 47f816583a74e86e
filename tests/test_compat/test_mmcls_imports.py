"""Tests of code written for mmcls."""

import importlib
import importlib.util
import sys

import mmpretrain.models.heads
import mmpretrain.structures
import pytest
import torch
from mmpretrain.models.losses.cross_entropy_loss import soft_cross_entropy
from mmrazor.registry import MODELS


def test_modules_are_mmpretrains():
    """Both names are of one module, which keeps its own."""
    heads = importlib.import_module('mmcls.models.heads')
    assert heads is mmpretrain.models.heads
    assert sys.modules['mmcls.models.heads'] is heads
    assert heads.__name__ == heads.__spec__.name == 'mmpretrain.models.heads'


def test_classes_have_their_former_names():
    """Classes and modules that mmpretrain calls otherwise import."""
    structures = importlib.import_module('mmcls.structures')
    assert structures.ClsDataSample is mmpretrain.structures.DataSample
    module = importlib.import_module('mmcls.structures.cls_data_sample')
    assert module.ClsDataSample is mmpretrain.structures.DataSample


@pytest.mark.parametrize('name', ['mmcls.none', 'mmcls2', 'mmcls2.models'])
def test_nothing_else_is_found(name):
    """What mmpretrain does not have is missing, as it was."""
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(name)


def test_mmrazor_has_no_placeholders():
    """MMRazor's parts that were built on mmcls work."""
    loss = MODELS.build(dict(type='KDSoftCELoss', tau=2.0))
    student, teacher = torch.randn(2, 4, 3)
    expected = 4 * soft_cross_entropy(
        student / 2, (teacher / 2).softmax(1), reduction='mean'
    )
    assert torch.allclose(loss(student, teacher), expected)
    head = MODELS.build(
        dict(type='mmrazor.DeiTClsHead', num_classes=3, in_channels=4)
    )
    assert head.layers.head_dist.out_features == 3
