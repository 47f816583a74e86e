"""Writes a config that distils one network into another.

Looks at the teacher (its classes, its images, its BatchNorms), inherits from
the config whose sizes fit, tries a step with few images and says how long a
run will take and how much memory. A network is a config of mmpretrain or
mmseg, as its path or as mmpretrain::resnet/..., or any other:
torchvision.models:NAME, timm:NAME, transformers:CLASS or path/to/file.py:NAME,
whose code runs.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

from mmrazor_ssdkd.cli.config_files import config_files
from mmrazor_ssdkd.cli.outputs import StrPath, add_force, check_output
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import OptionsAction, named_files
from mmrazor_ssdkd.files import write_text
from mmrazor_ssdkd.scaffold import (
    Colours,
    Named,
    Trial,
    describe,
    find_pair,
    inherited_settings,
    try_step,
    with_published,
    write_config,
)
from mmrazor_ssdkd.validation import check_int


def new_config(args: argparse.Namespace) -> str:
    """Writes a config.

    Args:
        args (argparse.Namespace): What the parser found.

    Returns:
        str: What there is to say of it.

    Raises:
        ValueError: A network cannot be built or does not fit the other, or
            the file exists.
        OSError: The file cannot be written.
    """
    check_output('out', args.out, args.force, _inputs(args))
    size = _image_size(args.image_size)
    if args.epochs is not None:
        check_int('epochs', args.epochs, 1)
    colours = Colours(args.mean, args.std, args.image_order)
    checkpoint = args.checkpoint and _absolute(args.checkpoint)
    teacher, student, built, facts = find_pair(
        Named(args.teacher, args.teacher_options or {}),
        Named(args.student, args.student_options or {}),
        colours,
        size,
        checkpoint,
    )
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        inherited = inherited_settings(student, built, facts)
    whole = teacher if checkpoint else with_published(teacher)
    title = f'SSD-KD of {args.teacher} to {args.student}.'
    text = write_config(
        whole, checkpoint, student, facts, inherited, title, args.epochs
    )
    cfg = Config.fromstring(text, '.py')
    trial = None if args.no_trial else try_step(cfg, teacher)
    write_text(args.out, text)
    lines = [f'Wrote {args.out}. The teacher: {describe(facts)}.']
    start = "the teacher's weights" if inherited else 'random weights'
    epochs = cfg.train_cfg.max_epochs
    lines.append(f'The student starts from {start}, for {epochs} epochs.')
    return '\n'.join(lines + ([_cost(trial)] if trial else []))


def _inputs(args: argparse.Namespace) -> Iterator[StrPath]:
    """Yields the files that the networks come from."""
    for name in (args.teacher, args.student):
        # A config, or a file of Python and a name in it.
        yield from config_files(name)
        yield from config_files(name.rpartition(':')[0])
    options = [args.teacher_options, args.student_options]
    yield from named_files([args.checkpoint, *options])


def _cost(trial: Trial) -> str:
    """Returns what a run takes, in words."""
    return (
        f'A step takes about {trial.step_seconds:.2g} s on this machine and a '
        f'synthesis round {trial.round_seconds:.2g} s, so {trial.num_steps} '
        f'steps and {trial.num_rounds} rounds '
        f'{trial.total_seconds / 3600:.2g} h (measured with few images). '
        f'Memory: about {trial.nbytes / 1e9:.2g} GB, of which the replay '
        f'buffer takes {trial.buffer_nbytes / 1e9:.2g} GB.'
    )


def _image_size(numbers: list[int]) -> tuple[int, int]:
    """Returns a height and a width."""
    if len(numbers) > 2 or min(numbers) < 1:
        raise ValueError(
            f'`image_size` must be one or two numbers >= 1, but got {numbers}'
        )
    return numbers[0], numbers[-1]


def _absolute(path: str) -> str:
    """Returns a file's path that holds in other folders, or an address."""
    return path if '://' in path else str(Path(path).resolve())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what the tool takes."""
    parser.add_argument('out', help='path of the config to write')
    colours: dict[str, Any] = dict(type=float, nargs='+')
    for name in ('teacher', 'student'):
        parser.add_argument(f'--{name}', required=True, help='the network')
        parser.add_argument(
            f'--{name}-options',
            nargs='+',
            action=OptionsAction,
            metavar='KEY=VALUE',
            help='arguments of the function or class that makes it',
        )
    parser.add_argument(
        '--checkpoint',
        help="the teacher's weights; defaults to those that are published "
        'for it or that it makes itself',
    )
    parser.add_argument(
        '--image-size', type=int, nargs='+', required=True, help='height width'
    )
    parser.add_argument('--mean', help='in 0 to 255', **colours)
    parser.add_argument('--std', help='in 0 to 255', **colours)
    parser.add_argument(
        '--image-order',
        choices=['BGR', 'RGB'],
        help='of the images; defaults to BGR, as OpenMMLab loads files',
    )
    parser.add_argument(
        '--epochs',
        type=int,
        help='how long; defaults to as long as the config that it inherits '
        'from, or a part of that for a student that starts from its teacher',
    )
    parser.add_argument(
        '--no-trial', action='store_true', help='do not try a step'
    )
    add_force(parser)


@tool
def main() -> None:
    """Writes the config."""
    parser = Parser(
        __doc__,
        example='my.py --teacher timm:resnet18 --student timm:resnet10t '
        '--image-size 224',
        whole=True,
    )
    add_arguments(parser)
    # Of every weight it would say how it is initialised.
    MMLogger.get_instance('new_config', log_level='ERROR')
    print(new_config(parser.parse_args()))


if __name__ == '__main__':
    main()
