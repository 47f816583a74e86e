"""Builds a teacher or a student from what a config says of it."""

import copy
import os
from typing import Any, NamedTuple, Optional, TypeVar, Union

from mmengine.config import Config, ConfigDict
from mmengine.hub import get_config
from mmengine.model import BaseDataPreprocessor, BaseModule
from mmengine.registry import DefaultScope
from mmengine.utils import import_modules_from_strings
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from torch import nn

from mmrazor_ssdkd.blame import blamed, check_config
from mmrazor_ssdkd.validation import shown

from ..compat.mmcls_names import current_scope
from ..compat.own_configs import is_own, own_config
from .checkpoint import load_weights
from .loaded_weights import initialize_rest, note_loading
from .plain_networks import check_has_modes
from .published_weights import forget_published

__all__ = [
    'ModelConfig',
    'build_model',
    'build_part',
    'build_teacher',
    'mark_initialized',
    'resolve_model',
]

Part = TypeVar('Part')
# What may stand beside `cfg_path` and is not part of the model.
_CONTROLS = ('cfg_path', 'pretrained', '_scope_')


class ModelConfig(NamedTuple):
    """A model's config as it will be built."""

    model: ConfigDict
    scope: Optional[str]
    weights: Optional[str]
    # The `custom_imports` of the file that it comes from.
    imports: Optional[dict] = None


def build_model(
    cfg: Union[dict, nn.Module],
    name: str,
    data_preprocessor: Optional[dict] = None,
) -> nn.Module:
    """Builds a model as MMRazor does, and ignores nothing.

    Args:
        cfg (dict | nn.Module): A built model, or a config as for
            :func:`resolve_model`.
        name (str): The argument that ``cfg`` was given as, for messages.
        data_preprocessor (dict, optional): Taken where the model config has
            none of its own. Defaults to None.

    Returns:
        nn.Module: The model.

    Raises:
        TypeError: ``cfg`` is neither a dict nor a module, or has something
            else for a data preprocessor.
        ValueError: It cannot be built, a setting beside ``cfg_path`` would
            be ignored, the published weights are unfit, or it is a network
            without a ``mode``, which wants an adapter.
    """
    if isinstance(cfg, nn.Module):
        check_has_modes(cfg, name)
        _check_preprocessor(cfg, name)
        return cfg
    check_config(name, cfg)
    rule = 'the config of a model'
    if data_preprocessor is not None:
        rule += ' that can be built with the shared `data_preprocessor`'
    with blamed(name, rule):
        resolved = resolve_model(cfg, name, data_preprocessor)
        with DefaultScope.overwrite_default_scope(resolved.scope):
            model = MMRAZOR_MODELS.build(resolved.model)
    check_has_modes(model, name)
    _check_preprocessor(model, name)
    if resolved.weights:
        load_weights(model, resolved.weights, f'{name}.pretrained')
        mark_initialized(model)
    return model


def resolve_model(
    cfg: dict, name: str, data_preprocessor: Optional[dict] = None
) -> ModelConfig:
    """Finds out what a model config asks for.

    Args:
        cfg (dict): A model config, or ``dict(cfg_path=...,
            pretrained=False)``. ``cfg_path`` names a config file, of a package
            as ``'mmpretrain::resnet/...'`` or by its path; ``pretrained``
            loads the weights that the package publishes for it. Without it
            nothing is loaded, not even a backbone that the file takes from
            ImageNet: write such a model inline.
        name (str): The argument that ``cfg`` was given as, for messages.
        data_preprocessor (dict, optional): Taken where the model config has
            none of its own. Defaults to None.

    Returns:
        ModelConfig: The model's own config, the scope of its bare names (None:
        the current one), the address of its weights (None: random) and what
        its file imports.

    Raises:
        TypeError: ``cfg`` is no dict, or its ``cfg_path`` no path.
        ValueError: A setting beside ``cfg_path`` would be ignored.
    """
    check_config(name, cfg)
    scope, weights, imports = None, None, None
    model = ConfigDict(copy.deepcopy(cfg))
    if 'cfg_path' in cfg:
        path, pretrained = cfg['cfg_path'], cfg.get('pretrained')
        if pretrained not in (None, True, False):
            raise ValueError(
                f'`{name}.pretrained` must be True or False beside '
                f'`cfg_path`, but got {pretrained!r}'
            )
        if not isinstance(path, (str, os.PathLike)):
            raise TypeError(
                f'`{name}.cfg_path` must be a path or an address, but got '
                f'{shown(path)}'
            )
        file, scope = _read_config(str(path), name, pretrained)
        model, weights = file.model, file.get('model_path')
        imports = file.get('custom_imports')
        if pretrained and not weights:
            raise ValueError(
                f'`{name}.pretrained` must be False for {path!r}, for which '
                f'no weights are published, but got {pretrained!r}'
            )
        if not pretrained:
            forget_published(model)
        if 'data_preprocessor' in file:
            model.setdefault('data_preprocessor', file.data_preprocessor)
        extra = {k: v for k, v in cfg.items() if k not in _CONTROLS}
        _check_extra(extra, model, name, str(path))
        model.update(extra)
    if data_preprocessor is not None:
        inner = _innermost(model)
        # None in its place would leave images as they are, without a word.
        if inner.get('data_preprocessor') is None:
            inner['data_preprocessor'] = data_preprocessor
    return ModelConfig(model, scope, weights, imports)


def build_teacher(
    cfg: Union[dict, nn.Module],
    checkpoint: Optional[str] = None,
    data_preprocessor: Optional[dict] = None,
    names: tuple[str, str] = ('teacher', 'teacher_ckpt'),
) -> nn.Module:
    """Builds a teacher, loads its weights and freezes it for good.

    Args:
        cfg (dict | nn.Module): As for :func:`build_model`.
        checkpoint (str, optional): Path or http(s) URL of its weights.
            Defaults to None: those that ``cfg`` comes with, or that the
            network reads while it is built.
        data_preprocessor (dict, optional): Taken where the model config has
            none of its own. Defaults to None.
        names (tuple[str, str]): The arguments that ``cfg`` and ``checkpoint``
            were given as, for messages. Defaults to ('teacher',
            'teacher_ckpt').

    Returns:
        nn.Module: The teacher, in eval mode and without gradients.

    Raises:
        TypeError: ``cfg`` is neither a dict nor a module.
        ValueError: As in :func:`build_model`, or the checkpoint is unfit.
    """
    with note_loading():
        teacher: Any = build_model(cfg, names[0], data_preprocessor)
    if checkpoint is not None:
        load_weights(teacher, checkpoint, names[1])
    elif isinstance(cfg, dict) and not _is_published(cfg):
        initialize_rest(teacher, cfg, names[1])
    mark_initialized(teacher)
    return teacher.eval().requires_grad_(False)


def build_part(
    cfg: Optional[dict], name: str, kind: type[Part], optional: bool = False
) -> Part:
    """Builds a component and checks that it fills its slot.

    Args:
        cfg (dict): Its config; a bare name is MMRazor's.
        name (str): The argument that ``cfg`` was given as, for messages.
        kind (type): What it has to be.
        optional (bool): Whether the config, or its type, may be left out,
            for one of that very kind. Defaults to False.

    Returns:
        object: Of that kind.

    Raises:
        TypeError: It is no config, or of another kind.
        ValueError: It cannot be built.
    """
    check_config(name, cfg, optional)
    if optional:
        cfg = {'type': f'mmrazor_ssdkd.{kind.__name__}', **(cfg or {})}
    with blamed(name, f'the config of a mmrazor_ssdkd.{kind.__name__}'):
        part = MMRAZOR_MODELS.build(cfg)
    if not isinstance(part, kind):
        raise TypeError(
            f'`{name}` must be a mmrazor_ssdkd.{kind.__name__}, but got '
            f'{type(part).__name__}'
        )
    return part


def _check_preprocessor(model: nn.Module, name: str) -> None:
    """Raises a TypeError for a data preprocessor that is none."""
    found = getattr(model, 'data_preprocessor', None)
    if found is not None and not isinstance(found, BaseDataPreprocessor):
        raise TypeError(
            f'`{name}.data_preprocessor` must be a BaseDataPreprocessor, but '
            f'got {type(found).__name__}'
        )


def _innermost(model: ConfigDict) -> ConfigDict:
    """Returns the network's own config, within one that prunes it.

    MMRazor's ``GroupFisherDeploySubModel`` ignores what stands beside it.
    """
    while isinstance(model.get('architecture'), dict):
        model = model.architecture
    return model


def mark_initialized(model: Any) -> None:
    """Keeps the runner, which initialises all the others, away.

    Args:
        model (nn.Module): Changed in place.
    """
    if isinstance(model, BaseModule):
        model._is_init = True
    else:
        # It asks others for this before it calls their `init_weights`.
        model.is_init = True


def _read_config(
    path: str, name: str, pretrained: Optional[bool]
) -> tuple[Config, str]:
    """Returns a config file and the scope that its bare names are of."""
    if '::' in path and not is_own(path):
        scope = current_scope(path.split('::')[0])
        file = get_config(path, bool(pretrained))
        import_modules_from_strings(f'{scope}.models')
        return file, scope
    if pretrained:
        raise ValueError(
            f'`{name}.pretrained` must be False for a config file of your own '
            "(a teacher's weights go into `teacher_ckpt` or `ckpt_path`), but "
            f'got {pretrained!r} with {path!r}'
        )
    file = Config.fromfile(own_config(path) if is_own(path) else path)
    return file, current_scope(file.get('default_scope', 'mmpretrain'))


def _is_published(cfg: dict) -> bool:
    """Returns whether a config asks for a package's published weights."""
    # Of an inline model, `pretrained` is mmseg's key for the backbone.
    return bool('cfg_path' in cfg and cfg.get('pretrained'))


def _check_extra(
    extra: dict[str, Any], model: dict, name: str, path: str
) -> None:
    """Raises a ValueError for a setting that the file has already made."""
    for key, value in extra.items():
        if key in model and model[key] != value:
            raise ValueError(
                f'`{name}.{key}` must not stand beside `{name}.cfg_path`, '
                f'since {path!r} sets it: change it in a config that inherits '
                f'from that file (or, for an inline model over a base with a '
                f'`cfg_path`, add `_delete_=True`), but got {value!r}'
            )
