"""Draws what a student learnt from: the newest images of a replay buffer.

A classifier's under the classes that the teacher gives them, in the order of
the classes; a segmentor's beside its maps. Names and colours are those of the
config's test or validation data; where it has none, classes go by number.
"""

from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.distillations import build, stored_samples
from mmrazor_ssdkd.cli.outputs import (
    add_force,
    check_outputs,
    picture_path,
)
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.cli.pictures import draw
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config
from mmrazor_ssdkd.validation import check_int


@tool
def main() -> None:
    """Draws the picture."""
    parser = Parser(__doc__, example='CONFIG CHECKPOINT images.png')
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('png', type=picture_path, help='where to draw it')
    parser.add_argument('--rows', type=int, default=4)
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    check_int('rows', args.rows)
    config = read_config(args)
    check_outputs(parser, args, 'png', inputs=[config, args.checkpoint])
    algorithm = build(config, args.checkpoint)
    samples = stored_samples(algorithm, args.checkpoint)
    draw(samples, algorithm, dataset_meta(config), args.png, args.rows)


if __name__ == '__main__':
    main()
