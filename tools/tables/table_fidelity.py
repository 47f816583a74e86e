"""What `run_table.py` does with the fidelity of its runs."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ['METRICS', 'Rows', 'fidelity', 'ranked']

METRICS = ('fidelity/agreement', 'fidelity/divergence', 'fidelity/mIoU')
_LESS_IS_BETTER = 'fidelity/divergence'

Columns = Sequence[Sequence[dict[str, Any]]]
Rows = Mapping[str, Columns]


def means(results: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Returns the mean over the seeds of each metric that all have.

    Args:
        results (Sequence[dict]): Of one row and column.
    """
    found = [result.get('fidelity', {}) for result in results]
    return {
        name: statistics.mean(values[name] for values in found)
        for name in METRICS
        if found and all(name in values for values in found)
    }


def fidelity(columns: Columns) -> str:
    """Returns a row's cell, of its last column.

    Args:
        columns (Sequence[Sequence[dict]]): The row's results, by column and
            seed.

    Returns:
        str: ``agreement 83.1, divergence 0.412``; empty where none has any.
    """
    found = means(columns[-1]) if columns else {}
    return ', '.join(
        f'{name.partition("/")[2]} {value:.{3 if value < 10 else 1}f}'
        for name, value in found.items()
    )


def ranked(rows: Rows, metric: str) -> dict[str, Columns]:
    """Returns rows by a metric that needs no data, the best first.

    Args:
        rows (dict): The results of every row, by column and seed.
        metric (str): One of ``METRICS``.

    Raises:
        ValueError: A row has no such metric.
    """
    values = {row: means(columns[-1]) for row, columns in rows.items()}
    for row, found in values.items():
        if metric not in found:
            raise ValueError(
                '`rank_by` must be a metric of every row, but '
                f'{row!r} has {list(found)} and not {metric!r}; run it with '
                '--fidelity in a new --out'
            )
    order = sorted(
        rows,
        key=lambda row: values[row][metric],
        reverse=metric != _LESS_IS_BETTER,
    )
    return {row: rows[row] for row in order}
