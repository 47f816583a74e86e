"""A table of `run_table.py` as Markdown."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from mmengine.config import Config
from table_fidelity import fidelity

Results = Sequence[dict[str, Any]]


def cell(results: Results) -> str:
    """Returns mean, standard deviation, the single scores and the time.

    Args:
        results (Sequence[dict]): One for each seed, with a ``score`` and,
            but for teachers of old, ``seconds`` of training by the clock.

    Returns:
        str: ``98.00 ± 1.00 (97.00, 98.00, 99.00), 2.0 min``.
    """
    scores = [result['score'] for result in results]
    text = ', '.join(f'{score:.2f}' for score in scores)
    if len(scores) > 1:
        mean, spread = statistics.mean(scores), statistics.stdev(scores)
        text = f'{mean:.2f} ± {spread:.2f} ({text})'
    seconds = [result['seconds'] for result in results if 'seconds' in result]
    if not seconds:
        return text
    return f'{text}, {statistics.mean(seconds) / 60:.1f} min'


def render(
    plan: Config, teachers: Results, rows: Mapping[str, Sequence[Results]]
) -> str:
    """Renders what was measured, and what others published beside it.

    Args:
        plan (Config): Names the metric, the columns and, as ``published``,
            columns with the figures of others by row. Those have rows of
            their own where the plan has none of that name.
        teachers (Sequence[dict]): The teachers' results, one for each seed.
        rows (dict): The results of every row, by column and seed.

    Returns:
        str: Lines of Markdown.
    """
    head = [f'{epochs} epochs' for epochs in plan.epochs]
    head += ['the same time'] * ('same_time' in plan)
    columns = {'teacher': [teachers], **rows}
    lines = {row: [*map(cell, columns[row])] for row in columns}
    if any(map(fidelity, rows.values())):
        for row, cells in lines.items():
            cells += [''] * (len(head) - len(cells))
            cells.append(fidelity(rows.get(row, [])))
        head.append('fidelity')
    for cells in lines.values():
        cells += [''] * (len(head) - len(cells))
    for column, figures in plan.get('published', {}).items():
        for row in figures:
            lines.setdefault(row, [''] * len(head))
        for row, cells in lines.items():
            cells.append(str(figures.get(row, '')))
        head.append(column)
    return '\n'.join(
        [
            _line([plan.metric, *head]),
            '|'.join(['', *['---'] * (1 + len(head)), '']),
            *(_line([row, *cells]) for row, cells in lines.items()),
        ]
    )


def _line(cells: Sequence[str]) -> str:
    return ' '.join(['|', ' | '.join(cells), '|'])
