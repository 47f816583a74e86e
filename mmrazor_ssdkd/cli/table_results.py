"""What `run_table.py` has left of a column."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def load_results(
    folder: Path, epochs: int, rows: Sequence[str] = ()
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yields the folder and the result of every finished run.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.
        rows (Sequence[str]): Only rows whose names start with one; all if
            empty.

    Raises:
        ValueError: There is none.
    """
    found = False
    for path in sorted(folder.glob(f'*_{epochs}e_*/result.json')):
        result = json.loads(path.read_text())
        if not rows or result['row'].startswith(tuple(rows)):
            found = True
            yield path.parent, result
    if not found:
        raise ValueError(
            '`folder` must hold runs of `epochs` and `rows`, but got '
            f'{folder}, {epochs} and {list(rows)}'
        )
