"""Draws what a student learnt from: the newest images of a replay buffer.

A classifier's under the classes that the teacher gives them, in the order of
the classes; a segmentor's beside its maps. Names and colours are those of the
config's test or validation data; where it has none, classes go by number.
"""

from pathlib import Path
from typing import Any

import numpy.typing as npt
import torch
from command import Parser, tool
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from outputs import add_force, check_outputs, write_figure

from mmrazor_ssdkd.datasets.dataset_meta import dataset_meta
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.reporting.checkpoints import build, stored_samples
from mmrazor_ssdkd.reporting.pictures import (
    class_colors,
    class_names,
    to_rgb,
)
from mmrazor_ssdkd.validation import check_int

Array = npt.NDArray[Any]


def draw(
    samples: dict[str, torch.Tensor],
    algorithm: SSDKD,
    meta: dict[str, Any],
    out: Path,
    rows: int = 4,
) -> None:
    """Draws ten images in a row, or four beside their maps.

    Args:
        samples (dict): ``images`` (uint8), ``labels`` (classes or maps) and
            ``order`` of a replay buffer.
        algorithm (SSDKD): Whose buffer it is.
        meta (dict): ``classes`` and ``palette`` to draw labels by, if any.
        out (Path): The PNG file.
        rows (int): How many at most, >= 1. Defaults to 4.

    Raises:
        ValueError: There are fewer names or colours than classes.
    """
    maps = samples['labels'].dim() == 3
    number = rows * (4 if maps else 10)
    newest = samples['order'].topk(min(number, len(samples['order']))).indices
    pictures = to_rgb(samples['images'][newest], algorithm)
    labels = samples['labels'][newest].long().numpy()
    height, width = pictures.shape[1:3]
    columns = 8 if maps else 10
    rows = -(-len(pictures) * (2 if maps else 1) // columns)
    inches = 8 / columns
    row_inches = inches * height / width + (0 if maps else 0.2)
    figure = Figure(figsize=(8, rows * row_inches))
    axes = list(figure.subplots(rows, columns).flat)
    for axis in axes:
        axis.axis('off')
    if maps:
        draw_maps(axes, pictures, labels, class_colors(algorithm, meta))
    else:
        draw_classes(axes, pictures, labels, class_names(algorithm, meta))
    figure.tight_layout(pad=0.4)
    # Large images keep their pixels, within reason.
    write_figure(out, figure, dpi=min(max(100, width / inches), 300))


def draw_classes(
    axes: list[Axes], pictures: Array, labels: Array, names: list[str]
) -> None:
    """Draws images by class, under its name."""
    for axis, index in zip(axes, labels.argsort(kind='stable')):
        axis.imshow(pictures[index], interpolation='nearest')
        axis.set_title(names[labels[index]], fontsize=8, pad=2)


def draw_maps(
    axes: list[Axes], pictures: Array, maps: Array, colors: Array
) -> None:
    """Draws images, each beside its map."""
    for index, (picture, labels) in enumerate(zip(pictures, maps)):
        axes[2 * index].imshow(picture, interpolation='nearest')
        axes[2 * index + 1].imshow(colors[labels], interpolation='nearest')


@tool
def main() -> None:
    """Draws the picture."""
    parser = Parser(__doc__)
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('png', type=Path, help='where to draw it')
    parser.add_argument('--rows', type=int, default=4)
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'png', inputs=[args.config, args.checkpoint])
    check_int('rows', args.rows)
    config = read_config(args)
    algorithm = build(config, args.checkpoint)
    samples = stored_samples(algorithm, args.checkpoint)
    draw(samples, algorithm, dataset_meta(config), args.png, args.rows)


if __name__ == '__main__':
    main()
