"""The front page's picture shows a run's own images."""

import numpy as np
from plot_overview import COLUMNS, ROWS, draw


def test_every_image_is_drawn_once(monkeypatch, tmp_path):
    """In rows, and no more than there is room for."""
    saved = []
    monkeypatch.setattr(
        'matplotlib.figure.Figure.savefig',
        lambda figure, *_, **__: saved.append(figure),
    )
    number = ROWS * COLUMNS
    pictures = np.arange(number + 1)[:, None, None, None].repeat(4, 1)
    draw(
        pictures.repeat(4, 2).repeat(3, 3).astype('uint8'), tmp_path / 'a.png'
    )
    drawn = [
        image.get_array()[0, 0, 0]
        for axes in saved[0].findobj(match=lambda a: hasattr(a, 'get_images'))
        for image in axes.get_images()
        if image.get_array().ndim == 3
    ]
    assert sorted(map(int, drawn)) == list(range(number))
