"""Runs MMRazor's own tests of what this package builds on.

They are read from a checkout of MMRazor's sources or from its unpacked source
distribution, since its wheel has none, and try the MMRazor that is installed.
Prints how many pass, and which fail for which reason.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmrazor_ssdkd.cli.junit import counts, run_pytest
from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, tool

# What is built on, under the folder of its tests.
FILES = (
    'test_core/test_delivers/test_*.py',
    'test_core/test_recorders/test_*.py',
    'test_engine/**/test_*.py',
    'test_models/test_algorithms/test_base_algorithm.py',
    'test_models/test_algorithms/test_datafree_distill.py',
    'test_models/test_algorithms/test_ofd_algo.py',
    'test_models/test_algorithms/test_self_distill.py',
    'test_models/test_algorithms/test_single_teacher_distill.py',
    'test_models/test_architectures/test_connectors/test_*.py',
    'test_models/test_architectures/test_generators/test_*.py',
    'test_models/test_distillers/test_*.py',
    'test_models/test_losses/test_*.py',
    'test_registry/test_*.py',
    'test_runners/test_distill_val_loop.py',
)
# Mended first. Without the checkout in front, or its code would be imported
# instead of what is installed; and no test begins in a scope that another
# one's runner left.
RUN = """
import sys
sys.path[:] = [path for path in sys.path if path]
import mmrazor_ssdkd, pytest
from mmengine.registry import DefaultScope
class Scopes:
    def pytest_runtest_setup(self, item):
        DefaultScope._instance_dict.clear()
sys.exit(pytest.main(sys.argv[1:], [Scopes()]))
"""
# A file that cannot be imported stops no other one.
OPTIONS = (
    *('-q', '-c', os.devnull, '-p', 'no:cacheprovider'),
    '--continue-on-collection-errors',
)


def find_files(
    checkout: Path, patterns: Iterable[str] = FILES
) -> dict[Path, list[Path]]:
    """Returns the files to run, by the folders that share a process.

    Those of models register toy classes for each other. Of the others each
    folder has its own, and two of the same names are an error.

    Args:
        checkout (Path): MMRazor's sources, or their distribution unpacked.
        patterns (Iterable[str]): Of their paths under its tests. Defaults to
            what is built on.
    """
    tests = checkout / 'tests'
    models = tests / 'test_models'
    found = {path for pattern in patterns for path in tests.glob(pattern)}
    folders = defaultdict(list)
    for path in sorted(found):
        if path.is_file():
            together = models in path.parents
            folders[models if together else path.parent].append(path)
    return folders


def run_files(checkout: Path, files: Iterable[Path]) -> list[dict[str, str]]:
    """Runs files in a process of their own.

    Args:
        checkout (Path): Where they run, as MMRazor's own do.
        files (Iterable[Path]): As :func:`find_files` puts them together.

    Returns:
        list[dict]: As :func:`run_pytest`; a row a file where it did not
        end.
    """
    command = [sys.executable, '-c', RUN, *OPTIONS, '--rootdir', str(checkout)]
    rows, ended = run_pytest([*command, *map(str, files)], checkout)
    if rows is not None:
        return rows
    # Killed by a signal, say.
    reason = f'pytest must end, but {ended}'
    names = [str(path.relative_to(checkout)) for path in files]
    return [dict(test=name, outcome='error', reason=reason) for name in names]


def summary(rows: Sequence[dict[str, str]]) -> str:
    """Returns the counts, and the tests that failed by their reasons.

    Args:
        rows (Sequence[dict]): What :func:`run_files` returned.
    """
    reasons = defaultdict(list)
    for row in rows:
        if row['outcome'] != 'passed':
            reasons[row['outcome'], row['reason']].append(row['test'])
    lines = []
    for (outcome, why), tests in sorted(reasons.items()):
        lines.append(f'{len(tests)} {outcome}: {why}')
        lines += [f'    {test}' for test in tests]
    ended = [f'{count} {name}' for name, count in counts(rows).items()]
    return '\n'.join([*lines, f'{len(rows)} tests: {", ".join(ended)}'])


@tool
def main() -> None:
    """Runs them all."""
    parser = Parser(__doc__, example='CHECKOUT')
    parser.add_argument('mmrazor', type=Path, help="a checkout of MMRazor's")
    parser.add_argument(
        '--files',
        nargs='+',
        default=FILES,
        metavar='PATTERN',
        help='others of its tests, such as "test_models/**/test_*.py"',
    )
    parser.add_argument('--json', type=Path, help='where to write the rows')
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'json')
    if any(Path(pattern).is_absolute() for pattern in args.files):
        parser.error(
            '`--files` must be patterns below the folder tests, but got '
            f'{args.files}'
        )
    checkout = args.mmrazor.resolve()
    folders = find_files(checkout, args.files)
    if not folders:
        parser.error(
            "`mmrazor` must be a checkout with MMRazor's tests, of which one "
            f'matches `--files`, but got {str(args.mmrazor)!r}'
        )
    rows = []
    for folder, files in folders.items():
        part = folder.relative_to(checkout)
        print(f'{len(files)} files of {part}', flush=True)
        rows += run_files(checkout, files)
    print(f'{sum(map(len, folders.values()))} files\n{summary(rows)}')
    if args.json:
        write_json(args.json, rows)


if __name__ == '__main__':
    main()
