"""Says which of the paper's claims hold, from what was measured.

The plan names each claim, the two rows that decide it and the plans that have
them. `--collect RUNS` first takes over the results of `run_table.py`, one
folder in RUNS for each plan, under its name; `--runs` is the file that keeps
them. Without `--collect` the page is rebuilt from that file alone.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional

from claim_checks import check_claims
from claim_pages import page
from mmengine.config import Config

from mmrazor_ssdkd.cli.outputs import write_json
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.files import write_text

Record = dict[str, Any]

MODULES = Path(__file__).parent / 'plans' / 'modules'

_KEPT = (
    'row',
    'epochs',
    'seed',
    'score',
    'steps',
    'cpu_seconds',
    'synthesized',
    'buffer',
    'machine',
)
# Of runs from before it was.
_NOT_NOTED = 'a machine that was not noted'


def collect(runs: Path) -> list[Record]:
    """Returns the results of all plans' runs.

    Args:
        runs (Path): A folder with one for each plan, as ``run_table.py``
            writes it.

    Returns:
        list[dict]: What is kept of each, with ``plan``.

    Raises:
        ValueError: There is no result.
    """
    found = []
    for path in sorted(runs.glob('*/*/result.json')):
        result = json.loads(path.read_text())
        if 'row' in result:
            kept = {name: result[name] for name in _KEPT if name in result}
            plan = path.parent.parent.name
            found.append(dict(plan=plan, machine=_NOT_NOTED) | kept)
    if not found:
        raise ValueError(
            '`collect` must be a folder of plans with results, but '
            f'{str(runs)!r} has none'
        )
    return found


def merge(old: Iterable[Record], new: Iterable[Record]) -> list[Record]:
    """Returns old results and new ones, which replace those of their name."""
    names = ('plan', 'row', 'epochs', 'seed')
    by_name = {
        tuple(record[name] for name in names): record
        for record in [*old, *new]
    }
    return [by_name[name] for name in sorted(by_name)]


def read_runs(path: Path, runs: Optional[Path]) -> list[Record]:
    """Returns what the file of results has, with new ones if there are any.

    Raises:
        ValueError: There are neither.
    """
    if runs is None and not path.is_file():
        raise ValueError(
            f'`runs` must be a file of results, but got {str(path)!r}'
        )
    old = json.loads(path.read_text()) if path.is_file() else []
    if runs is None:
        return old
    return merge(old, collect(runs))


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(__doc__, example='tools/tables/claim_lists/paper.py')
    parser.add_argument('plan', help='path of the plan of claims')
    parser.add_argument('--collect', type=Path, help='folder of new runs')
    parser.add_argument('--runs', type=Path, default='configs/claims.json')
    parser.add_argument('--page', type=Path, default='configs/claims.md')
    return parser.parse_args()


@tool
def main() -> None:
    """Takes over new results and writes the page."""
    args = parse_args()
    plan = Config.fromfile(args.plan)
    check_claims(plan, MODULES)
    records = read_runs(args.runs, args.collect)
    # Before the results are kept: what is no page is no result, either.
    text = page(plan, records)
    if args.collect is not None:
        write_json(args.runs, records)
    write_text(args.page, text)
    print(text)


if __name__ == '__main__':
    main()
