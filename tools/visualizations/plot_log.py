"""Draws training logs from the runs of `run_table.py`.

One panel for each key that training logs (validation counts in epochs), one
line for each row of the table and seed.
"""

import json
from pathlib import Path

import matplotlib

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_figure
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.table_results import load_results

matplotlib.use('Agg')
from matplotlib import pyplot as plt

Line = tuple[str, list[dict[str, float]]]


def load_logs(folder: Path, epochs: int, rows: list[str]) -> list[Line]:
    """Reads the training logs of a table's runs.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.
        rows (list[str]): Only rows whose names start with one; all if empty.

    Returns:
        list[tuple]: Row and seed, and what was logged, in the order of steps.
    """
    lines = []
    for work_dir, result in load_results(folder, epochs, rows):
        # A folder for each start; the last one came to the end.
        log = sorted(work_dir.glob('*/vis_data/scalars.json'))[-1]
        entries = [json.loads(line) for line in log.read_text().splitlines()]
        lines.append((f'{result["row"]}, seed {result["seed"]}', entries))
    return lines


def draw(lines: list[Line], keys: list[str], out: Path) -> None:
    """Saves the plot.

    Args:
        lines (list[tuple]): From :func:`load_logs`.
        keys (list[str]): What to draw.
        out (Path): The PNG file.

    Raises:
        ValueError: A key is nowhere in the logs.
    """
    figure, panels = plt.subplots(
        1, len(keys), figsize=(5 * len(keys), 4), layout='constrained'
    )
    for key, axes in zip(keys, [panels] if len(keys) == 1 else panels):
        for name, entries in lines:
            known = [entry for entry in entries if key in entry]
            if known:
                steps = [entry['step'] for entry in known]
                axes.plot(steps, [entry[key] for entry in known], label=name)
        if not axes.lines:
            raise ValueError(f'`keys` must be logged, but got {key!r}')
        axes.set(xlabel='iterations', ylabel=key)
        axes.grid(alpha=0.3)
        axes.legend(fontsize='small')
    write_figure(out, figure)


@tool
def main() -> None:
    """Draws the plot."""
    parser = Parser(__doc__, example='work_dirs/digits log.png --epochs 40')
    parser.add_argument('folder', type=Path, help='`--out` of run_table.py')
    parser.add_argument('png', type=Path, help='where to draw it')
    parser.add_argument('--epochs', type=int, required=True)
    parser.add_argument('--rows', nargs='+', default=[])
    parser.add_argument(
        '--keys',
        nargs='+',
        default=['buffer.class_balance', 'buffer.confidence'],
    )
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png')
    lines = load_logs(args.folder, args.epochs, args.rows)
    draw(lines, args.keys, args.png)


if __name__ == '__main__':
    main()
