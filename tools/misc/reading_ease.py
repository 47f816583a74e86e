"""Prints how easy the pages are to read: lines and Flesch's reading ease.

Of the sentences alone: no code, tables, headings or addresses, and what stands
in backticks counts as one short word. 60 to 70 is plain English, 30 to 50
difficult. Needs `pip install textstat==0.7.3` (newer ones download a
dictionary), which the package does not.
"""

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

from mmrazor_ssdkd.cli.parser import Parser, tool

ROOT = Path(__file__).parents[2]


def prose(text: str) -> str:
    """Returns a page's sentences.

    Args:
        text (str): Markdown.
    """
    text = re.sub(r'^ *```.*?^ *```', '', text, flags=re.DOTALL | re.MULTILINE)
    kept = [
        re.sub(r'^\s*([-*]|\d+\.) ', '', line)
        for line in text.splitlines()
        if not re.match(r'\s*([|#<!]|$)', line)
    ]
    text = re.sub(r'!?\[([^\]]*)\]\([^)]*\)', r'\1', ' '.join(kept))
    return re.sub(r'`[^`]*`', 'it', text).replace('*', '')


def pages() -> list[Path]:
    """Returns the pages, the front one first."""
    found = [
        page
        for folder in ('configs', 'mmrazor_ssdkd', 'tools', 'tests', '.github')
        for page in sorted((ROOT / folder).rglob('*.md'))
    ]
    return [ROOT / 'README.md', *found]


def before(page: Path, revision: str) -> Optional[str]:
    """Returns a page as a revision of git has it; None where it has none."""
    name = page.relative_to(ROOT).as_posix()
    shown = subprocess.run(
        ['git', 'show', f'{revision}:{name}'],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return None if shown.returncode else shown.stdout


def measure(text: Optional[str]) -> str:
    """Returns the cells of a page: its lines and its ease."""
    if text is None:
        return ' | '
    import textstat

    lines = len(text.splitlines())
    words = prose(text)
    ease = f'{textstat.flesch_reading_ease(words):.0f}' if words else ''
    return f'{lines} | {ease}'


def rows(revision: Optional[str]) -> Iterator[str]:
    """Yields the table's lines.

    Args:
        revision (str, optional): What the pages stand beside.
    """
    head = '| page | lines | ease |'
    yield head + (' lines before | ease before |' if revision else '')
    yield '|---' * (5 if revision else 3) + '|'
    for page in pages():
        name = page.relative_to(ROOT).as_posix()
        cells = [name, measure(page.read_text('utf-8'))]
        if revision:
            cells.append(measure(before(page, revision)))
        yield '| ' + ' | '.join(cells) + ' |'


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(__doc__, example='--before HEAD~20')
    parser.add_argument('--before', help='a revision of git to stand beside')
    return parser.parse_args()


@tool
def main() -> None:
    """Prints the table."""
    for line in rows(parse_args().before):
        print(line)


if __name__ == '__main__':
    main()
