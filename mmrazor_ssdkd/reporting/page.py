"""Writes what was gathered as one page that needs no other file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Union

from jinja2 import Environment, PackageLoader, StrictUndefined

from mmrazor_ssdkd.files import write_text

from .collect import collect
from .curves import svg_of
from .panels import side_by_side
from .run_report import RunReport
from .runs import find_runs

__all__ = ['render', 'write_report']

# Bytes that a page may have, and what its frame takes of them.
LIMIT, _FRAME = 3_000_000, 100_000


def write_report(
    folder: Union[str, Path], out: Union[str, Path]
) -> list[RunReport]:
    """Writes the report on a work directory, or on all that a folder holds.

    Args:
        folder (str | Path): The work directory, or a folder of some.
        out (str | Path): The page to write; what is there is replaced.

    Returns:
        list[RunReport]: What it shows.

    Raises:
        ValueError: There is no run.
        OSError: The page cannot be written.
    """
    reports = [collect(run) for run in find_runs(folder)]
    title = Path(folder).resolve().name if reports[1:] else reports[0].name
    write_text(out, render(reports, title))
    return reports


def render(reports: Sequence[RunReport], title: str) -> str:
    """Returns the page.

    Args:
        reports (Sequence[RunReport]): Of at least one run.
        title (str): What it is about.

    Returns:
        str: HTML of less than ``LIMIT`` bytes, unless there are thousands of
        runs: what does not fit is left out, and said to be.
    """
    environment = Environment(
        loader=PackageLoader('mmrazor_ssdkd.reporting'),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    runs = [(report.name, report.scalars) for report in reports]
    panels = side_by_side(runs, reports[0].status.unit)
    # Lines of more runs than that cannot be told from each other.
    several = 1 < len(reports) <= 12
    parts = environment.get_template('run.html')
    left = LIMIT - _FRAME
    shared = [(p.title, svg_of(p)) for p in panels] if several else []
    left -= sum(len(svg) for _, svg in shared)
    return environment.get_template('report.html').render(
        title=title,
        reports=reports,
        metrics=list(dict.fromkeys(_metrics(reports))),
        shared=shared,
        details=list(
            _fitting(
                [
                    parts.render(run=r, several=len(reports) > 1)
                    for r in reports
                ],
                left,
            )
        ),
    )


def _metrics(reports: Sequence[RunReport]) -> Iterator[str]:
    """Yields the names of all that any run was measured by."""
    for report in reports:
        yield from (fact.key for fact in [*report.real, *report.fidelity])


def _fitting(details: Sequence[str], left: int) -> Iterator[str]:
    """Yields the details as long as they fit, and nothing for the others."""
    for detail in details:
        size = len(detail.encode())
        if size <= left:
            left -= size
            yield detail
        else:
            yield ''
