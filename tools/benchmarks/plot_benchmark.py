"""Draws how step time and memory grow, from the JSON of `benchmark.py`."""

import json
import math
from collections import defaultdict
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

matplotlib.use('Agg')
from matplotlib import pyplot as plt

Row = dict[str, Any]
X_LABELS = dict(buffer_size='samples in the buffer', pixels='pixels')


def group(rows: list[Row], x: str) -> dict[str, list[Row]]:
    """Returns each config's rows in the order of what grows.

    Args:
        rows (list[dict]): From `benchmark.py --json`.
        x (str): 'buffer_size' or 'pixels'.

    Returns:
        dict[str, list[dict]]: By config and what else tells rows apart.

    Raises:
        ValueError: Nothing grows in any config.
    """
    groups = defaultdict(list)
    several_images = len({tuple(row['image_size']) for row in rows}) > 1
    for row in rows:
        name = row['config'].split('_1xb')[0]
        if x == 'buffer_size' and several_images:
            name += ' {}x{}'.format(*row['image_size'])
        groups[name].append(dict(row, pixels=math.prod(row['image_size'])))
    for config, members in groups.items():
        groups[config] = sorted(members, key=lambda row: row[x])
    if not any(len({row[x] for row in g}) > 1 for g in groups.values()):
        raise ValueError(
            f'`json` must hold rows of several {x} of a config, but got '
            f'{len(rows)} rows without'
        )
    return dict(groups)


def draw(groups: dict[str, list[Row]], x: str, out: Path) -> None:
    """Saves the plot: milliseconds on the left, megabytes on the right.

    Args:
        groups (dict[str, list[dict]]): From :func:`group`.
        x (str): What grows.
        out (Path): The PNG file.
    """
    figure, (time, memory) = plt.subplots(
        1, 2, figsize=(10, 4), layout='constrained'
    )
    for config, rows in groups.items():
        sizes = [row[x] for row in rows]
        for axes, key, unit, style in (
            (time, 'step_seconds', 1e3, 'o-'),
            (time, 'floor_seconds', 1e3, 'x:'),
            (memory, 'peak_memory', 1e-6, 'o-'),
            (memory, 'buffer_bytes', 1e-6, 'x:'),
        ):
            label = f'{key.split("_")[0]}, {config}'
            axes.loglog(
                sizes, [unit * row[key] for row in rows], style, label=label
            )
    time.set_ylabel('milliseconds of a student step')
    memory.set_ylabel('megabytes')
    for axes in (time, memory):
        axes.set_xlabel(X_LABELS[x])
        axes.grid(alpha=0.3, which='both')
        add_legend(axes, fontsize='x-small')
    write_figure(out, figure)


@tool
def main() -> None:
    """Draws the plot."""
    parser = Parser(
        __doc__,
        example='benchmark.json sizes.png --x buffer_size',
    )
    parser.add_argument('json', type=Path, nargs='+')
    parser.add_argument('png', type=picture_path)
    parser.add_argument('--x', choices=list(X_LABELS), required=True)
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png', inputs=args.json)
    rows = [row for path in args.json for row in json.loads(path.read_text())]
    draw(group(rows, args.x), args.x, args.png)


if __name__ == '__main__':
    main()
