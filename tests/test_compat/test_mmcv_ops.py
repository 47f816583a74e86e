"""Tests of `mmcv.ops` without mmcv's compiled part."""

import importlib.util
import sys

import mmcv.ops
import pytest
import torch

from mmrazor_ssdkd.compat.mmcv_ops import import_mmcv_ops

lite = pytest.mark.skipif(
    importlib.util.find_spec('mmcv._ext') is not None,
    reason='the full mmcv is installed',
)


@lite
def test_missing_op_raises_when_called():
    """The message names the op and what to install."""
    with pytest.raises(NotImplementedError, match=r'`nms`.*full mmcv'):
        mmcv.ops.nms(torch.zeros(1, 4), torch.zeros(1), 0.5)


@lite
def test_missing_op_of_a_module_raises_when_called():
    """The same holds for an op inside a module, which can be built."""
    layer = mmcv.ops.ModulatedDeformConv2dPack(1, 1, 3)
    with pytest.raises(NotImplementedError, match='modulated_deform_conv'):
        layer(torch.zeros(1, 1, 4, 4))


@lite
def test_stand_in_is_not_left_behind():
    """Nothing can import the stand-in for the compiled extension."""
    assert 'mmcv._ext' not in sys.modules
    with pytest.raises(ImportError):
        importlib.import_module('mmcv._ext')


@lite
def test_stand_in_leaves_when_the_import_fails(monkeypatch):
    """A failing import of `mmcv.ops` leaves no stand-in either."""
    monkeypatch.delitem(sys.modules, 'mmcv.ops')
    # `None` makes any import of the name fail.
    monkeypatch.setitem(sys.modules, 'mmcv.ops.active_rotated_filter', None)
    with pytest.raises(ImportError, match='active_rotated_filter'):
        import_mmcv_ops()
    assert 'mmcv._ext' not in sys.modules
    assert 'mmcv.ops' not in sys.modules
