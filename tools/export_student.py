"""Takes the student out of a distillation checkpoint.

Writes a checkpoint that plain mmpretrain or mmsegmentation loads, and beside
it, with the suffix .py, the student's config for them. The weights of a plain
network in an adapter have the names that the network itself loads.
"""

import io
from pathlib import Path
from typing import Any, Optional

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import nn

from mmrazor_ssdkd.checkpoints.weights import named_weights
from mmrazor_ssdkd.cli.config_files import config_files
from mmrazor_ssdkd.cli.config_text import merge_imports, with_names
from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.outputs import StrPath, add_force, check_output
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.compat.mmcls_names import current_scope
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config
from mmrazor_ssdkd.files import write_bytes, write_text
from mmrazor_ssdkd.models.building import build_model, resolve_model
from mmrazor_ssdkd.models.checkpoint import load_checkpoint, read_checkpoint

_PREFIX = 'architecture.'
# What an ordinary config of the student needs to be evaluated with.
_EVALUATION = (
    'test_dataloader',
    'test_evaluator',
    'test_cfg',
    'val_dataloader',
    'val_evaluator',
    'val_cfg',
    'env_cfg',
)


def export_student(
    config: Config, checkpoint: str, out: str, force: bool = False
) -> None:
    """Writes the student's weights and config.

    Args:
        config (Config): The config that it was distilled with.
        checkpoint (str): Path or URL of the distillation's checkpoint.
        out (str): Path of the checkpoint to write.
        force (bool): Whether files that exist may be replaced, but for the
            checkpoint and the config with its bases. Defaults to False.

    Raises:
        ValueError: The checkpoint is no distillation's, or of another student,
            or something would be replaced.
        OSError: A file cannot be written.
    """
    path = Path(out)
    if path.suffix == '.py':
        raise ValueError(
            '`out` must not end in .py, which is for the config beside it, '
            f'but got {out!r}'
        )
    inputs: list[StrPath] = [checkpoint, *config_files(config.filename)]
    for written in (path, path.with_suffix('.py')):
        check_output('out', written, force, inputs)
    saved = read_checkpoint(checkpoint, 'checkpoint')
    weights = {
        key.removeprefix(_PREFIX): value
        for key, value in named_weights(
            saved, checkpoint, 'checkpoint'
        ).items()
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
    write_bytes(path, exported.getvalue())
    write_text(path.with_suffix('.py'), text)


def _load_student(
    config: Config, weights: dict[str, Any], checkpoint: str
) -> nn.Module:
    """Returns the student, or raises a ValueError for unfit weights."""
    scope = config.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        student = build_model(
            config.model.architecture,
            'architecture',
            _shared_preprocessor(config),
        )
    load_checkpoint(student, weights, checkpoint, 'checkpoint')
    return student


def _shared_preprocessor(config: Config) -> Optional[dict]:
    """Returns what a student without its own data preprocessor takes."""
    top_level = config.get('data_preprocessor')
    return config.model.get('data_preprocessor', top_level)


def student_config(config: Config) -> Config:
    """Returns an ordinary config of the student, to evaluate it with."""
    resolved = resolve_model(
        config.model.architecture,
        'architecture',
        _shared_preprocessor(config),
    )
    scope = resolved.scope or current_scope(
        config.get('default_scope', 'mmpretrain')
    )
    kept = {key: config[key] for key in _EVALUATION if key in config}
    exported = with_names(
        dict(default_scope=scope, model=resolved.model, **kept)
    )
    imports = merge_imports(
        str(exported), config.get('custom_imports'), resolved.imports
    )
    if imports:
        exported['custom_imports'] = imports
    return Config(exported)


@tool
def main() -> None:
    """Runs the export."""
    parser = Parser(__doc__)
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', help='path of the checkpoint to write')
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    config = read_config(args)
    export_student(config, args.checkpoint, args.out, args.force)
    print(f'Wrote {args.out} and {Path(args.out).with_suffix(".py")}')


if __name__ == '__main__':
    main()
