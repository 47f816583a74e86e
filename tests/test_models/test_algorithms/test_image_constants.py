"""Constants of a network whose norms remember no images."""

import pytest
from mmpretrain.registry import MODELS
from toy_models import classifier, ssdkd

from mmrazor_ssdkd.models.algorithms.image_constants import check_constants


def network(mean, std, norm='GN'):
    """Returns a classifier with some norms and constants."""
    config = classifier()
    config['data_preprocessor'] = dict(
        type='ClsDataPreprocessor', mean=mean, std=std
    )
    groups = dict(num_groups=2) if norm == 'GN' else {}
    config['backbone']['norm_cfg'] = dict(type=norm, **groups)
    return MODELS.build(config)


@pytest.mark.parametrize(
    ('mean', 'std', 'match'),
    [
        ([0.5], [0.25], r'mean=\[127.5\] and std=\[63.75\] for .* 0 to 1'),
        ([0.5], [0.5], r'must have mean and std of images of 0 to 255 \('),
        ([3000.0], [1000.0], r'of 0 to 255, but got mean=\[3000.0\]'),
    ],
)
def test_another_range(mean, std, match):
    """An adapter refuses it, too."""
    with pytest.raises(ValueError, match=f'`a.data_preprocessor` .*{match}'):
        check_constants('a', network(mean, std))


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_both_networks(name):
    """Each has its own."""
    from toy_models import build

    config = ssdkd(bn_loss=dict(loss_weight=0))
    config[name] = network([0.5], [0.25])
    with pytest.raises(ValueError, match=rf'`{name}.data_preprocessor` must'):
        build(config)


@pytest.mark.parametrize(
    ('mean', 'std'),
    [(None, None), ([0.0], [1.0]), ([0.0], [255.0]), ([104.0], [1.0])],
)
def test_constants_that_may_be(mean, std):
    """A network may take 0 to 255."""
    check_constants('a', network(mean, std))


def test_batch_norms_undo_any_scale():
    """What they remember says more."""
    check_constants('a', network([0.5], [0.25], norm='BN'))
