"""What `run_table.py` has left of a column."""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any


def pick_names(names: Collection[str], wanted: Sequence[str]) -> list[str]:
    """Returns the rows that are asked for, in the order of a table.

    Args:
        names (Collection[str]): Of all rows.
        wanted (Sequence[str]): A row's whole name stands for that row alone,
            another string for all rows whose names start with it. Empty: all.

    Raises:
        ValueError: One of `wanted` stands for none.
    """
    if not wanted:
        return list(names)
    picked: set[str] = set()
    for start in wanted:
        found = {name for name in names if name.startswith(start)}
        if not found:
            raise ValueError(
                f'`rows` must be names of rows, {list(names)}, or start some, '
                f'but got {start!r}'
            )
        picked |= {start} if start in found else found
    return [name for name in names if name in picked]


def load_results(
    folder: Path, epochs: int, rows: Sequence[str] = ()
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yields the folder and the result of every finished run.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.
        rows (Sequence[str]): As :func:`pick_names` takes them.

    Raises:
        ValueError: There is none, or none of one of `rows`.
    """
    results = {
        path.parent: json.loads(path.read_text())
        for path in sorted(folder.glob(f'*_{epochs}e_*/result.json'))
    }
    if not results:
        raise ValueError(
            '`folder` must hold runs of `epochs`, but got '
            f'{folder} and {epochs}'
        )
    names = dict.fromkeys(result['row'] for result in results.values())
    picked = pick_names(names, rows)
    for path, result in results.items():
        if result['row'] in picked:
            yield path, result
