"""The picture of a distillation that is running."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmrazor_ssdkd.cli.pictures import class_colors, class_names, to_rgb
from mmrazor_ssdkd.models.algorithms import SSDKD

from .pictures import Array, colored_map
from .samples import newest_of_classes

__all__ = ['History', 'draw_live']

History = Mapping[str, Sequence[float]]
# Images of each of so many classes, and a segmentor's images in two columns.
_EACH, _CLASSES, _PAIRS = 8, 10, 6
# More pixels of an image than the picture has for it.
_SIDE = 128
_POINTS = 300


def draw_live(
    algorithm: SSDKD, meta: dict[str, Any], history: History
) -> Array:
    """Draws images, shares of classes and what was logged so far.

    Args:
        algorithm (SSDKD): With a buffer that is not empty.
        meta (dict): How the data names and colours classes; what is of other
            classes is not taken.
        history (Mapping): Values of ``student's loss``, ``L_BN``,
            ``balance`` and ``confidence``, those that there are.

    Returns:
        np.ndarray: uint8 RGB, (H, W, 3).
    """
    if len(meta.get('classes') or ()) < algorithm.num_classes:
        meta = {}
    if len(meta.get('palette') or ()) < algorithm.num_classes:
        meta = {k: v for k, v in meta.items() if k != 'palette'}
    figure = Figure(figsize=(10, 5), dpi=90)
    canvas = FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        3,
        2,
        width_ratios=(1.25, 1),
        left=0.09,
        right=0.97,
        bottom=0.07,
        top=0.94,
        hspace=0.55,
        wspace=0.16,
    )
    _draw_images(figure.add_subplot(grid[:, 0]), algorithm, meta)
    _draw_shares(figure.add_subplot(grid[0, 1]), algorithm)
    losses = figure.add_subplot(grid[1, 1])
    _draw_history(losses, history, "student's loss", 'tab:blue')
    _draw_history(losses.twinx(), history, 'L_BN', 'tab:orange')
    _head(losses, "student's loss, L_BN (right)")
    buffer = figure.add_subplot(grid[2, 1])
    _draw_history(buffer, history, 'balance', 'tab:green')
    _draw_history(buffer, history, 'confidence', 'tab:red')
    _head(buffer, "the buffer's balance (green), confidence (red)")
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _draw_images(axes: Axes, algorithm: SSDKD, meta: dict[str, Any]) -> None:
    """Draws the newest images by class, or beside their maps."""
    buffer = algorithm.replay_buffer
    known = buffer.stored('order', 'labels')
    meaning = algorithm.label_model
    if not meaning.is_map(known['labels']):
        names = class_names(algorithm, meta)
        shown = _most(meaning.shares(buffer.class_frequency))
        places = newest_of_classes(known, meaning, shown, _EACH)
        rows = [_tiles(algorithm, places[label]) for label in shown]
        # Where images have several labels they may all have none.
        blank = np.full_like(_tiles(algorithm, [0])[0], 255)
        rows = [_filled(row, blank, _EACH) for row in rows]
        height = blank.shape[0]
        axes.set_yticks(
            [(number + 0.5) * height for number in range(len(shown))],
            [names[label] for label in shown],
            fontsize=8,
            parse_math=False,
        )
        _head(axes, 'the newest images by class')
    else:
        rows = _pairs(algorithm, known, meta)
        axes.set_yticks([])
        _head(axes, "the newest images and the teacher's maps")
    axes.imshow(
        np.concatenate([np.concatenate(row, axis=1) for row in rows]),
        interpolation='nearest',
        aspect='equal',
    )
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False)


def _most(frequency: torch.Tensor) -> list[int]:
    """Returns the classes with most images, in their own order."""
    number = min(_CLASSES, len(frequency))
    return sorted(frequency.topk(number).indices.tolist())


def _tiles(algorithm: SSDKD, places: Sequence[int]) -> list[Array]:
    """Returns stored images as pictures, none larger than they are shown."""
    if not places:
        return []
    index = torch.tensor(places, device=algorithm.generator.device)
    images = algorithm.replay_buffer.stored('images', index=index)['images']
    stride = -(-max(images.shape[2:]) // _SIDE)
    images = images[..., ::stride, ::stride].cpu()
    return [_framed(picture) for picture in to_rgb(images, algorithm)]


def _pairs(
    algorithm: SSDKD, known: dict[str, torch.Tensor], meta: dict[str, Any]
) -> list[list[Array]]:
    """Returns rows of two images, each with its map."""
    colors = class_colors(algorithm, meta)
    number = min(_PAIRS, len(known['order']))
    places = known['order'].topk(number).indices
    maps = known['labels'][places].cpu().long().numpy()
    tiles = _tiles(algorithm, places.tolist())
    pairs: list[Array] = []
    for tile, labels in zip(tiles, maps):
        size = (tile.shape[0] - 2, tile.shape[1] - 2)
        pairs += [tile, _framed(colored_map(labels, colors, size))]
    pairs = _filled(pairs, tiles[0], len(pairs) + len(pairs) % 4)
    return [pairs[start : start + 4] for start in range(0, len(pairs), 4)]


def _framed(picture: Array) -> Array:
    """Returns a picture with a white line around it."""
    edges = ((1, 1), (1, 1), (0, 0))
    return np.pad(picture, edges, constant_values=255)


def _filled(row: list[Array], like: Array, number: int) -> list[Array]:
    """Returns a row with white tiles where there are none."""
    return row + [np.full_like(like, 255)] * (number - len(row))


def _draw_shares(axes: Axes, algorithm: SSDKD) -> None:
    """Draws each class's share of the buffer, and an even one."""
    frequency = algorithm.replay_buffer.class_frequency
    shares = algorithm.label_model.shares(frequency).cpu().numpy()
    # A stairway is one artist, however many classes there are.
    axes.stairs(shares, fill=True, color='tab:blue')
    axes.axhline(shares.mean(), color='gray', linewidth=0.8)
    axes.set_xlim(0, len(shares))
    axes.locator_params(nbins=4)
    _head(axes, 'classes in the buffer, an even share in gray')
    axes.tick_params(labelsize=7)


def _head(axes: Axes, text: str) -> None:
    """Writes above axes.

    A title would have everything there measured to find its place, which
    takes a third of the drawing.
    """
    place = axes.transAxes
    axes.text(0.5, 1.02, text, fontsize=9, ha='center', transform=place)


def _draw_history(axes: Axes, history: History, name: str, color: str) -> None:
    """Draws all values of a key so far, thinned."""
    values = np.asarray(history.get(name, ()), dtype=float)
    if len(values):
        stride = -(-len(values) // _POINTS)
        # Some are logged in every step, others in those with a round.
        places = np.linspace(0, 1, len(values))
        axes.plot(places[::stride], values[::stride], color=color, linewidth=1)
    axes.set_xticks([])
    axes.locator_params(axis='y', nbins=3)
    axes.tick_params(labelsize=7)
