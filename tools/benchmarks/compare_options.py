"""Times a config of SSD-KD beside the same config with options of its changed.

All variants live in one process and take turns, a segment of whole synthesis
rounds each, so that a busy machine slows all of them alike. A figure is the
median over the repeats, in seconds of each student step: `train_step` alone,
without hooks, log and data loader, which no option changes. The teacher has
random weights.
"""

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import torch
from benchmark import prepare
from benchmarking.machine import clock, device_name
from mmengine.logging import MMLogger
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import OptionsAction, add_cfg_options, load_config
from mmrazor_ssdkd.registry import MODELS
from mmrazor_ssdkd.validation import check_int

Row = dict[str, Any]


class Variant:
    """A distillation that can be trained for some steps.

    Args:
        config (str): Path of the config.
        common (dict): Options of the config that all variants share, by
            dotted key.
        options (dict): The variant's own; empty for none.
        device (torch.device): Where it trains.
    """

    def __init__(
        self, config: str, common: Row, options: Row, device: torch.device
    ) -> None:
        self.name = ' '.join(f'{k}={v}' for k, v in options.items())
        job = dict(
            config=config,
            cfg_options={**common, **options},
            amp=False,
            buffer_size=None,
            image_size=None,
        )
        with tempfile.TemporaryDirectory() as folder:
            cfg = prepare(job, folder)
        init_default_scope(cfg.get('default_scope', 'mmengine'))
        torch.manual_seed(0)
        self.algorithm = MODELS.build(cfg.model).to(device)
        self.algorithm.init_weights()
        self.algorithm.train()
        self.wrappers = build_optim_wrapper(self.algorithm, cfg.optim_wrapper)
        self.batch = dict(inputs=torch.zeros(cfg.train_dataloader.batch_size))
        self.device = device
        self.seconds: list[float] = []

    def train(self, steps: int) -> float:
        """Returns the seconds of each of some steps."""
        start = clock(self.device)
        for _ in range(steps):
            self.algorithm.train_step(self.batch, self.wrappers)
        return (clock(self.device) - start) / steps


def compare(variants: list[Variant], repeats: int) -> list[Row]:
    """Trains all by turns.

    Args:
        variants (list[Variant]): The config as it is comes first.
        repeats (int): Segments of each, after one that does not count.

    Returns:
        list[dict]: `options`, the median `step_seconds` and `against`, the
        median of its ratios to the first in the same turn, and their range.
    """
    for turn in range(repeats + 1):
        for variant in variants:
            interval = variant.algorithm.synthesis.interval
            seconds = variant.train(interval)
            if turn:
                variant.seconds.append(seconds)
    rows = []
    for variant in variants:
        ratios = [a / b for a, b in zip(variant.seconds, variants[0].seconds)]
        rows.append(
            dict(
                options=variant.name or 'as it is',
                step_seconds=statistics.median(variant.seconds),
                against=statistics.median(ratios),
                range=[min(ratios), max(ratios)],
            )
        )
    return rows


class AppendOptions(OptionsAction):
    """Reads KEY=VALUE pairs, one list of them for each use of the option."""

    def __call__(self, parser: Any, namespace: Any, *args: Any) -> None:
        """Appends the pairs as a dict."""
        found = argparse.Namespace()
        super().__call__(parser, found, *args)
        options = getattr(namespace, self.dest) or []
        setattr(namespace, self.dest, [*options, getattr(found, self.dest)])


def parse_args() -> argparse.Namespace:
    """Returns the command line's arguments."""
    parser = Parser(
        __doc__,
        example='CONFIG --variant model.channels_last=False',
        whole=True,
    )
    parser.add_argument('config', metavar='CONFIG', help='a config of SSD-KD')
    parser.add_argument(
        '--variant',
        dest='variants',
        nargs='+',
        action=AppendOptions,
        required=True,
        metavar='KEY=VALUE',
        help='options of one variant, as in --cfg-options; may come again',
    )
    add_cfg_options(parser)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--json', type=Path, help='where to write the rows')
    add_force(parser)
    args = parser.parse_args()
    config = load_config(args.config)
    check_outputs(parser, args, 'json', inputs=[config])
    return args


@tool
def main() -> None:
    """Prints the table and writes the JSON file."""
    args = parse_args()
    check_int('repeats', args.repeats)
    MMLogger.get_instance('compare_options', log_level='WARNING')
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    common = args.cfg_options or {}
    variants = [
        Variant(args.config, common, options, device)
        for options in ({}, *args.variants)
    ]
    rows = compare(variants, args.repeats)
    print(f'{device_name(device)}, torch {torch.__version__}')
    print('| options | ms a step | against the first |\n| --- | --- | --- |')
    for row in rows:
        low, high = row['range']
        print(
            f'| {row["options"]} | {1e3 * row["step_seconds"]:.1f} '
            f'| {row["against"]:.2f} ({low:.2f} to {high:.2f}) |'
        )
    if args.json:
        write_json(args.json, rows)


if __name__ == '__main__':
    main()
