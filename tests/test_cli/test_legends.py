"""Names of rows, keys and classes are drawn as they are."""

import io

import pytest
from matplotlib.figure import Figure

from mmrazor_ssdkd.cli.legends import add_legend
from mmrazor_ssdkd.cli.pictures import draw_classes
from mmrazor_ssdkd.reporting.curves import Line, Panel, svg_of

NAMES = ['_own', r'a $\foo$ b', '$x_1$ $', 'plain', '_child of mine', '']


def test_legend():
    """Of lines, areas and points, but not of what has no name."""
    figure = Figure()
    axes = figure.subplots()
    for name in NAMES[:4]:
        axes.plot([1, 2], [1, 2], label=name)
    axes.scatter([1], [2], label=NAMES[4])
    axes.plot([1, 2], [2, 1])
    axes.fill_between([1, 2], [1, 1], [2, 2])
    add_legend(axes, fontsize='small')
    figure.savefig(io.BytesIO())
    texts = axes.get_legend().get_texts()
    assert [text.get_text() for text in texts] == NAMES[:5]


@pytest.mark.parametrize('name', NAMES)
def test_curves(name):
    """A panel's lines, title and axes."""
    line = Line(name, [1.0, 2.0], [3.0, 4.0])
    other = Line('other', [1.0, 2.0], [4.0, 3.0])
    svg = svg_of(Panel(name, name or 'x', [line, other]))
    assert svg.count(f'>{name}</text>') == (2 if name else 0)
    assert '>other</text>' in svg


def test_classes():
    """Their names stand over images."""
    figure = Figure()
    axes = list(figure.subplots(1, len(NAMES)).flat)
    draw_classes(axes, [[[0]]] * len(NAMES), NAMES, range(len(NAMES)))
    figure.savefig(io.BytesIO())
    assert [axis.get_title() for axis in axes] == NAMES
