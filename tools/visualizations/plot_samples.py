"""Draws a metric against the number of images that a student was made from.

For runs of `run_table.py` whose rows are named `N KIND`, such as `5120 real
images` in `tables/cifar10_slim_samples.py`: one line for each kind, through
the means of its seeds, on a band between the lowest and the highest. With the
paper's data it is Figure 1 of arXiv:2406.07876.
"""

import statistics
from collections import defaultdict
from pathlib import Path

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

matplotlib.use('Agg')
from matplotlib import pyplot as plt

Scores = dict[str, dict[int, list[float]]]


def load_scores(folder: Path, epochs: int) -> Scores:
    """Reads the scores of a table's runs.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.

    Returns:
        dict[str, dict[int, list[float]]]: For every kind and number of images
        the scores of the seeds.

    Raises:
        ValueError: A row's name does not start with a number.
    """
    scores: Scores = defaultdict(lambda: defaultdict(list))
    for _, result in load_results(folder, epochs):
        number, _, kind = result['row'].partition(' ')
        if not number.isdigit():
            raise ValueError(
                '`row` must start with a number of images, but got '
                f'{result["row"]!r}'
            )
        scores[kind][int(number)].append(result['score'])
    return {kind: dict(sorted(by.items())) for kind, by in scores.items()}


def draw(scores: Scores, metric: str, out: Path) -> None:
    """Saves the plot.

    Args:
        scores (dict): From :func:`load_scores`.
        metric (str): Name of the score.
        out (Path): The PNG file.
    """
    figure, axes = plt.subplots(figsize=(6, 4), layout='constrained')
    for kind, by_number in scores.items():
        numbers, runs = list(by_number), list(by_number.values())
        means = [statistics.mean(run) for run in runs]
        (line,) = axes.plot(numbers, means, 'o-', label=kind)
        low, high = map(min, runs), map(max, runs)
        color = line.get_color()
        axes.fill_between(numbers, [*low], [*high], color=color, alpha=0.2)
    axes.set(xlabel='images', xscale='log')
    axes.set_ylabel(metric, parse_math=False)
    measured = sorted(set().union(*scores.values()))
    axes.set_xticks(measured, [f'{number:,}' for number in measured])
    axes.minorticks_off()
    axes.grid(alpha=0.3)
    add_legend(axes, fontsize='small')
    write_figure(out, figure)


@tool
def main() -> None:
    """Draws the plot."""
    parser = Parser(
        __doc__,
        example='work_dirs/digits samples.png --epochs 40',
    )
    parser.add_argument('folder', type=Path, help='`--out` of run_table.py')
    parser.add_argument('png', type=picture_path, help='where to draw it')
    parser.add_argument('--epochs', type=int, required=True)
    parser.add_argument('--metric', default='accuracy/top1')
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png', inputs=[args.folder])
    draw(load_scores(args.folder, args.epochs), args.metric, args.png)


if __name__ == '__main__':
    main()
