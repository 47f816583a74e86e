"""Runs pytest in a process of its own and reads what it reports."""

import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Optional
from xml.etree import ElementTree

__all__ = ['counts', 'read_report', 'read_seconds', 'run_pytest']

_NOT_PASSED = ('failure', 'error', 'skipped')


def run_pytest(
    command: Sequence[str],
    folder: Path,
    environment: Optional[Mapping[str, str]] = None,
) -> tuple[Optional[list[dict[str, str]]], str]:
    """Runs tests and returns how each ended.

    Args:
        command (Sequence[str]): pytest with its arguments.
        folder (Path): Where it runs.
        environment (Mapping[str, str], optional): Its variables. Defaults to
            None: those of this process.

    Returns:
        tuple[list[dict] | None, str]: As :func:`read_report`, None where it
        did not come to its end; and how it ended.
    """
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary) / 'report.xml'
        done = subprocess.run(
            [*command, f'--junitxml={report}'],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        rows = read_report(report) if report.exists() else None
    return rows, f'{done.stdout[-1500:]} ({done.returncode})'


def read_report(path: Path) -> list[dict[str, str]]:
    """Returns the tests of ``pytest --junitxml``.

    Args:
        path (Path): The file.

    Returns:
        list[dict]: Of each its ``test``, its ``outcome`` (passed, failure,
        error or skipped) and the ``reason`` of what did not pass.
    """
    rows = []
    for case in ElementTree.parse(path).iter('testcase'):
        row = dict(test=_name(case), outcome='passed', reason='')
        for part in case:
            if part.tag in _NOT_PASSED:
                row.update(outcome=part.tag, reason=_reason(part))
        rows.append(row)
    return rows


def read_seconds(path: Path) -> dict[str, float]:
    """Returns what the tests of ``pytest --junitxml`` took, fixtures too.

    Args:
        path (Path): The file.
    """
    cases = ElementTree.parse(path).iter('testcase')
    return {_name(case): float(case.get('time', 0)) for case in cases}


def counts(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Returns how many tests ended in each way that one ended in.

    Args:
        rows (Iterable[Mapping]): What :func:`read_report` returned.
    """
    ended = [row['outcome'] for row in rows]
    names = ('passed', *_NOT_PASSED)
    return {name: ended.count(name) for name in names if name in ended}


def _name(case: ElementTree.Element) -> str:
    """Returns what a test is called."""
    return f'{case.get("classname")}.{case.get("name")}'.strip('.')


def _reason(part: ElementTree.Element) -> str:
    """Returns why a test did not pass, as one line."""
    lines = (part.text or '').splitlines()
    raised = [line[1:].strip() for line in lines if line.startswith('E  ')]
    # The last error of a chain; a file that cannot be imported has its
    # reason in the traceback alone.
    last = [line for line in raised if 'Error' in line][-1:] or raised[:1]
    return (last or (part.get('message') or '').splitlines() or [''])[0]
