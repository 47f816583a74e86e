"""The text of a config."""

import textwrap
from collections.abc import Mapping
from typing import Any, Optional

from mmengine.config import Config

from mmrazor_ssdkd.compat.own_configs import own_config
from mmrazor_ssdkd.engine import set_epochs

from .facts import Facts
from .rendering import assignment, rendered
from .sizes import bases, model_settings, schedule

__all__ = ['describe', 'write_config']

_INHERITED_RATE = 0.05
# Of the epochs from random weights: as on the slim CIFAR-10 pair, and as on
# the digit scenes.
_INHERITED_SHARE, _INHERITED_SHARE_OF_MAPS = 0.1, 0.5
_COMMENTS = {
    'teacher': 'Its images and weights are its own; no file loads others.',
    'teacher_ckpt': 'None: those that the teacher comes with.',
    'architecture': 'The student.',
    'student_init': (
        "Starts from what fits of the teacher's weights; 'random' is the "
        "paper's protocol."
    ),
    'generator': 'Of the size that the networks take.',
    'replay_buffer': (
        'Bytes: a value of an image one, a pixel of the maps 6, and 4 for '
        'each of its classes unless store_logits=False.'
    ),
    'bn_loss': (
        'There is no BatchNorm that remembers images: a prior takes its place.'
    ),
    'synthesis': 'An inherited student needs few images to begin with.',
    'distillation': 'Keeps its features near those that they came from.',
}


def write_config(
    teacher: Mapping[str, Any],
    checkpoint: Optional[str],
    student: Mapping[str, Any],
    facts: Facts,
    inherited: Mapping[str, dict[str, Any]],
    title: str,
    epochs: Optional[int] = None,
) -> str:
    """Returns a config of a distillation as text.

    Args:
        teacher (Mapping): Its config.
        checkpoint (str, optional): Its weights; None for those that it comes
            with.
        student (Mapping): Its config.
        facts (Facts): What the teacher is.
        inherited (Mapping): From ``inherited_settings``.
        title (str): What the file is, in a line.
        epochs (int, optional): How long it trains, >= 1. Defaults to None:
            as long as its bases, a student born from its teacher a part of
            that.

    Returns:
        str: The file.
    """
    names = bases(facts)
    base = Config.fromfile(own_config(names[0]))
    # A base may have another one.
    replaced = dict(_delete_=True) if 'teacher' in base.model else {}
    settings = model_settings(facts, base.model.replay_buffer.max_size)
    model = dict(
        teacher={**replaced, **teacher},
        teacher_ckpt=checkpoint,
        architecture=dict(student),
        **_merged(inherited, settings),
    )
    lines = [
        f'# {title}',
        f'# The teacher: {describe(facts)}.',
        *assignment('_base_', names),
        *(['', "default_scope = 'mmseg'"] if facts.map_size else []),
        '',
        'model = dict(',
        *_settings(model),
        ')',
        *_training(facts, bool(inherited)),
        *_length(names, facts, bool(inherited), epochs),
        '',
        '# Runs without any data. To measure the student, take these three',
        '# and val_cfg = dict() from a config of your test set.',
        'val_cfg = None',
        'val_dataloader = None',
        'val_evaluator = None',
    ]
    return '\n'.join(lines) + '\n'


def describe(facts: Facts) -> str:
    """Returns what a teacher is, in words.

    Args:
        facts (Facts): Of the teacher.
    """
    size = 'x'.join(map(str, (facts.channels, *facts.image_size)))
    maps = ''
    if facts.map_size:
        maps = f' in maps of {"x".join(map(str, facts.map_size))}'
    return (
        f'{facts.num_classes} classes{maps}, images of {size}, '
        f'{facts.num_norms} BatchNorms'
    )


def _merged(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the settings of two, without parts that have none."""
    merged = dict(first)
    for key, value in second.items():
        merged[key] = {**merged.get(key, {}), **value}
    return {key: value for key, value in merged.items() if value}


def _settings(model: Mapping[str, Any]) -> list[str]:
    """Returns the settings of `model`, each under what it is for."""
    lines = []
    for key, value in model.items():
        # Lines of 79 characters, of which the indent takes four.
        words = textwrap.wrap(_COMMENTS.get(key, ''), 73)
        lines += [f'    # {line}' for line in words]
        text = rendered(value, 4, len(key) + 2)
        lines += f'    {key}={text},'.split('\n')
    return lines


def _training(facts: Facts, inherits: bool) -> list[str]:
    """Returns the settings of loader and optimizer."""
    lines = []
    loader = schedule(facts)
    if loader:
        lines += [
            '',
            '# How many synthetic images the student draws in an epoch.',
            *assignment('train_dataloader', loader),
        ]
    if inherits:
        rate = dict(architecture=dict(optimizer=dict(lr=_INHERITED_RATE)))
        lines += [
            '',
            '# What was copied is forgotten at higher rates.',
            *assignment('optim_wrapper', rate),
        ]
    return lines


def _length(
    names: list[str], facts: Facts, inherits: bool, epochs: Optional[int]
) -> list[str]:
    """Returns the settings of how long, where the bases say otherwise."""
    cfg = Config.fromfile(own_config(names[1]))
    old = cfg.train_cfg.max_epochs
    if epochs is None:
        share = (
            _INHERITED_SHARE_OF_MAPS if facts.map_size else _INHERITED_SHARE
        )
        epochs = max(1, round(share * old)) if inherits else old
    if epochs == old:
        return []
    set_epochs(cfg, epochs)
    schedules = cfg.to_dict()['param_scheduler']['architecture']
    return [
        '',
        f'# In place of {old}. `tools/train.py --epochs` trains longer.',
        *assignment('train_cfg', dict(max_epochs=epochs)),
        *assignment('param_scheduler', dict(architecture=schedules)),
    ]
