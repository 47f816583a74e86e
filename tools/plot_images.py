"""Draws what a student learnt from: the newest images of a replay buffer.

A classifier's under the classes that the teacher gives them, in the order of
the classes; a segmentor's beside its maps.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from export_student import dataset_meta
from export_synthetic import build, stored_samples
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mmrazor_ssdkd.engine import add_cfg_options, load_config
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.forward import swaps_channels
from mmrazor_ssdkd.models.teacher_ensemble import named_teachers
from mmrazor_ssdkd.validation import check_int


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
        algorithm (SSDKD): It says by its teacher in which order the channels
            are. One that swaps none is taken to look at RGB.
        meta (dict): ``classes`` and ``palette`` to draw labels by, if any.
        out (Path): The PNG file.
        rows (int): How many, >= 1. Defaults to 4.

    Raises:
        TypeError: ``rows`` is no integer.
        ValueError: ``rows`` is smaller than 1, or images have neither one nor
            three channels.
    """
    check_int('rows', rows)
    maps = samples['labels'].dim() == 3
    columns = 4 if maps else 10
    newest = samples['order'].topk(min(rows * columns, len(samples['order'])))
    images = samples['images'][newest.indices]
    labels = samples['labels'][newest.indices].long()
    pictures = to_rgb(images, algorithm)
    rows = -(-len(pictures) // columns)
    height, width = images.shape[2:]
    side = 8 / (2 * columns if maps else columns) * height / width
    figure = Figure(figsize=(8, rows * (side + (0 if maps else 0.2))))
    grid = figure.subplots(rows, 2 * columns if maps else columns)
    axes = list(grid.flat)
    for axis in axes:
        axis.axis('off')
    if maps:
        draw_maps(axes, pictures, labels, meta.get('palette'))
    else:
        draw_classes(axes, pictures, labels, meta.get('classes'))
    figure.tight_layout(pad=0.4)
    figure.savefig(out, dpi=100)


def draw_classes(
    axes: list[Axes], pictures: torch.Tensor, labels: torch.Tensor, names: Any
) -> None:
    """Draws images by class, under its name or number."""
    for axis, index in zip(axes, labels.argsort(stable=True).tolist()):
        label = int(labels[index])
        axis.imshow(pictures[index])
        name = names[label] if names else str(label)
        axis.set_title(name, fontsize=8, pad=2)


def draw_maps(
    axes: list[Axes], pictures: torch.Tensor, maps: torch.Tensor, palette: Any
) -> None:
    """Draws images, each beside its map."""
    if not palette:
        palette = colormaps['tab20'](range(20), bytes=True)[:, :3].tolist()
    colors = torch.tensor(palette, dtype=torch.uint8)
    for index, (picture, labels) in enumerate(zip(pictures, maps)):
        axes[2 * index].imshow(picture)
        axes[2 * index + 1].imshow(colors[labels % len(colors)])


def to_rgb(images: torch.Tensor, algorithm: SSDKD) -> torch.Tensor:
    """Returns uint8 images (N, C, H, W) as a picture wants them.

    Args:
        images (torch.Tensor): As the generator made them.
        algorithm (SSDKD): Whose first teacher looks at them.

    Returns:
        torch.Tensor: (N, H, W, 3), RGB.

    Raises:
        ValueError: They have neither one nor three channels.
    """
    channels = images.shape[1]
    if channels not in (1, 3):
        raise ValueError(
            f'`channels` of a picture must be 1 or 3, but got {channels}'
        )
    teacher = next(iter(named_teachers(algorithm.teacher).values()))
    if swaps_channels(teacher.data_preprocessor):
        images = images.flip(1)
    return images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1)


def main() -> None:
    """Draws the picture."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('config', help='config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('png', type=Path, help='where to draw it')
    parser.add_argument('--rows', type=int, default=4)
    add_cfg_options(parser)
    args = parser.parse_args()
    config = load_config(args.config, cfg_options=args.cfg_options)
    algorithm = build(config, args.checkpoint)
    samples = stored_samples(algorithm, args.checkpoint)
    draw(samples, algorithm, dataset_meta(config), args.png, args.rows)


if __name__ == '__main__':
    main()
