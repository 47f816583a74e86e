"""Takes the student out of a distillation checkpoint.

Writes a checkpoint that plain mmpretrain or mmsegmentation loads, and beside
it, with the suffix .py, the student's config for them. The weights of a plain
network in an adapter have the names that the network itself loads.

--onnx and --torchscript write beside it, with the suffixes .onnx and .ts, the
student as it is deployed: images in 0 to 255 go in, (N, channels, H, W), their
channels in the order that the data preprocessor takes, which with OpenMMLab's
pipelines is BGR; logits come out, a segmentor's of the images' size. The
normalisation is inside, and the batch size is free. ONNX takes float32,
TorchScript uint8, too. Each is compared with the student on noise and on the
checkpoint's synthetic images before anything is written.
"""

from pathlib import Path

from mmrazor_ssdkd.cli.outputs import add_force
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.deployment import FORMS
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config


@tool
def main() -> None:
    """Runs the export."""
    parser = Parser(
        __doc__,
        example='CONFIG CHECKPOINT student.pth --onnx',
    )
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', help='path of the checkpoint to write')
    add_cfg_options(parser)
    add_force(parser)
    for form in FORMS:
        parser.add_argument(
            f'--{form}',
            action='append_const',
            const=form,
            dest='forms',
            help=f'write the student as {FORMS[form].suffix}, too',
        )
    parser.add_argument(
        '--image-size',
        type=int,
        nargs='+',
        metavar=('HEIGHT', 'WIDTH'),
        help="of the images that these take; defaults to the synthetic ones'",
    )
    args = parser.parse_args()
    forms = list(dict.fromkeys(args.forms or ()))
    if args.image_size and not forms:
        parser.error(
            '`image_size` must stand beside '
            f'{" or ".join(f"--{form}" for form in FORMS)}, which it is for, '
            f'but got {args.image_size} alone'
        )
    config = read_config(args)
    said = export_student(
        config, args.checkpoint, args.out, args.force, forms, args.image_size
    )
    suffixes = ['.py', *(FORMS[form].suffix for form in forms)]
    written = [args.out, *map(Path(args.out).with_suffix, suffixes)]
    print('Wrote', *written)
    if said:
        print(said)


if __name__ == '__main__':
    main()
