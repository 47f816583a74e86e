"""Draws what a run logged, as SVG that takes its page's colours."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from mmrazor_ssdkd.cli.legends import add_legend

__all__ = ['Line', 'Panel', 'svg_of']

# A color that nothing else has; the page's text colour takes its place.
_INK = '#010203'
# Of a middling brightness, for light pages and dark ones.
_COLORS = ('#3b82f6', '#f97316', '#10b981', '#a855f7', '#eab308', '#ef4444')
# More points than a screen shows.
_POINTS = 250


@dataclass(frozen=True)
class Line:
    """Values of a key against steps."""

    label: str
    steps: Sequence[float]
    values: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """Lines that share their axes."""

    title: str
    xlabel: str
    lines: Sequence[Line]


def svg_of(panel: Panel) -> str:
    """Returns a panel as an ``svg`` element.

    Args:
        panel (Panel): With at least one line.
    """
    style: Any = {
        'svg.fonttype': 'none',
        'svg.hashsalt': panel.title,
        'font.size': 9,
        # Labels are names of keys and folders.
        'text.parse_math': False,
        **dict.fromkeys(
            (
                'text.color',
                'axes.edgecolor',
                'axes.labelcolor',
                'xtick.color',
                'ytick.color',
            ),
            _INK,
        ),
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(4.4, 2.7), layout='constrained')
        axes = figure.subplots()
        for number, line in enumerate(panel.lines):
            steps, values = _thinned(line)
            axes.plot(
                steps,
                values,
                label=line.label,
                color=_COLORS[number % len(_COLORS)],
                linestyle='-' if number < len(_COLORS) else '--',
                linewidth=1.4,
                marker='o' if len(steps) < 30 else None,
                markersize=2.5,
            )
        axes.set(xlabel=panel.xlabel)
        axes.grid(alpha=0.25, color='#888888')
        axes.spines[['top', 'right']].set_visible(False)
        if len(panel.lines) > 1:
            add_legend(axes, fontsize=8, framealpha=0, labelcolor=_INK)
        text = io.StringIO()
        figure.savefig(
            text, format='svg', transparent=True, metadata=dict(Date=None)
        )
    svg = text.getvalue()
    return svg[svg.index('<svg') :].replace(_INK, 'currentColor')


def _thinned(line: Line) -> tuple[Sequence[float], Sequence[float]]:
    """Returns some of a long line's points, and its last."""
    stride = -(-len(line.steps) // _POINTS)
    last = len(line.steps) - 1
    kept = sorted({*range(0, len(line.steps), stride), last})
    return [line.steps[i] for i in kept], [line.values[i] for i in kept]
