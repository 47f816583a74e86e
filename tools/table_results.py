"""What `run_table.py` has left of a column."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def load_results(
    folder: Path, epochs: int
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yields the folder and the result of every finished run.

    Args:
        folder (Path): What `run_table.py` was told as `--out`.
        epochs (int): Of which column.
    """
    for path in sorted(folder.glob(f'*_{epochs}e_*/result.json')):
        yield path.parent, json.loads(path.read_text())
