"""Lets configs name this package's own as ``mmrazor_ssdkd::...``."""

import os
from functools import wraps
from pathlib import Path
from typing import Any, Optional

import mmengine.hub
from mmengine.config import Config
from mmengine.hub import hub
from mmengine.registry import MODELS, DefaultScope
from torch import nn

__all__ = ['is_own', 'mend_own_configs', 'own_config', 'own_folder']

_PREFIX = 'mmrazor_ssdkd::'


def mend_own_configs() -> None:
    """Resolves ``mmrazor_ssdkd::...`` as a base and as a ``cfg_path``.

    mmengine knows the packages of OpenMMLab alone, looks for configs within
    an installed wheel alone, and takes bare names in them for the package's
    own, where these are MMRazor's or of the file's ``default_scope``.
    """
    if hasattr(hub.get_config, '__wrapped__'):
        return
    _mend_bases()
    _mend_hub()


def own_folder() -> Path:
    """Returns where the configs and the tools lie: a wheel's or a clone's."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / '.mim'
    return shipped if shipped.is_dir() else package.parent


def is_own(address: str) -> bool:
    """Returns whether an address names a config of this package."""
    return address.startswith(_PREFIX)


def own_config(address: str) -> Path:
    """Returns the file that an address of this package names.

    Args:
        address (str): Such as ``'mmrazor_ssdkd::_base_/default_runtime.py'``.

    Returns:
        Path: Of the config.

    Raises:
        FileNotFoundError: There is none.
    """
    path = own_folder() / 'configs' / address.removeprefix(_PREFIX)
    # Unlike its namesake it takes what can be no name of a file.
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f'`config` must be a config of mmrazor_ssdkd, but got {address!r} '
            f'and there is no {str(path)!r}'
        )
    return path


def _mend_bases() -> None:
    """Resolves a base; it keeps its own scopes, as a file beside it would."""
    find_base = Config._get_cfg_path

    @wraps(find_base)
    def get_cfg_path(
        cfg_path: str, filename: str
    ) -> tuple[str, Optional[str]]:
        if is_own(cfg_path):
            return str(own_config(cfg_path)), None
        return find_base(cfg_path, filename)

    Config._get_cfg_path = staticmethod(get_cfg_path)


def _mend_hub() -> None:
    """Resolves a ``cfg_path``."""
    find_config, find_model = hub.get_config, hub.get_model

    @wraps(find_config)
    def get_config(cfg_path: str, pretrained: bool = False) -> Config:
        if is_own(cfg_path):
            _check_pretrained(cfg_path, pretrained)
            return Config.fromfile(own_config(cfg_path))
        return find_config(cfg_path, pretrained)

    @wraps(find_model)
    def get_model(
        cfg_path: str, pretrained: bool = False, **kwargs: Any
    ) -> nn.Module:
        if not is_own(cfg_path):
            return find_model(cfg_path, pretrained, **kwargs)
        cfg = get_config(cfg_path, pretrained)
        if 'data_preprocessor' in cfg:
            cfg.model.data_preprocessor = cfg.data_preprocessor
        scope = cfg.get('default_scope', 'mmpretrain')
        with DefaultScope.overwrite_default_scope(scope):
            return MODELS.build(cfg.model, default_args=kwargs)

    for module in (hub, mmengine.hub):
        module.get_config, module.get_model = get_config, get_model


def _check_pretrained(address: str, pretrained: bool) -> None:
    """Raises a ValueError for weights that nobody has published."""
    if pretrained:
        raise ValueError(
            f'`pretrained` must be False for {address!r}, for which no '
            f'weights are published, but got {pretrained!r}'
        )
