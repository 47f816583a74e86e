"""The front page's picture shows a run's own images."""

import numpy as np
import pytest
import torch
from plot_overview import COLUMNS, ROWS, draw, pick


@pytest.mark.parametrize('number', [24, 47, 48, 239, 240, 500])
def test_newest_images_are_picked(number):
    """Of few every one, else every second, and at most every tenth."""
    order = torch.randperm(number)
    picked = pick(order, torch.zeros(number))
    stride = {24: 1, 47: 1, 48: 2, 239: 9}.get(number, 10)
    newest = range(number - 1, number - 1 - 24 * stride, -stride)
    assert order[picked].tolist() == list(newest)


def test_images_are_picked_by_class():
    labels = torch.arange(24) % 2
    assert (
        labels[pick(torch.arange(24), labels)].tolist() == [0] * 12 + [1] * 12
    )


def test_too_few_images():
    with pytest.raises(ValueError, match='at least 24 images, but got 23'):
        pick(torch.arange(23), torch.zeros(23))


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
