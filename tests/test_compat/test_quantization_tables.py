"""Tests of what stands in for MMRazor's quantization tables."""

import sys

import mmrazor.models
import pytest
from mmengine.registry import DefaultScope
from mmrazor.structures.quantization import backend_config
from mmrazor.structures.quantization.backend_config import BackendConfigs

from mmrazor_ssdkd.compat.quantization_tables import skip_quantization_tables


@pytest.mark.parametrize(
    'name', [name for name in backend_config.__all__ if name.startswith('get')]
)
def test_getter_raises_when_called(name):
    """Every getter of a table can be imported and names itself."""
    with pytest.raises(NotImplementedError, match=f'`{name}`.*torch 1.13'):
        getattr(backend_config, name)()


def test_all_getters_are_there():
    """The stand-in has the eight getters of the package it replaces."""
    getters = {
        f'get_{backend}_backend_config{suffix}'
        for backend in ('native', 'academic', 'openvino', 'tensorrt')
        for suffix in ('', '_dict')
    }
    assert getters < set(backend_config.__all__)


@pytest.mark.parametrize('backend', ['native', 'openvino'])
def test_table_raises_when_looked_up(backend):
    """Looking a backend's table up says why there is none."""
    with pytest.raises(NotImplementedError, match=f'{backend} backend config'):
        BackendConfigs[backend]


def test_quantizer_raises_when_built():
    """A quantizer, which needs a table, cannot be built by mistake."""
    qconfig = dict(
        w_observer=dict(type='mmrazor.PerChannelMinMaxObserver'),
        a_observer=dict(type='mmrazor.MovingAverageMinMaxObserver'),
        w_fake_quant=dict(type='mmrazor.FakeQuantize'),
        a_fake_quant=dict(type='mmrazor.FakeQuantize'),
        w_qscheme=dict(qdtype='qint8', bit=8, is_symmetry=True),
        a_qscheme=dict(qdtype='quint8', bit=8, is_symmetry=True),
    )
    with (
        DefaultScope.overwrite_default_scope('mmrazor'),
        pytest.raises(NotImplementedError, match=r'torch 1.13'),
    ):
        mmrazor.models.TorchNativeQuantizer(global_qconfig=qconfig)


def test_second_call_keeps_the_stand_in():
    """What is imported already is not replaced."""
    skip_quantization_tables()
    assert sys.modules[backend_config.__name__] is backend_config
