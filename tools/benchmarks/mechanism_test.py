"""Shows what phi does to the classes and the difficulty of new samples.

Nine tenths of the replay buffer are filled with one class; then the generator,
started anew, takes some steps while the buffer stays as it is. The table gives
the share of that class and of the rarest one among the new images, the entropy
of their classes and the teacher's mean confidence in them, for each factor of
phi on and off and for each way of choosing the target of L_Task.
"""

import copy
import statistics
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from mmrazor.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS

from mmrazor_ssdkd.cli.outputs import add_force, check_outputs, write_json
from mmrazor_ssdkd.cli.parser import Parser, seed_number, tool
from mmrazor_ssdkd.engine import add_cfg_options, add_config, read_config
from mmrazor_ssdkd.models.algorithms import SSDKD

LABELS = ('predicted', 'uniform', 'rare')
# Settings of the task loss.
FACTORS: dict[str, dict[str, Any]] = {
    'phi = 1': dict(diversity=False, gamma=0.0),
    'diversity': dict(diversity=True, gamma=0.0),
    'difficulty': dict(diversity=False),
    'both': dict(diversity=True),
    'both, differentiated': dict(diversity=True, detach=False),
}
COLUMNS = ('frequent class', 'rarest class', 'entropy', 'confidence')


def build(cfg: Config) -> tuple[SSDKD, Any]:
    """Builds the algorithm and its generator's optimizer."""
    algorithm = MODELS.build(copy.deepcopy(cfg.model)).train()
    constructor = OPTIM_WRAPPER_CONSTRUCTORS.build(
        dict(
            type='SeparateOptimWrapperConstructor',
            _scope_='mmrazor',
            optim_wrapper_cfg=dict(generator=cfg.optim_wrapper.generator),
        )
    )
    return algorithm, constructor(algorithm)['generator']


def with_phi(cfg: Config, labels: str, options: dict[str, Any]) -> Config:
    """Returns a config of its own with a setting of phi."""
    # `Config.copy` is shallow.
    setting = copy.deepcopy(cfg)
    setting.merge_from_dict({'model.synthesis.labels': labels})
    setting.model.task_loss.update(options)
    return setting


def synthetic_pool(cfg: Config, size: int) -> torch.Tensor:
    """Returns uint8 images that the config's own generator makes.

    Raises:
        ValueError: The config is a segmentation's.
    """
    algorithm, optim_wrapper = build(cfg)
    generator = algorithm.generator
    gray = torch.full((1, generator.channels, *generator.image_size), 127.0)
    shape = tuple(predict(algorithm, gray).shape)
    if len(shape) > 2:
        raise ValueError(
            '`config` must distil a classifier, but its teacher gives logits '
            f'of shape {shape}'
        )
    images: list[torch.Tensor] = []
    while sum(map(len, images)) < size:
        candidates, _ = algorithm.synthesize(optim_wrapper)
        algorithm.admit_best(candidates)
        images.append(candidates)
    return torch.cat(images)


@torch.no_grad()
def predict(algorithm: SSDKD, images: torch.Tensor) -> torch.Tensor:
    """Returns the teacher's logits of however many images."""
    parts = images.split(256)
    return torch.cat([algorithm.predict_teacher(part) for part in parts])


def fill(algorithm: SSDKD, pool: torch.Tensor, frequent: int) -> None:
    """Fills the buffer, nine tenths of it with one class."""
    classes = predict(algorithm, pool).argmax(dim=1)
    size = algorithm.replay_buffer.max_size
    for chosen, number in (
        (pool[classes == frequent], size * 9 // 10),
        (pool[classes != frequent], size - size * 9 // 10),
    ):
        if not len(chosen):
            raise ValueError(
                f'`frequent` must be a class that the pool has beside others, '
                f'but got {frequent}'
            )
        index = torch.randint(len(chosen), (number,))
        preds_T = predict(algorithm, chosen[index])
        algorithm.replay_buffer.extend(
            chosen[index], preds_T, torch.ones(number)
        )


def measure(
    algorithm: SSDKD, optim_wrapper: Any, steps: int, frequent: int
) -> dict[str, float]:
    """Trains the generator and looks at the images of its last rounds."""
    rounds = max(1, steps // algorithm.synthesis.iters)
    images = [algorithm.synthesize(optim_wrapper)[0] for _ in range(rounds)]
    last = torch.cat(images[-5:])
    confidence, classes = predict(algorithm, last).softmax(1).max(1)
    share = torch.bincount(classes, minlength=algorithm.num_classes)
    share = share / share.sum()
    entropy = torch.special.entr(share).sum()
    values = (
        share[frequent],
        share.min(),
        entropy / torch.tensor(float(len(share))).log(),
        confidence.mean(),
    )
    return {name: float(value) for name, value in zip(COLUMNS, values)}


@torch.no_grad()
def prepared(
    cfg: Config, seed: int, pool: torch.Tensor, frequent: int
) -> tuple[SSDKD, Any]:
    """Returns a new algorithm over the imbalanced buffer."""
    set_random_seed(seed)
    algorithm, optim_wrapper = build(cfg)
    fill(algorithm, pool, frequent)
    return algorithm, optim_wrapper


@tool
def main() -> None:
    """Runs all settings and prints the table."""
    parser = Parser(
        __doc__,
        example='CONFIG --labels predicted --cfg-options '
        'model.teacher_ckpt=CHECKPOINT',
    )
    add_config(parser, 'config of SSD-KD')
    parser.add_argument('--frequent', type=int, default=0, help='the class')
    parser.add_argument('--steps', type=int, default=200)
    parser.add_argument(
        '--seeds', type=seed_number, nargs='+', default=[10, 11, 12]
    )
    parser.add_argument(
        '--labels', nargs='+', choices=LABELS, default=LABELS, help='targets'
    )
    parser.add_argument('--json', help='where to write all figures')
    add_cfg_options(parser)
    add_force(parser)
    args = parser.parse_args()
    cfg = read_config(args)
    check_outputs(parser, args, 'json', inputs=[cfg])
    init_default_scope(cfg.get('default_scope', 'mmpretrain'))
    set_random_seed(args.seeds[0])
    pool = synthetic_pool(cfg, 2 * cfg.model.replay_buffer.max_size)
    rows = []
    print('| target of L_Task | phi |', ' | '.join(COLUMNS), '|')
    print('|---|---|', '---|' * len(COLUMNS), sep='')
    for labels in args.labels:
        for factors, options in FACTORS.items():
            setting = with_phi(cfg, labels, options)
            results = []
            for seed in args.seeds:
                algorithm, optim_wrapper = prepared(
                    setting, seed, pool, args.frequent
                )
                results.append(
                    measure(
                        algorithm, optim_wrapper, args.steps, args.frequent
                    )
                )
            means = {
                name: statistics.mean(result[name] for result in results)
                for name in COLUMNS
            }
            cells = ' | '.join(f'{means[name]:.3f}' for name in COLUMNS)
            print(f'| {labels} | {factors} | {cells} |', flush=True)
            rows.append(dict(labels=labels, phi=factors, results=results))
    if args.json:
        write_json(args.json, rows)


if __name__ == '__main__':
    main()
