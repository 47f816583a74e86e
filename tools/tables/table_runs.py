"""The single runs of a table: configs trained as a plan says."""

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from buffer_figures import buffer_figures
from machine_name import machine_name
from mmengine.config import Config
from mmengine.runner import Runner
from training_curve import TrainingCurve

from mmrazor_ssdkd.cli.mixed_precision import use_amp
from mmrazor_ssdkd.cli.outputs import write_json
from mmrazor_ssdkd.engine import (
    check_runner,
    check_training,
    held,
    load_config,
    set_epochs,
)
from mmrazor_ssdkd.fidelity import add_fidelity, add_hook
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.validation import check_int

# In a run; one that is cut off loses at most a tenth of its epochs.
CHECKPOINTS = 10
# What every plan has.
_SETTINGS: dict[str, type] = dict(
    teacher=str, config=str, metric=str, epochs=Sequence, rows=dict
)


def check_plan(plan: Config) -> None:
    """Raises an error for what is no plan, before anything is run.

    Args:
        plan (Config): As it was read, with its bases.

    Raises:
        TypeError: A setting is of another kind.
        ValueError: One is missing, or a number of epochs is < 1.
    """
    missing = [name for name in _SETTINGS if not plan.get(name)]
    if missing:
        raise ValueError(
            f'`plan` must have {", ".join(_SETTINGS)}, but {plan.filename!r} '
            f'has no {", ".join(missing)}'
        )
    for name, kind in _SETTINGS.items():
        if not isinstance(plan[name], kind):
            raise TypeError(
                f'`{name}` must be a {kind.__name__}, but got {plan[name]!r}'
            )
    for epochs in plan.epochs:
        check_int('epochs', epochs)
    for row, options in plan.rows.items():
        if not isinstance(options, dict):
            raise TypeError(
                f'`rows` must be dicts of settings, but got {options!r} for '
                f'{row!r}'
            )


def set_teacher(cfg: Config, checkpoint: str) -> None:
    """Says where a distillation's one teacher has its weights.

    Args:
        cfg (Config): Of SSD-KD, of one of MMRazor's algorithms with a
            single teacher, or of a training without one, changed in place.
        checkpoint (str): Path or URL of the weights.
    """
    # MMRazor's data-free algorithms name their teachers.
    if 'teachers' in cfg.model:
        (teacher,) = cfg.model.teachers.values()
        teacher.ckpt_path = checkpoint
    elif 'teacher' in cfg.model:
        cfg.model.teacher_ckpt = checkpoint


def train(
    cfg: Config, seed: int, plan: Config
) -> tuple[Runner, list[dict[str, Any]]]:
    """Trains a config with a seed; its last iteration is what counts.

    Goes on from the last checkpoint of a run that was cut off.

    Args:
        cfg (Config): What to train, changed in place.
        seed (int): The seed.
        plan (Config): Names the metric, and says whether mixed precision is
            on.

    Returns:
        tuple: The runner, and a point for every validation as
        ``TrainingCurve`` notes them.
    """
    check_training(cfg)
    cfg.randomness = dict(seed=seed)
    cfg.log_level = 'WARNING'
    if plan.get('amp'):
        use_amp(cfg.optim_wrapper)
    interval = math.ceil(cfg.train_cfg.max_epochs / CHECKPOINTS)
    cfg.default_hooks.checkpoint.update(interval=interval, max_keep_ckpts=1)
    cfg.resume = True
    curve = TrainingCurve(plan.metric)
    with held(cfg.work_dir):
        runner = Runner.from_cfg(cfg)
        check_runner(runner)
        runner.register_hook(curve)
        runner.train()
    return runner, curve.points


def teacher_result(plan: Config, out: Path, seed: int) -> dict[str, Any]:
    """Returns the result of a seed's teacher, training it once.

    Args:
        plan (Config): The plan.
        out (Path): The folder of all runs.
        seed (int): The seed.

    Returns:
        dict: What is in its JSON file; its weights are what the file
        ``last_checkpoint`` beside it names.
    """
    work_dir = out / f'teacher_{seed}'
    path = work_dir / 'result.json'
    if path.exists():
        return json.loads(path.read_text())
    cfg = load_config(
        plan.teacher, str(work_dir), plan.get('teacher_options', {})
    )
    set_epochs(cfg, plan.get('teacher_epochs', cfg.train_cfg.max_epochs), 1)
    _, points = train(cfg, seed, plan)
    # Steps, seconds, cpu_seconds and score.
    result = dict(seed=seed, **points[-1])
    write_json(path, result)
    return result


def teacher_checkpoint(plan: Config, out: Path, seed: int) -> str:
    """Returns the path of the weights of a seed's teacher."""
    teacher_result(plan, out, seed)
    work_dir = out / f'teacher_{seed}'
    named = (work_dir / 'last_checkpoint').read_text().strip()
    # What it names is elsewhere once the table's folder was moved.
    beside = work_dir / Path(named).name
    return str(beside) if beside.is_file() else named


def folder_name(row: str) -> str:
    """Returns what the folders of a row's runs begin with."""
    return ''.join(c if c.isalnum() else '-' for c in row)


def check_folders(rows: Iterable[str]) -> None:
    """Raises a ValueError for rows whose runs would share folders.

    Args:
        rows (Iterable[str]): The names of a plan's rows.

    Raises:
        ValueError: Names differ in nothing but case, spaces and punctuation.
    """
    first: dict[str, str] = {}
    for row in rows:
        # Some file systems take both cases for one.
        other = first.setdefault(folder_name(row).casefold(), row)
        if other != row:
            raise ValueError(
                '`rows` must have names that differ in letters or digits or '
                f'in length, but got {other!r} and {row!r}'
            )


def result_path(row: str, epochs: int, seed: int, out: Path) -> Path:
    """Returns the path of the JSON file of a run, in its work directory."""
    return out / f'{folder_name(row)}_{epochs}e_{seed}' / 'result.json'


def options_of(plan: Config, row: str) -> dict[str, Any]:
    """Returns the settings of a row, with those of all rows."""
    return {**plan.get('cfg_options', {}), **plan.rows[row]}


def config_of(plan: Config, row: str, work_dir: Path) -> Config:
    """Returns the config of a row, as long as it says itself.

    Args:
        plan (Config): The plan.
        row (str): Its row.
        work_dir (Path): Where it writes.
    """
    options = options_of(plan, row)
    options.pop('epoch_factor', None)
    config = options.pop('config', plan.config)
    cfg = load_config(config, str(work_dir), options)
    add_fidelity(cfg)
    if plan.get('fidelity'):
        add_hook(cfg)
    return cfg


def run(
    plan: Config, row: str, epochs: int, seed: int, out: Path
) -> dict[str, Any]:
    """Returns the result of one run, running it if there is none.

    Args:
        plan (Config): The plan.
        row (str): Its row.
        epochs (int): How long.
        seed (int): The seed of the student and of its teacher.
        out (Path): The folder of all runs.

    Returns:
        dict: What is in its JSON file.
    """
    path = result_path(row, epochs, seed, out)
    if path.exists():
        return json.loads(path.read_text())
    options = options_of(plan, row)
    cfg = config_of(plan, row, path.parent)
    set_teacher(cfg, teacher_checkpoint(plan, out, seed))
    own_epochs = max(1, round(options.pop('epoch_factor', 1) * epochs))
    set_epochs(cfg, own_epochs, plan.get('validations', 1))
    options.pop('config', None)
    runner, points = train(cfg, seed, plan)
    result = dict(
        row=row,
        epochs=epochs,
        seed=seed,
        options=options,
        # Steps, seconds, cpu_seconds, score and, if measured, fidelity.
        **points[-1],
        points=points,
        synthesized=getattr(runner.model, 'num_synthesized', 0),
        machine=machine_name(),
    )
    if isinstance(runner.model, SSDKD):
        result['buffer'] = buffer_figures(runner.model.replay_buffer)
    write_json(path, result)
    return result
