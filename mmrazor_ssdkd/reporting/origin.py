"""Where a run comes from: networks, weights, command, seed, versions."""

import os
from pathlib import Path
from typing import Any, Optional

from mmengine.config import Config

from .facts import Fact, duration, number
from .records import Record
from .runs import Run, find_runs
from .scalars import Scalars, read_scalars
from .status import Saved

__all__ = ['origin_facts', 'teachers_metrics']


def origin_facts(
    run: Run,
    config: Optional[Config],
    record: Record,
    saved: Saved,
    scalars: Scalars,
) -> list[Fact]:
    """Returns what made a run.

    Args:
        run (Run): Which one.
        config (Config, optional): Its config.
        record (Record): What it noted.
        saved (Saved): Its checkpoint.
        scalars (Scalars): What it logged.

    Returns:
        list[Fact]: What is not known says so.
    """
    facts = [_text('work_dir', 'folder', str(run.work_dir.resolve()))]
    if saved.meta.get('experiment_name'):
        name = str(saved.meta['experiment_name'])
        facts.append(_text('experiment_name', 'experiment', name))
    model: Any = {} if config is None else config.get('model') or {}
    for key, label in (
        ('teacher_ckpt', "teacher's weights"),
        ('student_init', 'student starts from'),
    ):
        if model.get(key):
            facts.append(_text(key, label, _short(model[key])))
    for name, entry in (model.get('teachers') or {}).items():
        text = str(entry.get('ckpt_path'))
        facts.append(_text(f'teachers.{name}', f'teacher {name}', text))
    seed = record.seed if record.seed is not None else saved.meta.get('seed')
    facts += [
        _text('command', 'command', record.command or 'not recorded'),
        _text('seed', 'seed', 'not recorded')
        if seed is None
        else number('seed', 'seed', seed, 'd'),
        _text(
            'versions',
            'versions',
            ', '.join(f'{k} {v}' for k, v in record.versions.items())
            or 'not recorded',
        ),
    ]
    facts.append(_text('started', 'started', str(record.started)))
    facts.append(duration('seconds', 'took', record.seconds))
    if len(run.starts) > 1:
        facts.append(number('starts', 'gone on with', len(run.starts) - 1))
    if scalars.train:
        steps = scalars.train[-1]['step']
        facts.append(number('step', 'last logged step', steps))
    made = scalars.last('buffer.synthesized')
    if made is not None:
        facts.append(number('buffer.synthesized', 'images made', made))
    if saved.path is not None:
        facts.append(_text('checkpoint', 'checkpoint', Path(saved.path).name))
    return facts


def teachers_metrics(config: Config, metrics: list[str]) -> list[Fact]:
    """Returns what a teacher's own training last measured.

    Args:
        config (Config): Of a distillation.
        metrics (list[str]): Names of what the student was measured by.

    Returns:
        list[Fact]: From the logs beside the teacher's weights; empty where
        there are none.
    """
    source = config.model.get('teacher_ckpt')
    if not isinstance(source, str):
        return []
    folder = Path(os.path.expanduser(source)).parent
    # Unlike its namesake it takes what can be no name of a folder.
    if not os.path.isdir(folder):
        return []
    try:
        runs = [run for run in find_runs(folder) if run.work_dir == folder]
    except ValueError:
        return []
    if not runs:
        return []
    scalars = read_scalars(runs[-1].starts)
    return [
        Fact(f'teacher.{key}', key, value, f'{value:.4g}')
        for key in metrics
        for value in [scalars.last(key)]
        if value is not None
    ]


def _text(key: str, label: str, text: str) -> Fact:
    """Returns what is no figure."""
    return Fact(key, label, None, text)


def _short(value: Any) -> str:
    """Returns a setting in words: a config by its type and arguments."""
    if not isinstance(value, dict):
        return str(value)
    rest = {k: v for k, v in value.items() if k != 'type'}
    arguments = ', '.join(f'{key}={v!r}' for key, v in rest.items())
    kind = str(value.get('type', '')).split('.')[-1]
    return f'{kind} ({arguments})' if arguments else kind
