"""Compares SSD-KD's training steps with the bare arithmetic under them.

Each config trains in a process of its own as mmengine's Runner drives it, with
all its hooks, its data loader and its log; the checkpoint hook and validation
are off, and the teacher has random weights. After the warm-up rounds and one
segment that does not count, segments of whole synthesis rounds alternate
between the training, its floor (`benchmarking/floor.py` says what that is),
the training with a clock around its parts, and the floor with L_BN. All
figures are medians over the repeats, in seconds of each student step:

- `ratio`: `step_seconds` over `floor_seconds`.
- `parts`: `synthesis` (the generator's steps), `candidates` (teacher, student
  and phi of a round's images), `insert` (into the buffer, and what the log
  says of it), `draw` (sample and update of priorities), `student` (its
  views too), and `rest` (hooks, log, data loader). `buffer_share` is that of
  `insert` and `draw`.
- `bn_seconds`: what L_BN adds to the floor.
- `matrix_share`: the floor's operations in `step_seconds`, as a share of what
  a large matrix product of the same dtype reaches.
- `peak_memory`: bytes of the process on a CPU, of tensors on a GPU, before the
  floor takes any.
"""

import argparse
import itertools
import math
import multiprocessing
import os
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path

import torch
from benchmarking.machine import device_name
from benchmarking.segments import (
    Measured,
    Row,
    SegmentHook,
    figures,
    measure,
)
from mmengine.config import Config
from mmengine.runner import Runner

from mmrazor_ssdkd.cli.mixed_precision import use_amp
from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.compat.own_configs import own_folder
from mmrazor_ssdkd.engine import (
    add_cfg_options,
    forget_teachers,
    load_config,
)
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.validation import check_int

CONFIGS = own_folder() / 'configs'
DEFAULT_CONFIGS = (
    'mmpretrain/cifar10/'
    'ssdkd_logits_resnet18-w16_resnet18-w8_1xb256-200e_cifar10.py',
    'mmseg/digit_scenes/ssdkd_logits_deeplabv3plus-r18-w16_'
    'deeplabv3plus-m-v2-w25_1xb16-40e_digit-scenes.py',
)


@torch.no_grad()
def fill(algorithm: SSDKD) -> None:
    """Fills the buffer with random samples."""
    generator, buffer = algorithm.generator, algorithm.replay_buffer
    device, chunk = generator.device, 500
    size = (generator.channels, *generator.image_size)
    for start in range(0, buffer.max_size, chunk):
        number = min(chunk, buffer.max_size - start)
        images = torch.randint(
            256, (number, *size), dtype=torch.uint8, device=device
        )
        if not start:
            shape = algorithm.predict_teacher(images[:1]).shape[1:]
        preds_T = torch.randn(number, *shape, device=device)
        buffer.extend(images, preds_T, torch.rand(number, device=device))


def prepare(job: Row, work_dir: str) -> Config:
    """Reads a config and turns off what no step of training needs.

    Raises:
        ValueError: The config has a distiller, for which there is no floor.
    """
    cfg = load_config(job['config'], work_dir, job['cfg_options'])
    if cfg.model.get('distiller'):
        raise ValueError(
            '`model.distiller` must be None, since the floor has none, but '
            f'got {cfg.model.distiller.type}'
        )
    forget_teachers(cfg)
    cfg.randomness = dict(seed=0)
    cfg.train_cfg = dict(by_epoch=True, max_epochs=10**6)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.setdefault('default_hooks', {})['checkpoint'] = None
    if job['buffer_size']:
        cfg.model.replay_buffer.max_size = job['buffer_size']
    if job['image_size']:
        cfg.model.generator.image_size = job['image_size']
    if job['amp']:
        use_amp(cfg.optim_wrapper)
    return cfg


def benchmark(job: Row) -> Row:
    """Trains a config for some segments.

    Args:
        job (dict): `config`, `cfg_options`, `amp`, `buffer_size`,
            `image_size` and `repeats`.

    Returns:
        dict: The row for the table and the JSON file.
    """
    found: Row = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        cfg = prepare(job, folder)
        runner = Runner.from_cfg(cfg)
        algorithm = runner.model
        if job['buffer_size']:
            fill(algorithm)
        # Whole rounds and whole intervals of the log; mmengine's is 10.
        logger = cfg.default_hooks.get('logger', {})
        steps = math.lcm(
            algorithm.synthesis.interval, logger.get('interval', 10)
        )
        plan = measure(runner, steps, job['repeats'], found)
        runner.register_hook(SegmentHook(steps, plan))
        with suppress(Measured):
            runner.train()
    row = dict(
        config=Path(job['config']).stem,
        image_size=algorithm.generator.image_size,
        buffer_size=len(algorithm.replay_buffer),
        buffer_bytes=algorithm.replay_buffer.nbytes,
        batch_size=runner.train_dataloader.batch_size,
        **figures(found),
        device=device_name(algorithm.generator.device),
        dtype=str(found['dtype']).removeprefix('torch.'),
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        steps=steps,
        repeats=job['repeats'],
    )
    row['images_per_second'] = row['batch_size'] / row['step_seconds']
    return row


def table(rows: list[Row]) -> str:
    """Returns the rows for the screen, parts as shares of a step."""
    names = [*rows[0]['parts']]
    head = ['config', 'image', 'buffer', 'MB', 'ms a step', 'floor', 'ratio']
    head += ['L_BN', *names, 'images/s', 'peak MB', 'matrix share']
    lines = [head, ['---'] * len(head)]
    for row in rows:
        step, parts = row['step_seconds'], row['parts']
        total = sum(parts.values())
        low, high = row['ratio_range']
        height, width = row['image_size']
        lines.append(
            [
                row['config'],
                f'{height}x{width}',
                f'{row["buffer_size"]}',
                f'{row["buffer_bytes"] / 1e6:.1f}',
                f'{1e3 * step:.2f}',
                f'{1e3 * row["floor_seconds"]:.2f}',
                f'{row["ratio"]:.3f} ({low:.3f} to {high:.3f})',
                f'{row["bn_seconds"] / step:.1%}',
                *(f'{parts[name] / total:.1%}' for name in names),
                f'{row["images_per_second"]:.0f}',
                f'{row["peak_memory"] / 1e6:.0f}',
                f'{row["matrix_share"]:.1%}',
            ]
        )
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='CONFIG --json benchmark.json --repeats 5',
        whole=True,
    )
    parser.add_argument(
        'configs',
        nargs='*',
        metavar='CONFIG',
        default=[str(CONFIGS / path) for path in DEFAULT_CONFIGS],
        help='configs of SSD-KD; defaults to a classifier and a segmentor',
    )
    parser.add_argument(
        '--device',
        choices=('cpu', 'cuda'),
        default='cuda' if torch.cuda.is_available() else 'cpu',
        help='defaults to cuda where there is a GPU',
    )
    parser.add_argument('--json', type=Path, help='where to write the rows')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision, as in train.py'
    )
    parser.add_argument(
        '--buffer-sizes',
        type=int,
        nargs='+',
        default=[None],
        help="buffers full of random samples, in place of the config's own",
    )
    parser.add_argument('--image-sizes', type=int, nargs='+', default=[None])
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    configs = [load_config(path) for path in args.configs]
    check_outputs(parser, args, 'json', inputs=configs)
    return args


def be_quiet() -> None:
    """Keeps a process's log off the screen; a file has it, too."""
    sys.stdout = open(os.devnull, 'w')  # noqa: SIM115
    # mmengine sets a method of its own and warns where there is one.
    multiprocessing.set_start_method(None, force=True)


@tool
def main() -> None:
    """Prints the table and writes the JSON file."""
    args = parse_args()
    check_int('repeats', args.repeats)
    if args.device == 'cpu':
        # mmengine takes the GPU that it sees.
        os.environ['CUDA_VISIBLE_DEVICES'] = ''
    elif not torch.cuda.is_available():
        raise ValueError('`device` must be cpu where there is no GPU')
    jobs = [
        dict(
            config=config,
            image_size=image_size,
            buffer_size=buffer_size,
            cfg_options=args.cfg_options,
            amp=args.amp,
            repeats=args.repeats,
        )
        for config, image_size, buffer_size in itertools.product(
            args.configs, args.image_sizes, args.buffer_sizes
        )
    ]
    rows = []
    context = multiprocessing.get_context('spawn')
    for job in jobs:
        # A process for each, so that none inherits another's memory.
        with ProcessPoolExecutor(1, context, be_quiet) as process:
            rows.append(process.submit(benchmark, job).result())
    print(table(rows))
    if args.json:
        write_json(args.json, rows)


if __name__ == '__main__':
    main()
