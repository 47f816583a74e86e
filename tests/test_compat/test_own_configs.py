"""Tests of this package's configs under its name."""

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.hub import get_config, get_model
from mmpretrain.models import ImageClassifier

from mmrazor_ssdkd.compat import own_configs
from mmrazor_ssdkd.compat.own_configs import own_config
from mmrazor_ssdkd.models.building import build_model

TEACHER = 'mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py'
ADDRESS = f'mmrazor_ssdkd::{TEACHER}'


def test_base(tmp_path):
    """A base is what the file itself would be."""
    path = tmp_path / 'config.py'
    path.write_text(f'_base_ = {ADDRESS!r}\nstudent = _base_.model\n')
    cfg, plain = Config.fromfile(path), Config.fromfile(own_config(ADDRESS))
    # A scope of its own would hide the names of other packages.
    assert 'mmrazor_ssdkd' not in str(cfg.student)
    found = {**cfg.to_dict()}
    del found['student']
    assert found == plain.to_dict()


def test_cfg_path():
    """mmengine's hub and this package build the model."""
    cfg = get_config(ADDRESS)
    assert cfg.model == Config.fromfile(own_config(ADDRESS)).model
    assert isinstance(get_model(ADDRESS), ImageClassifier)
    assert isinstance(
        build_model(dict(cfg_path=ADDRESS), 'teacher'), ImageClassifier
    )


def test_no_weights_are_published():
    """A `pretrained` that nothing stands behind is an error."""
    for build in (get_config, get_model):
        with pytest.raises(ValueError, match='`pretrained` must be False'):
            build(ADDRESS, pretrained=True)
    cfg = dict(cfg_path=ADDRESS, pretrained=True)
    with pytest.raises(ValueError, match=r'`teacher\.pretrained`'):
        build_model(cfg, 'teacher')


@pytest.mark.parametrize('name', ['none', 'x' * 300, 'a\0'])
def test_unknown_config(name):
    """The message has the address."""
    with pytest.raises(FileNotFoundError, match=r'mmrazor_ssdkd::.*\.py'):
        get_config(f'mmrazor_ssdkd::{name}.py')


def test_configs_of_a_wheel(tmp_path, monkeypatch):
    """They are those within the package where it has them."""
    package = tmp_path / 'mmrazor_ssdkd'
    configs = package / '.mim' / 'configs'
    configs.mkdir(parents=True)
    (configs / 'a.py').write_text('')
    module = str(package / 'compat' / Path(own_configs.__file__).name)
    monkeypatch.setattr(own_configs, '__file__', module)
    assert own_config('mmrazor_ssdkd::a.py') == (configs / 'a.py').resolve()
