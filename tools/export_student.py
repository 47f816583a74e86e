"""Takes the student out of a distillation checkpoint.

Writes a checkpoint that plain mmpretrain or mmsegmentation loads, and beside
it, with the suffix .py, the student's config for them.
"""

import argparse
from pathlib import Path
from typing import Any, Optional

import torch
from mmengine.config import Config
from mmengine.fileio import list_from_file
from mmengine.registry import DATASETS, DefaultScope

from mmrazor_ssdkd.checkpoints.weights import named_weights
from mmrazor_ssdkd.engine import add_cfg_options, load_config
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


def export_student(config: Config, checkpoint: str, out: str) -> None:
    """Writes the student's weights and config.

    Args:
        config (Config): The config that it was distilled with.
        checkpoint (str): Path or URL of the distillation's checkpoint.
        out (str): Path of the checkpoint to write.

    Raises:
        ValueError: The checkpoint is no distillation's, or of another student.
    """
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
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_weights(config, weights, checkpoint)
    for key, value in weights.items():
        if isinstance(value, torch.Tensor):
            weights[key] = value.contiguous()
    meta = {'dataset_meta': dataset_meta(config)}
    partial = path.with_name(f'{path.name}.partial')
    torch.save(dict(state_dict=weights, meta=meta), partial)
    partial.replace(path)
    student_config(config).dump(path.with_suffix('.py'))


def dataset_meta(config: Config) -> dict[str, Any]:
    """Returns what plain OpenMMLab names and colours the classes by.

    The distillation's own dataset has no classes: they are those of the data
    that the config evaluates on, which is not read.
    """
    loader: dict[str, Any] = (
        config.get('test_dataloader') or config.get('val_dataloader') or {}
    )
    dataset: Any = loader.get('dataset') or {}
    # RepeatDataset and its like hold the dataset itself.
    while 'dataset' in dataset:
        dataset = dataset['dataset']
    meta: dict[str, Any] = {}
    if 'type' in dataset:
        scope = config.get('default_scope', 'mmpretrain')
        with (
            DefaultScope.overwrite_default_scope(scope),
            DATASETS.switch_scope_and_registry(None) as registry,
        ):
            meta.update(getattr(registry.get(dataset.type), 'METAINFO', {}))
    if dataset.get('classes') is not None:
        meta['classes'] = dataset['classes']
    meta.update(dataset.get('metainfo') or {})
    classes = meta.get('classes')
    if isinstance(classes, str):
        # A file of names, as the datasets take it.
        meta['classes'] = tuple(list_from_file(classes))
    elif classes is not None:
        meta['classes'] = tuple(classes)
    return meta


def _check_weights(
    config: Config, weights: dict[str, Any], checkpoint: str
) -> None:
    """Raises a ValueError unless the student takes the weights."""
    scope = config.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        student = build_model(
            config.model.architecture,
            'architecture',
            _shared_preprocessor(config),
        )
    load_checkpoint(student, weights, checkpoint, 'checkpoint')


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
    scope = resolved.scope or config.get('default_scope', 'mmpretrain')
    kept = {key: config[key] for key in _EVALUATION if key in config}
    return Config(dict(default_scope=scope, model=resolved.model, **kept))


def main() -> None:
    """Runs the export."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', help='path of the checkpoint to write')
    add_cfg_options(parser)
    args = parser.parse_args()
    written = Path(args.out).with_suffix('.py')
    if written.resolve() == Path(args.config).resolve():
        parser.error(
            f'`out` must not have the name of the config, since {written} '
            f'would be overwritten, but got {args.out}'
        )
    config = load_config(args.config, cfg_options=args.cfg_options)
    export_student(config, args.checkpoint, args.out)
    print(f'Wrote {args.out} and {written}')


if __name__ == '__main__':
    main()
