"""Runs MMRazor's own tests of what this package builds on.

They are read from a checkout of MMRazor's sources, whose tests are in no
wheel, and try the MMRazor that is installed. Prints how many pass, and which
fail for which reason.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mmrazor_ssdkd.files import check_new, write_text

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
OPTIONS = ('-q', '-c', os.devnull, '-p', 'no:cacheprovider')


def find_files(checkout: Path) -> dict[Path, list[Path]]:
    """Returns the files to run, by their folders.

    Args:
        checkout (Path): MMRazor's sources.
    """
    folders = defaultdict(list)
    for pattern in FILES:
        for path in sorted((checkout / 'tests').glob(pattern)):
            folders[path.parent].append(path)
    return folders


def run_files(checkout: Path, files: Iterable[Path]) -> list[dict[str, Any]]:
    """Runs files in a process of their own.

    A folder's files share toy classes; those of two folders have the same
    names, which a registry refuses.

    Args:
        checkout (Path): Where they run, as MMRazor's own do.
        files (Iterable[Path]): Files of one folder.

    Returns:
        list[dict]: Of each test its name, how it ended, and why.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / 'report.xml'
        command = [sys.executable, '-c', RUN, *OPTIONS, f'--junitxml={report}']
        root = ['--rootdir', str(checkout)]
        done = subprocess.run(
            [*command, *root, *map(str, files)],
            cwd=checkout,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if report.exists():
            return read_report(report)
    # Killed by a signal, say.
    ended = f'pytest ended with {done.returncode} {done.stdout[-200:]!r}'
    names = [str(path.relative_to(checkout)) for path in files]
    return [dict(test=name, outcome='error', reason=ended) for name in names]


def read_report(path: Path) -> list[dict[str, Any]]:
    """Returns the tests of pytest's report.

    Args:
        path (Path): A file in JUnit's format.
    """
    rows = []
    for case in ElementTree.parse(path).iter('testcase'):
        name = f'{case.get("classname")}.{case.get("name")}'.strip('.')
        row = dict(test=name, outcome='passed', reason='')
        for part in case:
            if part.tag in ('failure', 'error', 'skipped'):
                row.update(outcome=part.tag, reason=reason(part))
        rows.append(row)
    return rows


def reason(part: ElementTree.Element) -> str:
    """Returns why a test failed, as one line.

    Args:
        part (ElementTree.Element): What pytest reports of a failure.
    """
    lines = (part.text or '').splitlines()
    # What was raised, in the traceback; the first of them is the error.
    raised = [line[1:].strip() for line in lines if line.startswith('E  ')]
    # A file that cannot be imported says only that in its message.
    last = [line for line in raised if 'Error' in line][-1:] or raised[:1]
    return (last or (part.get('message') or '').splitlines() or [''])[0]


def summary(rows: list[dict[str, Any]]) -> str:
    """Returns the counts, and the tests that failed by their reasons.

    Args:
        rows (list[dict]): What :func:`run_files` returned.
    """
    reasons, counts = defaultdict(list), defaultdict(int)
    for row in rows:
        counts[row['outcome']] += 1
        if row['outcome'] != 'passed':
            reasons[row['outcome'], row['reason']].append(row['test'])
    lines = []
    for (outcome, why), tests in sorted(reasons.items()):
        lines.append(f'{len(tests)} {outcome}: {why}')
        lines += [f'    {test}' for test in tests]
    names = ('passed', 'failure', 'error', 'skipped')
    counted = [f'{counts[name]} {name}' for name in names if counts[name]]
    return '\n'.join([*lines, f'{len(rows)} tests: {", ".join(counted)}'])


def main() -> None:
    """Runs them all."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or '').split('\n')[0]
    )
    parser.add_argument('mmrazor', type=Path, help='a checkout of MMRazor')
    parser.add_argument('--json', type=Path, help='where to write the rows')
    parser.add_argument(
        '--force', action='store_true', help='replace a file that exists'
    )
    args = parser.parse_args()
    checkout = args.mmrazor.resolve()
    folders = find_files(checkout)
    if not folders:
        parser.error(
            "`mmrazor` must be a checkout with MMRazor's tests, but got "
            f'{str(args.mmrazor)!r}'
        )
    if args.json:
        try:
            check_new('json', args.json, args.force)
        except ValueError as error:
            parser.error(str(error))
    rows = []
    for folder, files in folders.items():
        print(f'{len(files)} files of {folder.relative_to(checkout)}')
        rows += run_files(checkout, files)
    print(f'{sum(map(len, folders.values()))} files\n{summary(rows)}')
    if args.json:
        write_text(args.json, json.dumps(rows, indent=2) + '\n')


if __name__ == '__main__':
    main()
