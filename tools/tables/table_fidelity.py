"""What `run_table.py` does with the fidelity of its runs."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from table_runs import config_of, result_path

from mmrazor_ssdkd.type_names import type_name

__all__ = ['METRICS', 'Rows', 'check_rank_by', 'fidelity', 'ranked']

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


def check_rank_by(
    plan: Config, rows: Iterable[str], seeds: Sequence[int], out: Path
) -> None:
    """Finds rows that cannot be ranked before any of them is run.

    Whether a network has a metric of its own, such as mIoU, shows later.

    Args:
        plan (Config): The plan, with ``rank_by``.
        rows (Iterable[str]): Which of its rows.
        seeds (Sequence[int]): Of every row.
        out (Path): The folder of all runs.

    Raises:
        ValueError: A row neither has the metric nor will measure it.
    """
    for row in rows:
        paths = [result_path(row, plan.epochs[-1], s, out) for s in seeds]
        # Of the column of the same time, the last, the length is not known.
        known = [] if row in plan.get('same_time', ()) else paths
        for path in known:
            if path.exists():
                result = json.loads(path.read_text())
                _check_has(row, result.get('fidelity', {}), plan.rank_by)
        if not all(path.exists() for path in known or paths):
            _check_measures(plan, row, paths[0].parent)


def _check_measures(plan: Config, row: str, work_dir: Path) -> None:
    """Raises a ValueError for a row whose runs measure no fidelity."""
    cfg = config_of(plan, row, work_dir)
    hooks = map(type_name, cfg.get('custom_hooks') or [])
    evaluators = cfg.get('val_evaluator') or []
    if isinstance(evaluators, dict):
        evaluators = [evaluators]
    own = 'FidelityMetric' in map(type_name, evaluators)
    if not own and 'FidelityHook' not in hooks:
        _check_has(row, {}, plan.rank_by)


def _check_has(row: str, found: Mapping[str, Any], metric: str) -> None:
    """Raises a ValueError for a row without a metric."""
    if metric not in found:
        raise ValueError(
            f'`rank_by` must be a metric of every row, but {row!r} has '
            f'{list(found)} and not {metric!r}; run it with --fidelity in a '
            'new --out'
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
        _check_has(row, found, metric)
    order = sorted(
        rows,
        key=lambda row: values[row][metric],
        reverse=metric != _LESS_IS_BETTER,
    )
    return {row: rows[row] for row in order}
