"""Some warnings are left out, and no others."""

import warnings

import pytest

from mmrazor_ssdkd.compat.known_warnings import ignore_known_warnings

NOISE = (
    'pkg_resources is deprecated as an API. See https://setuptools.pypa.io',
    '``build_loss`` would be deprecated soon, please use',
    'Default ``avg_non_ignore`` is False, if you would like to ignore',
)


@pytest.mark.parametrize('text', [*NOISE, 'a warning of yours'])
def test_left_out(text):
    """By their beginnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        ignore_known_warnings()
        warnings.warn(text, stacklevel=1)
    assert [str(w.message) for w in caught] == [text] * (text not in NOISE)
