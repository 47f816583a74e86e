"""Runs the rows of a table for several seeds and writes the table.

A plan is a config file with `teacher` and `config` (paths of configs),
`metric`, `epochs` (a list: one column each) and `rows`: settings to override
by dotted key, where the key `config` names another config and `epoch_factor`
how many of its epochs count as one (0.1 for an oracle whose epoch has ten
times SSD-KD's draws). The rows that `same_time` lists get one more column, of
as many epochs as take them the time that the first row needs for the first
column's. `validations` says how often a run is evaluated (once, at its end,
unless it says so), for `plot_curves.py`. With `fidelity` SSD-KD's students are
held against their teachers on synthetic images, too, and `--rank-by` sorts the
rows by that: real data need not have a say. Every run leaves a JSON file; what
has one is not run again, so other options want another folder.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from side_by_side import Job, run_side_by_side
from table_fidelity import METRICS, Rows, check_rank_by, ranked
from table_markdown import render
from table_runs import check_folders, check_plan, run, teacher_result

from mmrazor_ssdkd.cli.parser import Parser, seed_number, tool
from mmrazor_ssdkd.cli.table_results import pick_names
from mmrazor_ssdkd.engine import OptionsAction
from mmrazor_ssdkd.files import write_text
from mmrazor_ssdkd.validation import check_int


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


def run_missing(
    plan: Config, rows: Iterable[str], args: argparse.Namespace, out: Path
) -> None:
    """Runs what is missing of the columns of equal epochs.

    One row after another for each seed, so that a machine that slows down
    does so for all of them.
    """

    def done(job: Job, result: dict[str, Any]) -> None:
        row, _, seed = job
        print(f'{row}, seed {seed}: {result["score"]:.2f}', flush=True)

    jobs = [(r, e, s) for s in args.seeds for r in rows for e in plan.epochs]
    if args.jobs > 1:
        run_side_by_side(plan, jobs, out, args.jobs, done)
        return
    for job in jobs:
        done(job, run(plan, *job, out))


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='tools/tables/plans/digits_inherited.py --out '
        'work_dirs/digits --seeds 10 11 12',
    )
    parser.add_argument('plan', help='path of the plan')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument(
        '--seeds', type=seed_number, nargs='+', default=[10, 11, 12]
    )
    parser.add_argument(
        '--epochs', type=int, nargs='+', help="in place of the plan's"
    )
    parser.add_argument(
        '--rows',
        nargs='+',
        default=[],
        help='only rows of these names, or whose names start with one; '
        'printed, not written',
    )
    parser.add_argument(
        '--validations', type=int, help="of a run, in place of the plan's"
    )
    parser.add_argument(
        '--jobs',
        type=int,
        default=1,
        help='how many runs at once, in as many processes; their '
        'times compare with each other alone',
    )
    parser.add_argument(
        '--teacher-epochs', type=int, help="in place of its config's"
    )
    for name, whose in (('cfg', 'every row'), ('teacher', 'the teacher')):
        parser.add_argument(
            f'--{name}-options',
            nargs='+',
            action=OptionsAction,
            metavar='KEY=VALUE',
            help=f'override settings of the config of {whose}',
        )
    parser.add_argument(
        '--fidelity',
        action='store_true',
        help="measure the fidelity of SSD-KD's students, too",
    )
    parser.add_argument(
        '--rank-by',
        choices=METRICS,
        help='sort the rows by it, the best first',
    )
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision, as in train.py'
    )
    return parser.parse_args()


def read_plan(args: argparse.Namespace) -> Config:
    """Reads the plan and puts the command line's settings into it.

    Raises:
        TypeError: A setting is of another kind.
        ValueError: It is no plan, a setting is out of range, or rows would
            share folders.
    """
    plan = Config.fromfile(args.plan)
    for name in (
        'epochs',
        'cfg_options',
        'teacher_options',
        'amp',
        'fidelity',
        'rank_by',
    ):
        if getattr(args, name):
            plan[name] = getattr(args, name)
    check_int('jobs', args.jobs)
    for name in ('validations', 'teacher_epochs'):
        if getattr(args, name) is not None:
            plan[name] = check_int(name, getattr(args, name))
    check_plan(plan)
    if len(set(args.seeds)) < len(args.seeds):
        raise ValueError(f'`seeds` must differ, but got {args.seeds}')
    check_folders(plan.rows)
    return plan


@tool
def main() -> None:
    """Runs what is missing, prints the table and writes OUT/table.md."""
    args = parse_args()
    plan = read_plan(args)
    rows = pick_names(plan.rows, args.rows)
    out = args.out.resolve()
    if args.rank_by:
        check_rank_by(plan, rows, args.seeds, out)
    run_missing(plan, rows, args, out)
    found: Rows = {row: run_row(plan, row, args.seeds, out) for row in rows}
    teachers = [teacher_result(plan, out, seed) for seed in args.seeds]
    try:
        if args.rank_by:
            found = ranked(found, args.rank_by)
    finally:
        # Also where they cannot be ranked: they were trained.
        table = render(plan, teachers, found)
        print(table, flush=True)
        if not args.rows:
            write_text(out / 'table.md', f'{table}\n')


if __name__ == '__main__':
    main()
