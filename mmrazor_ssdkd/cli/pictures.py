"""Draws the newest images of a replay buffer."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure

from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.forward import swaps_channels
from mmrazor_ssdkd.models.teacher_ensemble import named_teachers

from .outputs import write_figure

__all__ = ['class_colors', 'class_names', 'draw', 'to_rgb']

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
        samples (dict): ``images`` (uint8), ``labels`` (classes, maps or
            several labels) and ``order`` of a replay buffer.
        algorithm (SSDKD): Whose buffer it is.
        meta (dict): ``classes`` and ``palette`` to draw labels by, if any.
        out (Path): The PNG file.
        rows (int): How many at most, >= 1. Defaults to 4.

    Raises:
        ValueError: There are fewer names or colours than classes.
    """
    maps = algorithm.label_model.is_map(samples['labels'])
    number = rows * (4 if maps else 10)
    newest = samples['order'].topk(min(number, len(samples['order']))).indices
    pictures = to_rgb(samples['images'][newest], algorithm)
    labels = samples['labels'][newest].long()
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
        colors = class_colors(algorithm, meta)
        draw_maps(axes, pictures, labels.numpy(), colors)
    else:
        names = class_names(algorithm, meta)
        captions = [algorithm.label_model.caption(x, names) for x in labels]
        by_class = sorted(range(len(labels)), key=labels.tolist().__getitem__)
        draw_classes(axes, pictures, captions, by_class)
    figure.tight_layout(pad=0.4)
    # Large images keep their pixels, within reason.
    write_figure(out, figure, dpi=min(max(100, width / inches), 300))


def draw_classes(
    axes: list[Axes], pictures: Array, captions: list[str], order: list[int]
) -> None:
    """Draws images in an order, under the names of what they show."""
    for axis, index in zip(axes, order):
        axis.imshow(pictures[index], interpolation='nearest')
        axis.set_title(captions[index], fontsize=8, pad=2, parse_math=False)


def draw_maps(
    axes: list[Axes], pictures: Array, maps: Array, colors: Array
) -> None:
    """Draws images, each beside its map."""
    for index, (picture, labels) in enumerate(zip(pictures, maps)):
        axes[2 * index].imshow(picture, interpolation='nearest')
        axes[2 * index + 1].imshow(colors[labels], interpolation='nearest')


def class_names(algorithm: SSDKD, meta: dict[str, Any]) -> list[str]:
    """Returns a short name for each class, its number if it has none."""
    numbers = list(map(str, range(algorithm.num_classes)))
    found = meta.get('classes') or numbers
    check_number_of('classes', found, algorithm.num_classes)
    # ImageNet's have several names each, wider than an image.
    first = [str(name).split(',')[0] for name in found]
    return [name if len(name) < 14 else name[:12] + '…' for name in first]


def class_colors(algorithm: SSDKD, meta: dict[str, Any]) -> Array:
    """Returns a colour for each class, uint8 (C, 3)."""
    number = algorithm.num_classes
    if meta.get('palette'):
        check_number_of('palette', meta['palette'], number)
        return np.array(meta['palette'], dtype=np.uint8)
    if number <= 20:
        return colormaps['tab20'](range(number), bytes=True)[:, :3]
    # In three shades, since eyes and bytes know few hues.
    hues = np.linspace(0, 0.95, -(-number // 3))
    colors = [(hue, 1, shade) for hue in hues for shade in (1.0, 0.7, 0.4)]
    return (255 * hsv_to_rgb(colors[:number])).round().astype(np.uint8)


def check_number_of(name: str, values: Sequence[Any], number: int) -> None:
    """Raises a ValueError unless there is a value for each class."""
    if len(values) < number:
        raise ValueError(
            f'`{name}` must be of all {number} classes, but got {len(values)}'
        )


def to_rgb(images: torch.Tensor, algorithm: SSDKD) -> Array:
    """Returns uint8 images (N, C, H, W) as a picture wants them.

    Where the first teacher's data preprocessor swaps channels, they are taken
    to be BGR, as OpenMMLab loads images, and RGB otherwise. A teacher that
    wants BGR and gets it without a swap is drawn with red for blue.

    Args:
        images (torch.Tensor): As the generator made them.
        algorithm (SSDKD): Whose teacher looks at them.

    Returns:
        np.ndarray: (N, H, W, 3), RGB; the first channel in gray where there
        are one or two, and the first three as colours where there are more.
    """
    if images.shape[1] < 3:
        images = images[:, :1]
    elif images.shape[1] > 3:
        # A data preprocessor swaps none of so many.
        images = images[:, :3]
    elif swaps_channels(_preprocessor(algorithm)):
        images = images.flip(1)
    return images.expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()


def _preprocessor(algorithm: SSDKD) -> Any:
    """Returns the first teacher's data preprocessor, if it has one."""
    teacher = next(iter(named_teachers(algorithm.teacher).values()))
    return getattr(teacher, 'data_preprocessor', None)
