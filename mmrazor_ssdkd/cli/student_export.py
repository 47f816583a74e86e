"""Takes the student out of a distillation checkpoint."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import nn

from mmrazor_ssdkd.checkpoints.weights import named_weights
from mmrazor_ssdkd.compat.mmcls_names import current_scope
from mmrazor_ssdkd.deployment import FORMS, DeployedFile
from mmrazor_ssdkd.files import write_bytes, write_text
from mmrazor_ssdkd.models.building import build_model, resolve_model
from mmrazor_ssdkd.models.checkpoint import load_checkpoint, read_checkpoint
from mmrazor_ssdkd.type_names import type_name

from .config_text import merge_imports, with_names
from .dataset_meta import dataset_meta
from .deployment import (
    deploy_student,
    describe,
    describe_costs,
    measure_models,
)
from .distillations import shared_preprocessor
from .outputs import check_output

__all__ = ['export_student', 'student_config']

_PREFIX = 'architecture.'
# Of a test or a validation.
_PARTS = ('dataloader', 'evaluator', 'cfg')
# What measures a student beside its teacher.
_FIDELITY = {'FidelityLoop', 'FidelityTestLoop', 'FidelityMetric'}


def export_student(
    config: Config,
    checkpoint: str,
    out: str,
    force: bool = False,
    forms: Sequence[str] = (),
    image_size: Optional[Sequence[int]] = None,
) -> str:
    """Writes the student's weights and config, and what is deployed.

    Args:
        config (Config): The config that it was distilled with.
        checkpoint (str): Path or URL of the distillation's checkpoint.
        out (str): Path of the checkpoint to write.
        force (bool): Whether files that exist may be replaced, but for the
            checkpoint, the config with its bases and what it names.
            Defaults to False.
        forms (Sequence[str]): Forms to write beside it, keys of ``FORMS``.
            Defaults to none.
        image_size (Sequence[int], optional): Height and width of the images
            that these take. Defaults to None: those of the synthetic ones.

    Returns:
        str: What the networks cost, where there are ``forms``.

    Raises:
        ValueError: The checkpoint is no distillation's, or of another student,
            something would be replaced, or the student cannot be written in a
            form.
        OSError: A file cannot be written.
    """
    path = _check_outputs(out, forms, force, checkpoint, config)
    saved = read_checkpoint(checkpoint, 'checkpoint')
    state = named_weights(saved, checkpoint, 'checkpoint')
    weights = {
        key.removeprefix(_PREFIX): value
        for key, value in state.items()
        if key.startswith(_PREFIX)
    }
    if not weights:
        raise ValueError(
            f'`checkpoint` must hold weights under {_PREFIX!r}, but '
            f'{checkpoint!r} has none'
        )
    student = _load_student(config, weights, checkpoint)
    # An adapter takes a plain network's own names, and so does the network.
    prefix = getattr(student, 'weight_prefix', '')
    weights = {
        key.removeprefix(prefix): value.contiguous()
        if isinstance(value, torch.Tensor)
        else value
        for key, value in weights.items()
    }
    exported = io.BytesIO()
    meta = {'dataset_meta': dataset_meta(config)}
    torch.save(dict(state_dict=weights, meta=meta), exported)
    text = student_config(config).pretty_text
    files: dict[str, DeployedFile] = {}
    if forms:
        files, images = deploy_student(
            student, config, state, forms, image_size
        )
    write_bytes(path, exported.getvalue())
    write_text(path.with_suffix('.py'), text)
    for form, file in files.items():
        write_bytes(path.with_suffix(FORMS[form].suffix), file.data)
    if not files:
        return ''
    costs = _costs(student, config, files, images)
    return f'{describe(files)}\n{costs}'


def _costs(
    student: nn.Module,
    config: Config,
    files: dict[str, DeployedFile],
    images: torch.Tensor,
) -> str:
    """Returns what the networks cost, in words, or why no one knows."""
    try:
        costs = measure_models(student, config, files, images)
    # The student is written by now, and a teacher need not take its images.
    except Exception as error:
        return f'The cost was not measured: {type(error).__name__}: {error}'
    return describe_costs(costs, images)


def _check_outputs(
    out: str,
    forms: Sequence[str],
    force: bool,
    checkpoint: str,
    config: Config,
) -> Path:
    """Returns the checkpoint's path, or raises an error."""
    path = Path(out)
    suffixes = ['.py', *(FORMS[form].suffix for form in forms)]
    if path.suffix in suffixes:
        raise ValueError(
            f'`out` must not end in {path.suffix}, which is for the '
            f'{"config" if path.suffix == ".py" else "network"} beside it, '
            f'but got {out!r}'
        )
    for written in (path, *map(path.with_suffix, suffixes)):
        check_output('out', written, force, [checkpoint, config])
    return path


def _load_student(
    config: Config, weights: dict[str, Any], checkpoint: str
) -> nn.Module:
    """Returns the student, or raises a ValueError for unfit weights."""
    scope = config.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        student = build_model(
            config.model.architecture,
            'architecture',
            shared_preprocessor(config),
        )
    load_checkpoint(student, weights, checkpoint, 'checkpoint')
    return student


def student_config(config: Config) -> Config:
    """Returns an ordinary config of the student, to evaluate it with."""
    resolved = resolve_model(
        config.model.architecture,
        'architecture',
        shared_preprocessor(config),
    )
    scope = resolved.scope or current_scope(
        config.get('default_scope', 'mmpretrain')
    )
    exported = with_names(
        dict(default_scope=scope, model=resolved.model, **_evaluation(config))
    )
    imports = merge_imports(
        str(exported), config.get('custom_imports'), resolved.imports
    )
    if imports:
        exported['custom_imports'] = imports
    return Config(exported)


def _evaluation(config: Config) -> dict[str, Any]:
    """Returns what an ordinary config needs to evaluate a student with.

    Not what measures it beside its teacher, which does not go along.
    """
    found = {'env_cfg': config.env_cfg} if 'env_cfg' in config else {}
    for stage in ('test', 'val'):
        names = [f'{stage}_{part}' for part in _PARTS]
        section = {key: config[key] for key in names if key in config}
        if _FIDELITY.isdisjoint(_kinds(section)):
            found.update(section)
    return found


def _kinds(cfg: Any) -> Iterator[str]:
    """Yields the names of all that a config builds, at any depth."""
    if isinstance(cfg, dict):
        yield type_name(cfg)
        cfg = list(cfg.values())
    if isinstance(cfg, (list, tuple)):
        for item in cfg:
            yield from _kinds(item)
