"""Tests of what importing the package makes of the stack."""

import json
import subprocess
import sys

import pytest
import torch

from mmrazor_ssdkd.compat import mend

# Starts from mmengine alone, as a tool that only reads a config does.
SCRIPT = """
import importlib, importlib.util, json, sys
from mmengine.registry import MODELS

before = 'mmrazor_ssdkd' in sys.modules
found = MODELS.get('mmrazor_ssdkd.SSDKD')
for name in ('mmrazor', 'mmpretrain', 'mmseg'):
    importlib.import_module(f'{name}.models')
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from mmpretrain.registry import MODELS as MMPRETRAIN_MODELS
from mmseg.registry import MODELS as MMSEG_MODELS
from mmengine.model.utils import mmcv_full_available

print(json.dumps(dict(
    before=before,
    found=getattr(found, '__qualname__', None),
    mmrazor=list(MMRAZOR_MODELS.module_dict),
    mmpretrain=list(MMPRETRAIN_MODELS.module_dict),
    mmseg=list(MMSEG_MODELS.module_dict),
    ext_loaded='mmcv._ext' in sys.modules,
    ext_exists=importlib.util.find_spec('mmcv._ext') is not None,
    mmcv_full=mmcv_full_available(),
)))
"""


@pytest.fixture(scope='module')
def fresh() -> dict:
    """What an interpreter sees that has imported nothing before."""
    run = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.slow
def test_prefix_imports_the_package(fresh):
    """A config's `mmrazor_ssdkd.` prefix alone imports and mends."""
    assert not fresh['before']
    assert fresh['found'] == 'SSDKD'


@pytest.mark.slow
def test_mmrazor_models_register(fresh):
    """All of MMRazor's models register, quantization's among them."""
    assert len(fresh['mmrazor']) >= 119
    assert {'SingleTeacherDistill', 'DAFLGenerator', 'OpenVINOQuantizer'} <= (
        set(fresh['mmrazor'])
    )


@pytest.mark.slow
def test_mmpretrain_and_mmseg_models_register(fresh):
    """The two packages that models come from import whole."""
    assert {'ImageClassifier', 'ResNet_CIFAR'} <= set(fresh['mmpretrain'])
    # `mmcv.ops` is what this head's module imports.
    assert {'EncoderDecoder', 'Mask2FormerHead'} <= set(fresh['mmseg'])


@pytest.mark.slow
def test_no_stand_in_extension_is_left(fresh):
    """mmengine takes mmcv for the full one only where it is."""
    assert fresh['ext_loaded'] <= fresh['ext_exists']
    assert fresh['mmcv_full'] == fresh['ext_exists']


def test_mending_twice_changes_nothing():
    """A second call loads, replaces and allows nothing more."""
    modules = dict(sys.modules)
    safe = set(torch.serialization.get_safe_globals())
    mend()
    assert dict(sys.modules) == modules
    assert set(torch.serialization.get_safe_globals()) == safe
