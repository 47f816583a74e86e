"""Evaluates a checkpoint on the test set that a config names."""

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import (
    add_config_arguments,
    forget_teachers,
    read_config,
)
from mmrazor_ssdkd.fidelity import add_fidelity
from mmrazor_ssdkd.models.checkpoint import load_checkpoint, read_checkpoint
from mmrazor_ssdkd.models.loaded_weights import loaded_later


@tool
def main() -> None:
    """Runs the evaluation."""
    parser = Parser(__doc__, example='CONFIG CHECKPOINT')
    add_config_arguments(parser)
    parser.add_argument('checkpoint', help='path or URL of the checkpoint')
    args = parser.parse_args()
    cfg = read_config(args)
    # Before the runner leaves a folder of logs.
    checkpoint = read_checkpoint(args.checkpoint, 'checkpoint')
    add_fidelity(cfg)
    # The checkpoint has the teachers' weights, too.
    forget_teachers(cfg)
    # Without a name, or it would replace the config that training left.
    with loaded_later():
        runner = Runner.from_cfg(Config(cfg.to_dict()))
    model = runner.model
    # The runner's own loading passes over keys that do not fit. The buffer,
    # perhaps of other settings, has no part in a test.
    load_checkpoint(
        model.module if is_model_wrapper(model) else model,
        checkpoint,
        args.checkpoint,
        'checkpoint',
        extra_state=False,
    )
    # It may hold a buffer.
    del checkpoint
    runner.test()


if __name__ == '__main__':
    main()
