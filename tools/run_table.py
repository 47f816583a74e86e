"""Runs the rows of a table for several seeds and writes the table.

A plan is a config file with `teacher` and `config` (paths of configs),
`metric`, `epochs` (a list: one column each) and `rows`: settings to override
by dotted key, where the key `config` names another config and `epoch_factor`
how many of its epochs count as one (0.1 for an oracle whose epoch has ten
times SSD-KD's draws). The rows that `same_time` lists get one more column, of
as many epochs as take them the time that the first row needs for the first
column's. `validations` says how often a run is evaluated (once, at its end,
unless it says so), for `plot_curves.py`. Every run leaves a JSON file; what
has one is not run again.
"""

import argparse
import json
import math
import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.runner import Runner
from training_curve import TrainingCurve

from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.validation import check_int


def set_epochs(cfg: Config, epochs: int, validations: int = 1) -> None:
    """Changes how long a config trains, its schedules included.

    Args:
        cfg (Config): Of an epoch-based training, changed in place.
        epochs (int): The new number of epochs.
        validations (int): How many validations at most, the same number of
            epochs apart; the last epoch has one in any case. Defaults to 1.
    """
    old = cfg.train_cfg.max_epochs
    cfg.train_cfg.max_epochs = epochs
    cfg.train_cfg.val_interval = math.ceil(epochs / validations)
    schedules: Any = cfg.get('param_scheduler', [])
    if isinstance(schedules, dict) and 'type' not in schedules:
        schedules = [s for part in schedules.values() for s in part]
    for schedule in [schedules] if isinstance(schedules, dict) else schedules:
        if schedule.get('end') == old:
            schedule['end'] = epochs


def set_teacher(cfg: Config, checkpoint: str) -> None:
    """Says where a distillation's one teacher has its weights.

    Args:
        cfg (Config): Of SSD-KD, or of one of MMRazor's algorithms with a
            single teacher, changed in place.
        checkpoint (str): Path or URL of the weights.
    """
    # MMRazor's data-free algorithms name their teachers.
    if 'teachers' in cfg.model:
        (teacher,) = cfg.model.teachers.values()
        teacher.ckpt_path = checkpoint
    else:
        cfg.model.teacher_ckpt = checkpoint


def train(
    cfg: Config, seed: int, metric: str
) -> tuple[Runner, list[dict[str, Any]]]:
    """Trains a config with a seed; its last iteration is what counts.

    Args:
        cfg (Config): What to train, changed in place.
        seed (int): The seed.
        metric (str): Name of the metric.

    Returns:
        tuple: The runner, and a point for every validation as
        ``TrainingCurve`` notes them.
    """
    cfg.randomness = dict(seed=seed)
    cfg.log_level = 'WARNING'
    cfg.default_hooks.checkpoint.interval = cfg.train_cfg.max_epochs
    runner = Runner.from_cfg(cfg)
    curve = TrainingCurve(metric)
    runner.register_hook(curve)
    runner.train()
    return runner, curve.points


def teacher_checkpoint(plan: Config, out: Path, seed: int) -> str:
    """Returns the weights of a seed's teacher, training it once."""
    work_dir = out / f'teacher_{seed}'
    if not (work_dir / 'result.json').exists():
        cfg = load_config(plan.teacher, str(work_dir))
        set_epochs(cfg, cfg.train_cfg.max_epochs)
        _, points = train(cfg, seed, plan.metric)
        result = dict(seed=seed, score=points[-1]['score'])
        (work_dir / 'result.json').write_text(json.dumps(result))
    return (work_dir / 'last_checkpoint').read_text().strip()


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
    name = ''.join(c if c.isalnum() else '-' for c in row)
    work_dir = out / f'{name}_{epochs}e_{seed}'
    path = work_dir / 'result.json'
    if path.exists():
        return json.loads(path.read_text())
    options = dict(plan.rows[row])
    factor = options.pop('epoch_factor', 1)
    cfg = load_config(
        options.pop('config', plan.config), str(work_dir), options
    )
    set_teacher(cfg, teacher_checkpoint(plan, out, seed))
    own_epochs = max(1, round(factor * epochs))
    set_epochs(cfg, own_epochs, plan.get('validations', 1))
    runner, points = train(cfg, seed, plan.metric)
    result = dict(
        row=row,
        epochs=epochs,
        seed=seed,
        options=options,
        # Steps, seconds, cpu_seconds and score.
        **points[-1],
        points=points,
        synthesized=getattr(runner.model, 'num_synthesized', 0),
    )
    path.write_text(json.dumps(result, indent=2))
    return result


def epochs_in_the_same_time(
    epochs: int, first: list[dict[str, Any]], row: list[dict[str, Any]]
) -> int:
    """Returns how long a row may train to take the first row's time.

    Args:
        epochs (int): How long both trained.
        first (list[dict]): The first row's results.
        row (list[dict]): The row's.

    Returns:
        int: Epochs >= 1. On the CPU the processor's time counts, which other
        programs do not change; on a GPU the clock's.
    """
    clock = 'seconds' if torch.cuda.is_available() else 'cpu_seconds'
    ours, theirs = (sum(r[clock] for r in results) for results in (first, row))
    return max(1, round(epochs * ours / theirs))


def run_row(
    plan: Config, row: str, seeds: list[int], out: Path
) -> list[list[dict[str, Any]]]:
    """Returns a row's results by column, running what is missing."""

    def column(row: str, epochs: int) -> list[dict[str, Any]]:
        return [run(plan, row, epochs, seed, out) for seed in seeds]

    columns = [column(row, epochs) for epochs in plan.epochs]
    if row in plan.get('same_time', []):
        first = column(next(iter(plan.rows)), plan.epochs[0])
        epochs = epochs_in_the_same_time(plan.epochs[0], first, columns[0])
        columns.append(column(row, epochs))
    return columns


def take_turns(
    plan: Config, rows: Iterable[str], seeds: list[int], out: Path
) -> None:
    """Runs what is missing of the columns of equal epochs.

    One row after another for each seed, so that a machine that slows down
    does so for all of them.
    """
    for seed in seeds:
        for row in rows:
            for epochs in plan.epochs:
                result = run(plan, row, epochs, seed, out)
                print(f'{row}, seed {seed}: {result["score"]:.2f}', flush=True)


def pick_rows(
    rows: dict[str, dict[str, Any]], starts: list[str]
) -> dict[str, dict[str, Any]]:
    """Returns the rows whose names start with one of some strings.

    Raises:
        ValueError: No row's name starts with one of them.
    """
    for start in starts:
        if not any(name.startswith(start) for name in rows):
            raise ValueError(
                f'`rows` must start names of the plan, {list(rows)}, but got '
                f'{start!r}'
            )
    return {
        name: options
        for name, options in rows.items()
        if name.startswith(tuple(starts))
    }


def cell(results: list[dict[str, Any]]) -> str:
    """Returns mean, standard deviation and the single scores of a cell."""
    scores = [result['score'] for result in results]
    single = ', '.join(f'{score:.2f}' for score in scores)
    if len(scores) < 2:
        return single
    mean, spread = statistics.mean(scores), statistics.stdev(scores)
    return f'{mean:.2f} ± {spread:.2f} ({single})'


def main() -> None:
    """Runs what is missing, prints the rows and writes OUT/table.md."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('plan', help='path of the plan')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--seeds', type=int, nargs='+', default=[10, 11, 12])
    parser.add_argument(
        '--epochs', type=int, nargs='+', help="in place of the plan's"
    )
    parser.add_argument(
        '--rows',
        nargs='+',
        help='only rows whose names start with one; printed, not written',
    )
    parser.add_argument(
        '--validations', type=int, help="of a run, in place of the plan's"
    )
    args = parser.parse_args()
    plan = Config.fromfile(args.plan)
    plan.epochs = args.epochs or plan.epochs
    if args.validations is not None:
        plan.validations = check_int('validations', args.validations)
    rows = pick_rows(plan.rows, args.rows) if args.rows else plan.rows
    out = args.out.resolve()
    head = [f'{epochs} epochs' for epochs in plan.epochs]
    head += ['the same time'] * ('same_time' in plan)
    lines = [
        ' | '.join(['', plan.metric, *head, '']).strip(),
        '|'.join(['', *['---'] * (1 + len(head)), '']),
    ]
    take_turns(plan, rows, args.seeds, out)
    for row in rows:
        columns = run_row(plan, row, args.seeds, out)
        lines.append(f'| {row} | {" | ".join(map(cell, columns))} |')
        print(lines[-1], flush=True)
    if not args.rows:
        (out / 'table.md').write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
