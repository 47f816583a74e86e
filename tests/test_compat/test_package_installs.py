"""Tests of configs of packages that are not installed."""

import subprocess

import pytest
from mmengine.config import Config
from mmengine.hub import get_config, get_model
from mmengine.utils import package_utils

from mmrazor_ssdkd.models.building import resolve_model


@pytest.fixture(autouse=True)
def _no_pip(monkeypatch):
    """Fails a test that runs a command."""

    def run(command, *_args, **_kwargs):
        pytest.fail(f'ran {command}')

    for name in ('check_call', 'run', 'Popen'):
        monkeypatch.setattr(subprocess, name, run)
    monkeypatch.setattr(package_utils, 'call_command', run)


@pytest.mark.parametrize(
    ('address', 'advice'),
    [
        ('mmocr::textdet/dbnet.py', '`mmocr`.*run pip install "mmocr"'),
        ('mmdet::a/b.py', '`mmdet`.*pip install "mmdet>=3.*full mmcv'),
        ('mmaction::a/b.py', '`mmaction2`.*pip install "mmaction2"'),
    ],
)
def test_missing_package_is_not_installed(tmp_path, address, advice):
    """A model's config, a model and a base say what to run."""
    base = tmp_path / 'config.py'
    base.write_text(f'_base_ = {address!r}\n')
    for read in (
        lambda: get_config(address),
        lambda: get_model(address),
        lambda: Config.fromfile(base),
    ):
        with pytest.raises(ModuleNotFoundError, match=advice):
            read()


def test_teacher_of_a_missing_package():
    """So does a teacher's `cfg_path`."""
    with pytest.raises(ModuleNotFoundError, match='mmdet'):
        resolve_model(dict(cfg_path='mmdet::a/b.py'), 'teacher')


def test_installed_package_is_read():
    """Nothing changes for what is there."""
    cfg = get_config('mmseg::_base_/models/deeplabv3_r50-d8.py')
    assert cfg.model.type == 'EncoderDecoder'
