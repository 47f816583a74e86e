"""Tests of configs written for mmcls."""

import pytest
from mmengine.config import Config
from mmengine.hub import get_config, get_model
from mmengine.registry import DefaultScope, Registry
from mmpretrain.datasets.transforms import PackInputs
from mmpretrain.models import ClsDataPreprocessor, ImageClassifier
from mmpretrain.registry import TRANSFORMS, VISUALIZERS
from mmpretrain.visualization import UniversalVisualizer
from mmrazor.registry import MODELS

from mmrazor_ssdkd.compat.mmcls_names import current_address
from mmrazor_ssdkd.models.building import resolve_model

RESNET = 'resnet/resnet18_8xb16_cifar10.py'


def test_base_of_mmcls(tmp_path):
    """A base in mmcls is read from mmpretrain, and is of its scope."""
    path = tmp_path / 'config.py'
    path.write_text(f"_base_ = 'mmcls::{RESNET}'\nstudent = _base_.model\n")
    cfg = Config.fromfile(path)
    assert cfg.model.type == 'ImageClassifier'
    assert cfg.model._scope_ == cfg.student._scope_ == 'mmpretrain'


def test_config_and_model_of_mmcls():
    """mmengine's hub finds them."""
    cfg = get_config(f'mmcls::{RESNET}')
    assert cfg.model == get_config(f'mmpretrain::{RESNET}').model
    assert isinstance(get_model(f'mmcls::{RESNET}'), ImageClassifier)


@pytest.mark.parametrize(
    ('old', 'new'),
    [
        ('deit/deit-base_pt-16xb64_in1k.py', 'deit/deit-base_16xb64_in1k.py'),
        (
            'deit/deit-base_ft-16xb32_in1k-384px.py',
            'deit/deit-base_16xb32_in1k-384px.py',
        ),
        # It is still of this name.
        (
            'clip/vit-base-p16_pt-64xb64_in1k.py',
            'clip/vit-base-p16_pt-64xb64_in1k.py',
        ),
        # It never was.
        ('none/none_pt-1xb1_none.py', 'none/none_pt-1xb1_none.py'),
    ],
)
def test_renamed_files(old, new):
    """Files that mmpretrain calls otherwise are found, and no others."""
    assert current_address(f'mmcls::{old}') == f'mmpretrain::{new}'
    assert current_address(f'mmpretrain::{old}') == f'mmpretrain::{old}'


def test_scopes_of_mmcls():
    """A default scope, `_scope_` and a prefix all mean mmpretrain."""
    with DefaultScope.overwrite_default_scope('mmcls'):
        current = DefaultScope.get_current_instance()
        assert current.scope_name == 'mmpretrain'
    assert Registry.split_scope_key('mmcls.A') == ('mmpretrain', 'A')
    assert MODELS.get('mmcls.ImageClassifier') is ImageClassifier
    built = MODELS.build(dict(type='ClsDataPreprocessor', _scope_='mmcls'))
    assert isinstance(built, ClsDataPreprocessor)


def test_other_scopes_stay():
    """No other name is touched, one that starts alike neither."""
    for scope in ('mmseg', 'mmcls2', 'mmengine'):
        assert Registry.split_scope_key(f'{scope}.A') == (scope, 'A')
        with DefaultScope.overwrite_default_scope(scope):
            assert DefaultScope.get_current_instance().scope_name == scope
    assert current_address('configs/mmcls.py') == 'configs/mmcls.py'


def test_renamed_classes():
    """Their former names build them."""
    assert TRANSFORMS.get('mmcls.PackClsInputs') is PackInputs
    assert TRANSFORMS.get('PackClsInputs') is PackInputs
    assert VISUALIZERS.get('mmcls.ClsVisualizer') is UniversalVisualizer


def test_student_of_mmcls_is_of_mmpretrain():
    """What is exported for plain mmpretrain names no mmcls."""
    resolved = resolve_model(dict(cfg_path=f'mmcls::{RESNET}'), 'teacher')
    assert resolved.scope == 'mmpretrain'
    assert 'mmcls' not in str(resolved.model)
