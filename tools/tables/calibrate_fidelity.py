"""Holds fidelity against the real metric, over trained students.

A run is a work directory of SSD-KD with a config and checkpoints, one
checkpoint in it, or the JSON file of an earlier measurement. The real metric
is what the log has for it, or is measured on the config's validation data.
Several ways of measuring fidelity are ranked against it.
"""

import argparse
import json
from collections import defaultdict
from inspect import signature
from pathlib import Path
from typing import Any, Optional

import matplotlib
from fidelity_runs import Students
from fidelity_variants import VARIANTS
from scipy.stats import kendalltau, spearmanr

from mmrazor_ssdkd.cli.legends import add_legend
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    picture_path,
    write_figure,
    write_json,
)
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import OptionsAction
from mmrazor_ssdkd.fidelity import HeldOutImages
from mmrazor_ssdkd.files import write_text

matplotlib.use('Agg')
from matplotlib import pyplot as plt

Record = dict[str, Any]


def by_task(records: list[Record]) -> dict[str, list[Record]]:
    """Sorts students by what their teachers do.

    Args:
        records (list[dict]): Each with a ``task``.
    """
    tasks = defaultdict(list)
    for record in records:
        tasks[record['task']].append(record)
    return dict(tasks)


def rank(records: list[Record], variant: str) -> dict[str, Any]:
    """Returns how well a way of measuring ranks the students of a task.

    Args:
        records (list[dict]): With the ``real`` metric and ``fidelity``.
        variant (str): Which of the latter.

    Returns:
        dict: ``n``, ``spearman``, ``kendall``, and of what is a percentage
        ``off``, the mean distance to the real one, and ``bias``, with a sign.
    """
    real = [record['real'] for record in records]
    values = [record['fidelity'][variant] for record in records]
    sign = -1 if variant.startswith('divergence') else 1
    signed = [sign * value for value in values]
    found: dict[str, Any] = dict(
        n=len(records),
        spearman=float(spearmanr(signed, real)[0]),
        kendall=float(kendalltau(signed, real)[0]),
    )
    if sign > 0:
        gaps = [value - truth for value, truth in zip(values, real)]
        found['off'] = sum(map(abs, gaps)) / len(gaps)
        found['bias'] = sum(gaps) / len(gaps)
    return found


def table(tasks: dict[str, list[Record]]) -> str:
    """Returns a Markdown table of all variants on all tasks.

    Args:
        tasks (dict[str, list[dict]]): From :func:`by_task`.
    """
    heads = [f'{task}, {len(found)} students' for task, found in tasks.items()]
    lines = [f'| | {" | ".join(heads)} |', '|---' * (len(heads) + 1) + '|']
    for variant in VARIANTS:
        cells = [cell(records, variant) for records in tasks.values()]
        if any(cells):
            lines.append(f'| {variant} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def cell(records: list[Record], variant: str) -> str:
    """Returns Spearman's, Kendall's, and how far off it is on one task.

    Args:
        records (list[dict]): Of the task.
        variant (str): A way of measuring.
    """
    if any(variant not in record['fidelity'] for record in records):
        return ''
    found = rank(records, variant)
    text = f'{found["spearman"]:.2f}, {found["kendall"]:.2f}'
    if 'off' in found:
        text += f', {found["off"]:.1f} ({found["bias"]:+.1f})'
    return text


def counterpart(records: list[Record]) -> str:
    """Returns what a user of the task looks at: mIoU, or the agreement."""
    mapped = all('mIoU' in record['fidelity'] for record in records)
    return 'mIoU' if mapped else 'agreement'


def check_variant(records: list[Record], variant: str) -> None:
    """Raises a ValueError where a plot would have no student of a task.

    Args:
        records (list[dict]): Of the task.
        variant (str): What the plot shows.
    """
    known = dict.fromkeys(v for r in records for v in r['fidelity'])
    if variant not in known:
        raise ValueError(
            f'`variant` must be one of {list(known)} for '
            f'{records[0]["task"]!r}, but got {variant!r}'
        )


def how_images_are_made(options: dict[str, Any]) -> HeldOutImages:
    """Returns it as the command line has it.

    Args:
        options (dict): What ``HeldOutImages`` takes.

    Raises:
        TypeError: One is of another kind.
        ValueError: One is out of range or unknown.
    """
    known = list(signature(HeldOutImages).parameters)
    if unknown := [name for name in options if name not in known]:
        raise ValueError(
            f'`images` must be settings of {known}, but got {unknown}'
        )
    return HeldOutImages(**options)


def draw(
    tasks: dict[str, list[Record]], chosen: Optional[str], path: Path
) -> None:
    """Plots the real metric against one way of measuring.

    Args:
        tasks (dict[str, list[dict]]): From :func:`by_task`.
        chosen (str, optional): The way; None for :func:`counterpart`.
        path (Path): The picture.

    Raises:
        ValueError: No student of a task was measured so.
    """
    figure, _ = plt.subplots(
        1, len(tasks), figsize=(4 * len(tasks), 4), layout='constrained'
    )
    for place, (task, records) in zip(figure.axes, tasks.items()):
        variant = chosen or counterpart(records)
        check_variant(records, variant)
        shown = [r for r in records if variant in r['fidelity']]
        starts = defaultdict(list)
        for record in shown:
            starts[record['start']].append(record)
        for start, group in starts.items():
            place.scatter(
                [record['fidelity'][variant] for record in group],
                [record['real'] for record in group],
                s=18,
                alpha=0.7,
                label=start,
            )
        place.axline((50, 50), slope=1, color='gray', lw=0.8)
        found = rank(shown, variant)['spearman']
        title = f'{task}: Spearman {found:.2f}'
        place.set_title(title, parse_math=False)
        place.set_xlabel(f'fidelity: {variant}')
        place.set_ylabel(records[0]['metric'], parse_math=False)
        place.grid(alpha=0.3)
        add_legend(place, fontsize='small')
    write_figure(path, figure)


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='work_dirs/my_config --json fidelity.json',
        whole=True,
    )
    parser.add_argument('runs', nargs='+', type=Path, help='see above')
    parser.add_argument('--json', type=Path, required=True)
    parser.add_argument('--table', type=Path, help='Markdown')
    parser.add_argument('--plot', type=picture_path, help='PNG')
    parser.add_argument(
        '--variant',
        choices=list(VARIANTS),
        help='which the plot shows; defaults to agreement, of segmentors mIoU',
    )
    parser.add_argument(
        '--names',
        nargs='+',
        action=OptionsAction,
        metavar='DATASET=NAME',
        help='what to call the tasks, by the class of their data set',
    )
    parser.add_argument(
        '--images',
        nargs='+',
        action=OptionsAction,
        metavar='KEY=VALUE',
        help='how images are made, such as rounds=4',
    )
    add_force(parser)
    args = parser.parse_args()
    check_outputs(parser, args, 'json', 'table', 'plot', inputs=args.runs)
    return args


@tool
def main() -> None:
    """Measures all students, then writes what was asked for."""
    args = parse_args()
    files = [run for run in args.runs if run.suffix == '.json']
    runs = [run for run in args.runs if run.suffix != '.json']
    students = Students(runs, how_images_are_made(args.images or {}))
    records = [r for path in files for r in json.loads(path.read_text())]
    for record in students:
        records.append(record)
        # So that a measurement which is cut off leaves what it has.
        write_json(args.json, records)
        print(
            f'{record["checkpoint"]}: {record["real"]:.2f}, '
            f'{record["fidelity"]["agreement"]:.2f}',
            flush=True,
        )
        if args.plot and args.variant:
            check_variant(by_task(records)[record['task']], args.variant)
    write_json(args.json, records)
    names = args.names or {}
    tasks = {names.get(k, k): v for k, v in by_task(records).items()}
    text = table(tasks)
    print(text)
    if args.table:
        write_text(args.table, f'{text}\n')
    if args.plot:
        draw(tasks, args.variant, args.plot)


if __name__ == '__main__':
    main()
