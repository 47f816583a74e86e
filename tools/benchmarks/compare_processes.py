"""Trains a config of SSD-KD in several processes and in one, by turns.

The several have each its part of the batches, so that all together do what
the one does, and the same share of the processor's cores: one thread each.
Seconds are those from the first step to the end, the last validation
included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarking.communication import note_name
from mmengine.config import Config

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, seed_number, tool
from mmrazor_ssdkd.engine import add_cfg_options, load_config
from mmrazor_ssdkd.validation import check_int

Row = dict[str, Any]
TOOLS = Path(__file__).resolve().parents[1]


def part(cfg: Config, number: int) -> None:
    """Gives a process its part of the batches.

    Args:
        cfg (Config): Of a training in one process, changed in place.
        number (int): How many processes.

    Raises:
        ValueError: A batch cannot be divided.
    """
    sections = [
        ('train_dataloader', 'batch_size'),
        ('model.synthesis', 'batch_size'),
        ('model.synthesis', 'admit'),
    ]
    for name, key in sections:
        section = cfg
        for step in name.split('.'):
            section = section[step]
        if section.get(key) is None:
            continue
        if section[key] % number:
            raise ValueError(
                f'`{name}.{key}` must be a multiple of `processes` = {number}'
                f', but got {section[key]}'
            )
        section[key] //= number


def train(cfg: Config, number: int, seed: int, folder: Path) -> Row:
    """Trains and returns what it cost.

    Args:
        cfg (Config): Of a training in one process.
        number (int): How many processes train.
        seed (int): Of the training.
        folder (Path): An empty one.

    Returns:
        dict: `processes`, `seed`, `load` of the machine before it, the notes
        of `CommunicationHook` (those of the slowest process, processor time
        and waiting of all) and `metrics`.
    """
    own = Config(cfg.to_dict())
    part(own, number)
    own.randomness = dict(seed=seed)
    imports = own.get('custom_imports') or dict(imports=[])
    own.custom_imports = dict(
        imports=[*imports['imports'], 'benchmarking.communication']
    )
    hook = dict(type='mmengine.CommunicationHook')
    own.custom_hooks = [*(own.get('custom_hooks') or []), hook]
    path = folder / 'config.py'
    own.dump(path)
    load = os.getloadavg()[0]
    work_dir = folder / 'run'
    _call(path, number, work_dir)
    notes = [
        json.loads((work_dir / note_name(rank)).read_text())
        for rank in range(number)
    ]
    row = max(notes, key=lambda note: note['seconds'])
    for key in ('processor_seconds', 'waited'):
        row[key] = sum(note[key] for note in notes)
    head = dict(processes=number, seed=seed, load=load)
    return {**head, **row, 'metrics': _metrics(work_dir)}


def _call(config: Path, number: int, work_dir: Path) -> None:
    """Runs the training tool."""
    several = ['-m', 'torch.distributed.run', '--standalone']
    several += ['--local-addr', '127.0.0.1', f'--nproc_per_node={number}']
    command = [sys.executable, *(several if number > 1 else [])]
    command += [str(TOOLS / 'train.py'), str(config)]
    command += ['--work-dir', str(work_dir)]
    command += ['--launcher', 'pytorch'] if number > 1 else []
    paths = [str(TOOLS / 'benchmarks'), os.environ.get('PYTHONPATH', '')]
    done = subprocess.run(
        command,
        env={
            **os.environ,
            'OMP_NUM_THREADS': '1',
            'PYTHONPATH': os.pathsep.join(filter(None, paths)),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout[-3000:])


def _metrics(work_dir: Path) -> dict[str, float]:
    """Returns what the last validation gave; nothing without one."""
    (log,) = work_dir.glob('*/vis_data/scalars.json')
    last = json.loads(log.read_text().splitlines()[-1])
    if 'loss' in last:
        return {}
    return {k: v for k, v in last.items() if k not in ('step', 'data_time')}


def table(rows: list[Row]) -> str:
    """Returns rows as a table of Markdown."""
    lines = [
        '| processes | seed | load before | seconds | processor seconds | '
        'waiting for others, share | collectives a step | kB a step | last '
        'validation |',
        '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ]
    for row in rows:
        waited = row['waited'] / row['processes'] / row['seconds']
        metrics = ', '.join(
            f'{key} {value:.4g}'
            for key, value in row['metrics'].items()
            if key != 'time'
        )
        lines.append(
            f'| {row["processes"]} | {row["seed"]} | {row["load"]:.1f} | '
            f'{row["seconds"]:.1f} | {row["processor_seconds"]:.1f} | '
            f'{waited:.1%} | {row["calls"] / row["steps"]:.1f} | '
            f'{row["nbytes"] / row["steps"] / 1e3:.1f} | {metrics} |'
        )
    return '\n'.join(lines)


def ratios(rows: list[Row]) -> list[float]:
    """Returns how many times as fast the several are, by seed."""
    by_seed: dict[int, dict[bool, float]] = {}
    for row in rows:
        seconds = by_seed.setdefault(row['seed'], {})
        seconds[row['processes'] > 1] = row['seconds']
    return [pair[False] / pair[True] for pair in by_seed.values()]


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='CONFIG --seeds 10 11 12 --json processes.json',
        whole=True,
    )
    parser.add_argument('config', metavar='CONFIG', help='a config of SSD-KD')
    parser.add_argument('--processes', type=int, default=2)
    parser.add_argument(
        '--seeds', type=seed_number, nargs='+', default=[10, 11, 12]
    )
    add_cfg_options(parser)
    parser.add_argument('--json', type=Path, help='where to write the rows')
    add_force(parser)
    args = parser.parse_args()
    config = load_config(args.config, cfg_options=args.cfg_options)
    check_outputs(parser, args, 'json', inputs=[config])
    return args


@tool
def main() -> None:
    """Prints the table and writes the JSON file."""
    args = parse_args()
    check_int('processes', args.processes, 2)
    cfg = load_config(args.config, cfg_options=args.cfg_options)
    part(Config(cfg.to_dict()), args.processes)
    rows: list[Row] = []
    for turn, seed in enumerate(args.seeds):
        # Who comes first changes, as a machine's neighbours do.
        for number in (1, args.processes)[:: -1 if turn % 2 else 1]:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(train(cfg, number, seed, Path(folder)))
            if args.json:
                write_json(args.json, rows)
    print(table(rows))
    found = ratios(rows)
    print(
        f'{args.processes} processes are {statistics.median(found):.2f} times '
        f'as fast as one ({min(found):.2f} to {max(found):.2f})'
    )


if __name__ == '__main__':
    main()
