"""How the command line changes a config."""

import pytest
import torch
from train import use_amp

AMP = (
    'AmpOptimWrapper'
    if torch.cuda.is_available()
    else 'mmrazor_ssdkd.Bf16OptimWrapper'
)


def test_amp_of_one_wrapper():
    """A config of one optimizer, with the type or without."""
    one = dict(optimizer=dict(type='SGD', lr=0.1))
    use_amp(one)
    assert one['type'] == AMP
    # Asked for, so not only where it pays.
    assert one.get('enabled', False) != torch.cuda.is_available()


def test_amp_of_several_wrappers():
    """Every wrapper of a separate constructor, and nothing else."""
    several = dict(
        constructor='mmrazor.SeparateOptimWrapperConstructor',
        generator=dict(type='OptimWrapper', optimizer=dict(type='Adam')),
        architecture=dict(optimizer=dict(type='SGD', lr=0.1)),
    )
    use_amp(several)
    assert several['generator']['type'] == AMP
    assert several['architecture']['type'] == AMP
    assert 'type' not in several
    assert 'type' in several['generator']['optimizer']


def test_amp_beside_connectors():
    """No loss scaling, which student and connectors would share."""
    part = dict(optimizer=dict(type='SGD', lr=0.1))
    mix = dict(
        constructor='mmrazor.SeparateOptimWrapperConstructor',
        **{name: dict(part) for name in ('architecture', 'distiller')},
    )
    use_amp(mix)
    for name in ('architecture', 'distiller'):
        assert mix[name]['type'] == 'mmrazor_ssdkd.Bf16OptimWrapper'
        assert mix[name]['enabled'] is True


@pytest.mark.parametrize('own', [True, False, None])
def test_amp_of_bfloat16(own):
    """One that decides for itself is turned on; a config's word stands."""
    wrapper = dict(type='mmrazor_ssdkd.Bf16OptimWrapper')
    if own is not None:
        wrapper.update(enabled=own)
    use_amp(wrapper)
    assert wrapper['enabled'] is (own is not False)


def test_amp_that_is_on_stays():
    """A config's own choice of mixed precision is kept."""
    own = dict(type='AmpOptimWrapper', optimizer=dict(type='SGD'))
    use_amp(own)
    assert own['type'] == 'AmpOptimWrapper'


def test_amp_of_a_foreign_wrapper():
    """What cannot be replaced is named."""
    with pytest.raises(ValueError, match="--amp, but got 'MyWrapper'"):
        use_amp(dict(type='MyWrapper', optimizer=dict(type='SGD')))
