"""Lists the tests that take longest, of a report that pytest wrote.

bash tools/run_tests.sh --junitxml=work_dirs/tests.xml
python tools/misc/slow_tests.py work_dirs/tests.xml --page tests/README.md
"""

import re
from collections.abc import Mapping
from pathlib import Path

from mmrazor_ssdkd.cli.junit import read_seconds
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.files import write_text

# What the table stands between on a page.
BEGIN, END = '<!-- slow tests -->', '<!-- /slow tests -->'


def table(seconds: Mapping[str, float], least: float) -> str:
    """Returns the slow tests as Markdown, slowest first.

    Args:
        seconds (Mapping[str, float]): What each test took.
        least (float): From how many seconds on a test is slow.
    """
    slow = {name: s for name, s in seconds.items() if s >= least}
    rest = [s for name, s in seconds.items() if name not in slow]
    rows = ['| seconds | test |', '| --- | --- |']
    rows += [
        f'| {slow[name]:.0f} | `{name}` |'
        for name in sorted(slow, key=lambda name: -slow[name])
    ]
    rows.append(f'| {sum(rest):.0f} | {len(rest):,} others |')
    rows.append(f'| {sum(seconds.values()):.0f} | all |')
    return '\n'.join(rows)


def put(text: str, rows: str) -> str:
    """Returns a page's text with a new table.

    Args:
        text (str): The page's.
        rows (str): The table.

    Raises:
        ValueError: The page has no place for it.
    """
    place = re.compile(f'{re.escape(BEGIN)}.*{re.escape(END)}', re.DOTALL)
    if not place.search(text):
        raise ValueError(
            f'`page` must have a place for the table, {BEGIN!r} and {END!r}, '
            'but has none'
        )
    return place.sub(lambda _: f'{BEGIN}\n{rows}\n{END}', text)


@tool
def main() -> None:
    """Prints the table and puts it on the page."""
    parser = Parser(
        __doc__,
        example='work_dirs/tests.xml --page tests/README.md',
        whole=True,
    )
    parser.add_argument('report', type=Path, help='of pytest --junitxml')
    parser.add_argument(
        '--least',
        type=float,
        default=5,
        help='from how many seconds on a test is slow, 5 by default',
    )
    parser.add_argument(
        '--page', type=Path, help='a page whose table is replaced'
    )
    args = parser.parse_args()
    rows = table(read_seconds(args.report), args.least)
    print(rows)
    if args.page:
        write_text(args.page, put(args.page.read_text('utf-8'), rows))


if __name__ == '__main__':
    main()
