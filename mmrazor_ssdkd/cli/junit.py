"""Reads what pytest reports in a file."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

__all__ = ['counts', 'read_report']

_NOT_PASSED = ('failure', 'error', 'skipped')


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
        name = f'{case.get("classname")}.{case.get("name")}'.strip('.')
        row = dict(test=name, outcome='passed', reason='')
        for part in case:
            if part.tag in _NOT_PASSED:
                row.update(outcome=part.tag, reason=_reason(part))
        rows.append(row)
    return rows


def counts(rows: Iterable[Mapping[str, str]]) -> dict[str, int]:
    """Returns how many tests ended in each way that one ended in.

    Args:
        rows (Iterable[Mapping]): What :func:`read_report` returned.
    """
    ended = [row['outcome'] for row in rows]
    names = ('passed', *_NOT_PASSED)
    return {name: ended.count(name) for name in names if name in ended}


def _reason(part: ElementTree.Element) -> str:
    """Returns why a test did not pass, as one line."""
    lines = (part.text or '').splitlines()
    raised = [line[1:].strip() for line in lines if line.startswith('E  ')]
    # The last error of a chain; a file that cannot be imported has its
    # reason in the traceback alone.
    last = [line for line in raised if 'Error' in line][-1:] or raised[:1]
    return (last or (part.get('message') or '').splitlines() or [''])[0]
