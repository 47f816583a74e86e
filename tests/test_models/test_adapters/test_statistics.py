"""How a network wants its images is said in full, or refused."""

import pytest

from mmrazor_ssdkd.models.adapters.statistics import normalization


def test_orders_that_differ_are_swapped():
    """Whichever way."""
    for orders, swap in [
        (('RGB', 'BGR'), True),
        (('BGR', 'RGB'), True),
        (('RGB', 'RGB'), False),
        (('BGR', 'BGR'), False),
    ]:
        found = normalization([1, 2, 3], (4, 5, 6), *orders)
        assert found == dict(
            mean=[1.0, 2.0, 3.0], std=[4.0, 5.0, 6.0], swap=swap
        )
    assert normalization(None, None, 'RGB', 'BGR') is None


@pytest.mark.parametrize(
    ('mean', 'std', 'wider'),
    [
        ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], '123.675'),
        ([0.5], [0.5], '127.5'),
        ([-1.0], [128.0], '-255'),
        ([300.0], [128.0], 'but got'),
    ],
)
def test_another_scale_raises(mean, std, wider):
    """The message has the values that would fit."""
    with pytest.raises(ValueError, match=f'images in 0 to 255.*{wider}'):
        normalization(mean, std, 'RGB', 'BGR')


@pytest.mark.parametrize(
    ('changes', 'name', 'error'),
    [
        (dict(mean=None), 'mean', TypeError),
        (dict(std=None), 'std', TypeError),
        (dict(mean=127.0), 'mean', TypeError),
        (dict(std='58'), 'std', TypeError),
        (dict(mean=[], std=[]), 'mean', ValueError),
        (dict(std=[50.0, 50.0]), 'std', ValueError),
        (dict(mean=[float('nan')]), 'mean', ValueError),
        (dict(mean=[-float('inf')]), 'mean', ValueError),
        (dict(std=[float('nan')]), 'std', ValueError),
        (dict(std=[float('inf')]), 'std', ValueError),
        (dict(std=[10**400]), 'std', ValueError),
        (dict(channel_order='rgb'), 'channel_order', ValueError),
        (dict(image_order=None), 'image_order', ValueError),
    ],
)
def test_other_settings_raise(changes, name, error):
    """The message has the argument."""
    settings = dict(
        mean=[127.0], std=[50.0], channel_order='RGB', image_order='BGR'
    )
    with pytest.raises(error, match=f'^`{name}` must'):
        normalization(**{**settings, **changes})
