"""Prunes a distillation's teacher by MMRazor's L1 units, without data.

Writes the weights that are left, and beside them, with the suffix .py, the
distillation's config with the pruned teacher as the student.
"""

import io
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from torch import nn

from mmrazor_ssdkd.blame import blamed
from mmrazor_ssdkd.cli.outputs import add_force, check_outputs
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config
from mmrazor_ssdkd.files import write_bytes, write_text
from mmrazor_ssdkd.models.building import (
    build_part,
    build_teacher,
    resolve_model,
)
from mmrazor_ssdkd.models.generators import ImageGenerator
from mmrazor_ssdkd.models.inheritance import replace_student_init
from mmrazor_ssdkd.models.inheritance.l1_pruning import L1Pruner, analyzer
from mmrazor_ssdkd.validation import check_number


def check_ratio(ratio: float) -> None:
    """Raises a ValueError for no share, in (0, 1]."""
    check_number('ratio', ratio, exclusive=True, maximum=1)


def keep_share(widths: dict[str, int], ratio: float) -> dict[str, int]:
    """Returns how many channels each unit keeps.

    Args:
        widths (dict[str, int]): How many it has, by name.
        ratio (float): The share to keep, in (0, 1].

    Raises:
        ValueError: The share is out of range.
    """
    check_ratio(ratio)
    return {
        name: max(1, int(width * ratio + 1e-9))
        for name, width in widths.items()
    }


def prune_teacher(config: Config, ratio: float) -> tuple[nn.Module, dict]:
    """Prunes the teacher of a distillation.

    Args:
        config (Config): SSD-KD's, with one ``teacher``.
        ratio (float): The share of each unit's channels to keep, in (0, 1],
            as MMRazor's ratios are.

    Returns:
        tuple: The pruned network, and its config as MMRazor's deployable
        sub-model.

    Raises:
        ValueError: There is no such teacher, its weights are unfit, MMRazor
            cannot follow its channels, or the share is out of range.
    """
    # Before a teacher is loaded.
    check_ratio(ratio)
    model = config.model
    if not model.get('teacher') or not model.get('generator'):
        raise ValueError(
            '`config` must be of SSD-KD with one `teacher`, but got '
            f'{config.filename!r}'
        )
    scope = config.get('default_scope', 'mmpretrain')
    shared = model.get('data_preprocessor', config.get('data_preprocessor'))
    with DefaultScope.overwrite_default_scope(scope):
        generator: Any = build_part(
            model.generator, 'generator', ImageGenerator
        )
        teacher = build_teacher(
            model.teacher, model.get('teacher_ckpt'), shared
        )
        image_size = (generator.channels, *generator.image_size)
        # What MMRazor raises is of any kind.
        with blamed(
            'teacher',
            "a network that MMRazor's ChannelAnalyzer can follow "
            f'(here {type(teacher).__name__})',
        ):
            pruner = L1Pruner(teacher, image_size)
            widths = keep_share(pruner.widths, ratio)
            pruned = pruner.cut(widths)
    resolved = resolve_model(model.teacher, 'teacher', shared)
    resolved.model.setdefault('_scope_', resolved.scope or scope)
    structure = dict(
        type='mmrazor.GroupFisherDeploySubModel',
        architecture=resolved.model,
        fix_subnet=widths,
        parse_cfg=analyzer(image_size),
    )
    return pruned, structure


def write_pruned(config: Config, ratio: float, out: str) -> int:
    """Writes a distillation's pruned teacher and the config to distil it.

    Args:
        config (Config): SSD-KD's, with one ``teacher``.
        ratio (float): The share of each unit's channels to keep, in (0, 1].
        out (str): Path of the weights; the config is beside them.

    Returns:
        int: How many parameters are left.

    Raises:
        ValueError: As for :func:`prune_teacher`.
        OSError: A file cannot be written.
    """
    pruned, structure = prune_teacher(config, ratio)
    config = Config(config.to_dict())
    # A run of its own.
    config.pop('work_dir', None)
    config.model.architecture = structure
    # The config is for any folder that a training starts from.
    checkpoint = str(Path(out).resolve())
    replace_student_init(
        config.model,
        dict(type='mmrazor_ssdkd.CheckpointWeights', checkpoint=checkpoint),
    )
    weights = io.BytesIO()
    torch.save(dict(state_dict=pruned.state_dict()), weights)
    text = config.pretty_text
    write_bytes(out, weights.getvalue())
    write_text(Path(out).with_suffix('.py'), text)
    return sum(weight.numel() for weight in pruned.parameters())


@tool
def main() -> None:
    """Prunes a teacher and says how much is left."""
    parser = Parser(__doc__, example='CONFIG student.pth --ratio 0.5')
    add_config(parser, 'config of the distillation')
    parser.add_argument('out', help='path of the checkpoint to write')
    parser.add_argument(
        '--ratio',
        type=float,
        default=0.5,
        help='share of the channels to keep (default: %(default)s)',
    )
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    check_ratio(args.ratio)
    args.beside = str(Path(args.out).with_suffix('.py'))
    if args.beside == args.out:
        parser.error(
            '`out` must not end in .py, which is for the config beside it, '
            f'but got {args.out!r}'
        )
    config = read_config(args)
    check_outputs(parser, args, 'out', 'beside', inputs=[config])
    left = write_pruned(config, args.ratio, args.out)
    print(f'Wrote {args.out} ({left} parameters) and {args.beside}')


if __name__ == '__main__':
    main()
