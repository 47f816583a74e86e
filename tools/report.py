"""Writes a report on a run as one page, with all that it left behind.

WORK_DIR is what a training wrote to, or a folder of several, which then stand
side by side. The page needs no network and no other file.
"""

from pathlib import Path

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.reporting import write_report
from mmrazor_ssdkd.reporting.runs import find_runs


@tool
def main() -> None:
    """Writes the page."""
    parser = Parser(__doc__, example='work_dirs/my_config')
    parser.add_argument('work_dir', type=Path, help='of one run, or several')
    parser.add_argument(
        'out',
        type=Path,
        nargs='?',
        help='the page to write; defaults to report.html in the work dir',
    )
    add_force(parser)
    args = parser.parse_args()
    # Before its folder is made.
    runs = find_runs(args.work_dir)
    args.out = args.out or args.work_dir / 'report.html'
    inputs = [args.work_dir, *(run.work_dir for run in runs)]
    check_outputs(parser, args, 'out', inputs=inputs)
    reports = write_report(args.work_dir, args.out)
    for report in reports:
        print(f'{report.name}: {report.kind}, {report.status.text}')
    print(f'Wrote {args.out}')


if __name__ == '__main__':
    main()
