"""Draws a metric against training time from the runs of `run_table.py`.

Every row is one line through the means of its seeds, on a band between the
lowest and the highest. Beside the plot, a table says what each row has reached
at a few times, and when it first had a few scores.
"""

import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

import matplotlib
import numpy as np

from mmrazor_ssdkd.cli.legends import add_legend
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    picture_path,
    write_figure,
)
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.table_results import load_results, pick_names

matplotlib.use('Agg')
from matplotlib import pyplot as plt

Points = list[dict[str, Any]]


def load_rows(
    folder: Path, epochs: Sequence[int], names: Sequence[str] = ()
) -> dict[str, list[Points]]:
    """Reads the curves of a table's runs.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (Sequence[int]): Of which columns.
        names (Sequence[str]): Only these rows, or whose names start with
            one; all if empty.

    Returns:
        dict[str, list[list[dict]]]: For every row the points of each seed;
        their names say the column where there are several.
    """
    columns = {
        column: [result for _, result in load_results(folder, column)]
        for column in epochs
    }
    found = dict.fromkeys(r['row'] for c in columns.values() for r in c)
    picked = pick_names(found, names)
    rows = defaultdict(list)
    for column, results in columns.items():
        note = f', {column} epochs' if len(columns) > 1 else ''
        for result in results:
            if result['row'] in picked:
                rows[result['row'] + note].append(result['points'])
    return dict(rows)


def reached(points: Points, clock: str, seconds: float) -> Optional[float]:
    """Returns the score at a time, between two points by interpolation.

    Args:
        points (list[dict]): Of one run.
        clock (str): 'seconds' or 'cpu_seconds'.
        seconds (float): The time.

    Returns:
        float | None: None before the first and after the last point.
    """
    times = [point[clock] for point in points]
    if not times[0] <= seconds <= times[-1]:
        return None
    return float(np.interp(seconds, times, [p['score'] for p in points]))


def first_times(runs: list[Points], clock: str, score: float) -> str:
    """Returns when runs first had a score, as validations saw it.

    Args:
        runs (list[list[dict]]): The points of each seed.
        clock (str): 'seconds' or 'cpu_seconds'.
        score (float): The score.

    Returns:
        str: The least and the largest time; how many had it, unless all.
    """
    seen = (
        [point[clock] for point in points if point['score'] >= score]
        for points in runs
    )
    times = sorted(found[0] for found in seen if found)
    if not times:
        return ''
    least, most = (
        f'{time:.0f}' if time >= 10 else f'{time:.1f}'
        for time in (times[0], times[-1])
    )
    span = f'{least} s' if least == most else f'{least} to {most} s'
    some = f', {len(times)} of {len(runs)}' if len(times) < len(runs) else ''
    return span + some


def table(
    rows: dict[str, list[Points]],
    clock: str,
    times: Sequence[float],
    scores: Sequence[float] = (),
) -> list[str]:
    """Returns the lines of a Markdown table, means over the seeds.

    Args:
        rows (dict[str, list[list[dict]]]): From :func:`load_rows`.
        clock (str): 'seconds' or 'cpu_seconds'.
        times (Sequence[float]): A column each; empty where not all seeds were
            evaluated before and after.
        scores (Sequence[float]): A column each, of when it was first there.

    Returns:
        list[str]: Its last column has each row's last score and time.
    """
    head = [f'{seconds:g} s' for seconds in times]
    head += [f'first {score:g}' for score in scores]
    lines = [f'| | {" | ".join(head)} | the end |', '|---' * (len(head) + 2)]
    lines[1] += '|'
    for row, runs in rows.items():
        cells = []
        for seconds in times:
            found = [reached(points, clock, seconds) for points in runs]
            known = [score for score in found if score is not None]
            complete = len(known) == len(runs)
            cells.append(f'{statistics.mean(known):.2f}' if complete else '')
        cells += [first_times(runs, clock, score) for score in scores]
        last = statistics.mean(points[-1]['score'] for points in runs)
        end = statistics.mean(points[-1][clock] for points in runs)
        cells.append(f'{last:.2f} at {end:.0f} s')
        lines.append(f'| {row} | {" | ".join(cells)} |')
    return lines


def draw(
    rows: dict[str, list[Points]], clock: str, metric: str, out: Path
) -> None:
    """Saves the plot.

    Args:
        rows (dict[str, list[list[dict]]]): From :func:`load_rows`.
        clock (str): 'seconds' or 'cpu_seconds'.
        metric (str): Name of the score.
        out (Path): The PNG file.
    """
    figure, axes = plt.subplots(figsize=(6, 4), layout='constrained')
    for row, runs in rows.items():
        steps = min(len(points) for points in runs)
        seconds, scores = (
            np.array([[point[key] for point in run[:steps]] for run in runs])
            for key in (clock, 'score')
        )
        (line,) = axes.plot(seconds.mean(0), scores.mean(0), label=row)
        axes.fill_between(
            seconds.mean(0),
            scores.min(0),
            scores.max(0),
            color=line.get_color(),
            alpha=0.2,
        )
    unit = 'processor ' if clock == 'cpu_seconds' else ''
    axes.set_xlabel(f'{unit}seconds of training')
    axes.set_ylabel(metric, parse_math=False)
    axes.grid(alpha=0.3)
    add_legend(axes, fontsize='small')
    write_figure(out, figure)


@tool
def main() -> None:
    """Draws the plot and prints the table."""
    parser = Parser(
        __doc__,
        example='work_dirs/digits curves.png --epochs 40 --at 40 60 80',
    )
    parser.add_argument('folder', type=Path, help='`--out` of run_table.py')
    parser.add_argument('png', type=picture_path, help='where to draw it')
    parser.add_argument(
        '--epochs', type=int, nargs='+', required=True, help='columns'
    )
    parser.add_argument(
        '--rows',
        nargs='+',
        default=[],
        help='only rows of these names, or whose names start with one',
    )
    parser.add_argument('--metric', default='accuracy/top1')
    parser.add_argument(
        '--clock', choices=['cpu_seconds', 'seconds'], default='cpu_seconds'
    )
    parser.add_argument(
        '--at', type=float, nargs='+', default=[], help='times of the table'
    )
    parser.add_argument(
        '--first',
        type=float,
        nargs='+',
        default=[],
        help='scores of the table: when validations first saw them',
    )
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png', inputs=[args.folder])
    rows = load_rows(args.folder, args.epochs, args.rows)
    draw(rows, args.clock, args.metric, args.png)
    print('\n'.join(table(rows, args.clock, args.at, args.first)))


if __name__ == '__main__':
    main()
