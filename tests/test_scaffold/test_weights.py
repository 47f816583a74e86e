"""Where a config's weights come from."""

import pytest

from mmrazor_ssdkd.scaffold import with_published

DIGITS = 'mmrazor_ssdkd::mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'


@pytest.mark.parametrize(
    'address', ['mmpretrain::_base_/models/resnet18_cifar.py', DIGITS]
)
def test_nothing_is_published(address):
    """A training would not begin."""
    with pytest.raises(ValueError, match=r'`checkpoint` must .*got None with'):
        with_published(dict(cfg_path=address))


def test_published():
    """What a metafile names."""
    address = 'mmpretrain::resnet/resnet18_8xb32_in1k.py'
    assert with_published(dict(cfg_path=address))['pretrained']
    own = dict(cfg_path='my.py')
    assert with_published(own) == own
