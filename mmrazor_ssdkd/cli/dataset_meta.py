"""Finds the names and colours of a config's classes."""

from typing import Any

from mmengine.config import Config
from mmengine.fileio import list_from_file
from mmengine.registry import DATASETS, DefaultScope

__all__ = ['dataset_meta']


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
            kind = dataset['type']
            if isinstance(kind, str):
                kind = registry.get(kind)
            meta.update(getattr(kind, 'METAINFO', {}))
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
