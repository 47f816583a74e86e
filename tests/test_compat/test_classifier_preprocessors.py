"""Tests of mmpretrain's classifiers within other packages' models."""

import pytest
from mmengine.registry import DefaultScope
from mmpretrain.models import ClsDataPreprocessor, ImageClassifier
from mmpretrain.registry import MODELS

BACKBONE = dict(type='mmpretrain.LeNet5', num_classes=10)


@pytest.mark.parametrize('scope', ['mmrazor', 'mmseg', 'mmpretrain'])
@pytest.mark.parametrize(
    'settings', [{}, dict(data_preprocessor=dict(mean=[0.5], std=[2.0]))]
)
def test_default_preprocessor(scope, settings):
    """A classifier has mmpretrain's, whatever the scope."""
    cfg = dict(type='mmpretrain.ImageClassifier', backbone=BACKBONE)
    with DefaultScope.overwrite_default_scope(scope):
        model = MODELS.build({**cfg, **settings})
    assert isinstance(model.data_preprocessor, ClsDataPreprocessor)
    assert model.data_preprocessor._enable_normalize == bool(settings)


def test_own_preprocessor_stays():
    """A module, or another type, stays what it is."""
    own = ClsDataPreprocessor()
    model = ImageClassifier(BACKBONE, None, None, None, None, own)
    assert model.data_preprocessor is own
    named = dict(type='mmpretrain.SelfSupDataPreprocessor')
    # It does not take what mmpretrain's classifiers hand on.
    with pytest.raises(TypeError, match='SelfSupDataPreprocessor'):
        ImageClassifier(BACKBONE, data_preprocessor=named)
