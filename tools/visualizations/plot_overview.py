"""Draws data-free distillation in one picture, with a run's own images."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmrazor_ssdkd.cli.distillations import build, stored_samples
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    picture_path,
    write_figure,
)
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.pictures import to_rgb
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config

ROWS, COLUMNS = 3, 8
# Of the figure's width and height, in inches.
SIZE = (9.0, 2.7)
STAGES = {'noise': 0.05, 'generator': 1.55, 'images': 3.15, 'student': 7.75}
ARROW = dict(arrowstyle='-|>', color='#555555', lw=1.4, mutation_scale=12)


def draw(pictures: npt.NDArray[Any], out: Path) -> None:
    """Draws noise, generator, images, student, and the teacher above them.

    Args:
        pictures (np.ndarray): (N, H, W, 3), N >= 24.
        out (Path): The PNG file.
    """
    figure = Figure(figsize=SIZE)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, SIZE[0]), ylim=(0, SIZE[1]))
    axes.axis('off')
    noise = np.random.default_rng(0).normal(size=(12, 12))
    inset(axes, (STAGES['noise'], 0.4, 1.0, 1.0)).imshow(noise, cmap='gray')
    axes.text(STAGES['noise'] + 0.5, 0.2, 'noise', ha='center', fontsize=10)
    box(axes, (STAGES['generator'], 0.55, 1.1, 0.7), 'generator', '#dbe9f6')
    for index, picture in enumerate(pictures[: ROWS * COLUMNS]):
        row, column = divmod(index, COLUMNS)
        corner = (STAGES['images'] + 0.5 * column, 1.2 - 0.46 * row)
        inset(axes, (*corner, 0.44, 0.44)).imshow(picture)
    axes.text(
        STAGES['images'] + 0.25 * COLUMNS,
        0.06,
        'synthetic images, in a replay buffer',
        ha='center',
        fontsize=10,
    )
    box(axes, (STAGES['student'], 0.55, 1.1, 0.7), 'student', '#dcf0dc')
    box(axes, (3.5, 2.05, 3.3, 0.5), 'teacher, frozen', '#f6e7d3')
    arrow(axes, (1.1, 0.9), (1.52, 0.9))
    arrow(axes, (2.68, 0.9), (3.1, 0.9))
    arrow(axes, (7.2, 0.9), (7.72, 0.9))
    arrow(axes, (3.45, 2.3), (2.1, 1.3))
    arrow(axes, (6.85, 2.3), (8.3, 1.3))
    axes.text(2.2, 2.2, 'what would\nlook like data?', ha='right', fontsize=9)
    axes.text(7.85, 2.2, 'what does it\nsay to them?', ha='left', fontsize=9)
    write_figure(out, figure, dpi=130)


def pick(order: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Returns where the images to draw are, by class.

    Args:
        order (torch.Tensor): When each image came, (N,).
        labels (torch.Tensor): What it shows.

    Returns:
        torch.Tensor: Of new ones, every tenth where there are as many.

    Raises:
        ValueError: There are too few.
    """
    number = ROWS * COLUMNS
    if len(order) < number:
        raise ValueError(
            f'`checkpoint` must hold at least {number} images, but got '
            f'{len(order)}'
        )
    stride = min(10, len(order) // number)
    newest = order.topk(stride * number).indices[::stride]
    found = labels[newest].tolist()
    return newest[sorted(range(number), key=found.__getitem__)]


def inset(axes: Axes, place: tuple[float, float, float, float]) -> Axes:
    """Returns axes without ticks at a place, in the figure's inches."""
    made = axes.inset_axes(place, transform=axes.transData)
    made.set(xticks=[], yticks=[])
    return made


def box(
    axes: Axes,
    place: tuple[float, float, float, float],
    text: str,
    color: str,
) -> None:
    """Draws a box with a word in it."""
    made = inset(axes, place)
    made.set_facecolor(color)
    made.text(0.5, 0.5, text, ha='center', va='center', fontsize=11)


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """Draws an arrow."""
    axes.annotate('', end, start, arrowprops=ARROW)


@tool
def main() -> None:
    """Draws the picture."""
    parser = Parser(__doc__, example='CONFIG CHECKPOINT overview.png')
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('png', type=picture_path, help='where to draw it')
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    config = read_config(args)
    check_outputs(parser, args, 'png', inputs=[config, args.checkpoint])
    algorithm = build(config, args.checkpoint)
    samples = stored_samples(algorithm, args.checkpoint)
    by_class = pick(samples['order'], samples['labels'])
    draw(to_rgb(samples['images'][by_class], algorithm), args.png)


if __name__ == '__main__':
    main()
