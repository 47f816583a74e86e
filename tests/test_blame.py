"""What a config says is blamed on the argument that it was given as."""

import pytest

from mmrazor_ssdkd.blame import (
    blamed,
    check_config,
    check_init_cfg,
    names_rule,
)


@pytest.mark.parametrize(
    'error', [KeyError('no such thing'), RuntimeError('no\nsuch thing')]
)
def test_foreign_errors_are_named(error):
    """In one line, whatever they are."""
    message = rf'`head` must be a head, but that fails: {type(error).__name__}'
    with (
        pytest.raises(ValueError, match=message + ': no such thing'),
        blamed('head', 'a head'),
    ):
        raise error


def test_own_errors_stay():
    """They name an argument that is nearer to the fault."""
    error = TypeError('`size` must be an int, but got None')
    with pytest.raises(TypeError) as caught, blamed('head'):
        raise error
    assert caught.value is error and names_rule(error)


def test_check_config():
    """A dict that ends somewhere, or None where that is allowed."""
    shared = dict(type='A')
    for cfg in ({}, dict(a=shared, b=[shared, (shared,)])):
        assert check_config('head', cfg) is cfg
    assert check_config('head', None, optional=True) is None
    with pytest.raises(TypeError, match='`head` must be a config dict, but'):
        check_config('head', None)
    shared['b'] = [shared]
    with pytest.raises(ValueError, match='`head` must not hold itself'):
        check_config('head', dict(a=shared))


def test_check_init_cfg():
    """As mmengine has it: None, one or several."""
    for cfg in (None, dict(type='Normal'), [], [dict(type='Normal')]):
        check_init_cfg(cfg)
    for wrong in ('Normal', [None], ['Normal'], 3):
        with pytest.raises(TypeError, match='`init_cfg` must be'):
            check_init_cfg(wrong)
