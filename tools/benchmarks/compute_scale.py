"""Computes what more GPUs would give, from what a few processes sent.

Nothing here is measured but the bytes and the collectives of a step, which
compare_processes.py counts. A process keeps its batch, so N of them do N
times as much in a step, which takes the time of one process and that of its
collectives: `calls * latency + 2 (N - 1) / N * bytes / bandwidth`, a ring's.
None of it is hidden behind arithmetic.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.validation import check_int, check_number

# GPUs of a machine: within it they have links of their own.
_MACHINE = 8


def efficiency(
    number: int,
    seconds: float,
    calls: float,
    nbytes: float,
    latency: float,
    bandwidth: float,
) -> float:
    """Returns which share of a step is arithmetic.

    Args:
        number (int): How many processes.
        seconds (float): A step of one process alone takes.
        calls (float): Collectives in a step.
        nbytes (float): They take from a process, in a step.
        latency (float): Seconds before a collective sends anything.
        bandwidth (float): Bytes per second between neighbours of the ring.

    Returns:
        float: In (0, 1]; ``number`` times this is how many times as fast
        they are as one.
    """
    if number == 1:
        return 1.0
    ring = 2 * (number - 1) / number
    return seconds / (seconds + calls * latency + ring * nbytes / bandwidth)


def table(args: argparse.Namespace, calls: float, nbytes: float) -> str:
    """Returns the times as fast, of steps of each length."""
    head = ' | '.join(f'{number} GPUs' for number in args.gpus)
    lines = [
        f'| a step alone | {head} |',
        '| --- |' + ' --- |' * len(args.gpus),
    ]
    for milliseconds in args.step_ms:
        cells = []
        for number in args.gpus:
            within = number <= _MACHINE
            share = efficiency(
                number,
                milliseconds / 1e3,
                calls,
                nbytes,
                1e-6 * (args.latency_us[0] if within else args.latency_us[1]),
                1e9 * (args.bandwidth[0] if within else args.bandwidth[1]),
            )
            cells.append(f'{number * share:.1f} ({share:.0%})')
        lines.append(f'| {milliseconds:g} ms | {" | ".join(cells)} |')
    return '\n'.join(lines)


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='processes.json --gpus 8 64 --step-ms 50',
        whole=True,
    )
    parser.add_argument('json', type=Path, help="compare_processes.py's")
    parser.add_argument('--gpus', type=int, nargs='+', default=[8, 64])
    parser.add_argument(
        '--step-ms',
        type=float,
        nargs='+',
        default=[20.0, 50.0, 200.0],
        help='milliseconds of a step in one process',
    )
    pair: Any = dict(type=float, nargs=2, metavar=('WITHIN', 'BETWEEN'))
    parser.add_argument(
        '--bandwidth',
        **pair,
        default=[100.0, 10.0],
        help=f'GB/s within a machine of {_MACHINE} GPUs, and between machines',
    )
    parser.add_argument(
        '--latency-us',
        **pair,
        default=[30.0, 100.0],
        help='microseconds of a collective, within and between',
    )
    args = parser.parse_args()
    for number in args.gpus:
        check_int('gpus', number)
    for name in ('step_ms', 'bandwidth'):
        for value in getattr(args, name):
            check_number(name, value, exclusive=True)
    for value in args.latency_us:
        check_number('latency_us', value)
    return args


@tool
def main() -> None:
    """Prints the table."""
    args = parse_args()
    rows = [r for r in json.loads(args.json.read_text()) if r['processes'] > 1]
    if not rows:
        raise ValueError(
            f'`json` must have a row of several processes, but got {args.json}'
        )
    steps = sum(row['steps'] for row in rows)
    calls = sum(row['calls'] for row in rows) / steps
    nbytes = sum(row['nbytes'] for row in rows) / steps
    print(table(args, calls, nbytes))
    print(
        f'Computed from {calls:.1f} collectives and {nbytes / 1e3:.0f} kB a '
        f'step, {args.bandwidth[0]:g} and {args.bandwidth[1]:g} GB/s, '
        f'{args.latency_us[0]:g} and {args.latency_us[1]:g} us; not measured.'
    )


if __name__ == '__main__':
    main()
