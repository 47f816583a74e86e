"""Legends that show names as they are."""

import re
from typing import Any

from matplotlib.axes import Axes

__all__ = ['add_legend']

# What matplotlib calls lines and areas without a label.
_UNNAMED = re.compile(r'_(child\d+|nolegend_)?')


def add_legend(axes: Axes, **options: Any) -> None:
    """Adds a legend of all that is drawn under a name.

    Matplotlib's own leaves out names that begin with an underscore, and
    typesets what is between dollar signs, or fails to.

    Args:
        axes (Axes): What was drawn.
        **options: As ``Axes.legend`` takes them.
    """
    named = [
        drawn
        for drawn in (*axes.lines, *axes.collections)
        if not _UNNAMED.fullmatch(str(drawn.get_label()))
    ]
    numbers = [str(number) for number, _ in enumerate(named)]
    texts = axes.legend(named, numbers, **options).get_texts()
    for text, drawn in zip(texts, named):
        text.set(text=str(drawn.get_label()), parse_math=False)
