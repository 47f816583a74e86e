"""Draws training logs from the runs of `run_table.py`.

One panel for each key that training logs (validation counts in epochs), one
line for each row of the table and seed, or for each row, the mean of its
seeds within their range.
"""

from pathlib import Path
from typing import Any

import matplotlib

from mmrazor_ssdkd.cli.legends import add_legend
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    picture_path,
    write_figure,
)
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.table_results import load_results
from mmrazor_ssdkd.reporting.scalars import read_scalars

matplotlib.use('Agg')
from matplotlib import pyplot as plt

# What was logged, by runs that share a line.
Logs = dict[str, list[list[dict[str, Any]]]]


def load_logs(
    folder: Path, epochs: int, rows: list[str], mean: bool = False
) -> Logs:
    """Reads the training logs of a table's runs.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.
        rows (list[str]): Only these rows, or whose names start with one; all
            if empty.
        mean (bool): Whether the seeds of a row share a line. Defaults to
            False.

    Returns:
        dict: The names of lines to what each of their runs logged, in the
        order of steps.

    Raises:
        ValueError: A run left no log of its steps.
    """
    logs: Logs = {}
    for work_dir, result in load_results(folder, epochs, rows):
        # A folder for each start: one that was cut off went on.
        folders = sorted(p.parent for p in work_dir.glob('*/vis_data'))
        scalars = read_scalars(folders)
        entries = [*scalars.val, *scalars.train]
        if not entries:
            raise ValueError(
                '`folder` must hold logs of steps, vis_data/scalars.json, but '
                f'got {str(work_dir)!r} without any'
            )
        seed = '' if mean else f', seed {result["seed"]}'
        logs.setdefault(result['row'] + seed, []).append(entries)
    return logs


def curve(runs: list[list[dict[str, Any]]], key: str) -> list[list[float]]:
    """Returns steps, mean, least and largest value of a key.

    Args:
        runs (list): What each run logged.
        key (str): What is drawn.

    Returns:
        list[list[float]]: Four of one length. Steps that not all runs logged
        are left out.

    Raises:
        ValueError: Some logged it, and share no step.
    """
    values = [{e['step']: e[key] for e in run if key in e} for run in runs]
    steps = sorted(set.intersection(*(set(value) for value in values)))
    if not steps and any(values):
        raise ValueError(
            f'`mean` must be of runs that share steps, but {key!r} of one was '
            'logged at others, or not at all; leave it out'
        )
    columns = [[value[step] for value in values] for step in steps]
    return [
        steps,
        [sum(column) / len(column) for column in columns],
        [min(column) for column in columns],
        [max(column) for column in columns],
    ]


def draw(logs: Logs, keys: list[str], out: Path) -> None:
    """Saves the plot.

    Args:
        logs (dict): From :func:`load_logs`.
        keys (list[str]): What to draw.
        out (Path): The PNG file.

    Raises:
        ValueError: A key is nowhere in the logs.
    """
    figure, panels = plt.subplots(
        1, len(keys), figsize=(5 * len(keys), 4), layout='constrained'
    )
    for key, axes in zip(keys, [panels] if len(keys) == 1 else panels):
        for name, runs in logs.items():
            steps, means, least, largest = curve(runs, key)
            if steps:
                axes.plot(steps, means, label=name)
                axes.fill_between(steps, least, largest, alpha=0.15)
        if not axes.lines:
            raise ValueError(f'`keys` must be logged, but got {key!r}')
        axes.set_xlabel('iterations')
        axes.set_ylabel(key, parse_math=False)
        axes.grid(alpha=0.3)
        add_legend(axes, fontsize='small')
    write_figure(out, figure)


@tool
def main() -> None:
    """Draws the plot."""
    parser = Parser(__doc__, example='work_dirs/digits log.png --epochs 40')
    parser.add_argument('folder', type=Path, help='`--out` of run_table.py')
    parser.add_argument('png', type=picture_path, help='where to draw it')
    parser.add_argument('--epochs', type=int, required=True)
    parser.add_argument(
        '--rows',
        nargs='+',
        default=[],
        help='only rows of these names, or whose names start with one',
    )
    parser.add_argument(
        '--keys',
        nargs='+',
        default=['buffer.class_balance', 'buffer.confidence'],
    )
    parser.add_argument(
        '--mean', action='store_true', help='one line for the seeds of a row'
    )
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png', inputs=[args.folder])
    logs = load_logs(args.folder, args.epochs, args.rows, args.mean)
    draw(logs, args.keys, args.png)


if __name__ == '__main__':
    main()
