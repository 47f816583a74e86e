"""Trains a teacher on scikit-learn's digits and distils it without them.

Needs no download and no GPU. The teacher sees the real digits, or pairs or
scenes made of them, the student only what the generator makes; both are
evaluated on real digits that neither has seen.
"""

import json
import resource
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

from mmrazor_ssdkd.cli.dataset_meta import dataset_meta
from mmrazor_ssdkd.cli.outputs import write_json
from mmrazor_ssdkd.cli.parser import Parser, seed_number, tool
from mmrazor_ssdkd.cli.pictures import draw
from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.compat.own_configs import own_folder
from mmrazor_ssdkd.engine import delete_checkpoints, held, load_config
from mmrazor_ssdkd.reporting import write_report

CONFIGS = own_folder() / 'configs'
PACKAGES = ('torch', 'mmengine', 'mmpretrain', 'mmrazor', 'mmrazor_ssdkd')


def train(
    config: Path, work_dir: Path, seed: int, **options: object
) -> Runner:
    """Trains a config and leaves the config that it used beside the logs.

    Args:
        config (Path): The config.
        work_dir (Path): Where it trains.
        seed (int): The seed of everything random.
        **options: Settings to override, with dots as double underscores.

    Returns:
        Runner: After its last iteration and validation.
    """
    overrides = {key.replace('__', '.'): v for key, v in options.items()}
    overrides['randomness.seed'] = seed
    cfg = load_config(str(config), str(work_dir), overrides)
    work_dir.mkdir(parents=True, exist_ok=True)
    # Of the quickstart before.
    delete_checkpoints(work_dir)
    cfg.dump(work_dir / 'config.py')
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


def score(runner: Runner, metric: str) -> float:
    """Returns a metric of the last iteration, 0 to 1."""
    history = runner.message_hub.get_scalar(f'val/{metric}')
    return round(history.current() / 100, 6)


def num_params(model: nn.Module) -> int:
    """Returns how many parameters a model has."""
    return sum(p.numel() for p in model.parameters())


@dataclass(frozen=True)
class Task:
    """What differs between the quickstarts."""

    data: str
    teacher: str
    distill: str
    metric: str
    score: str


TASKS = dict(
    cls=Task(
        data='digits',
        teacher='mmpretrain/digits/resnet18-w16_1xb64-60e_digits.py',
        distill='mmpretrain/digits/ssdkd_logits_resnet18-w16_resnet18-w8-'
        'inherited_1xb64-12e_digits.py',
        metric='accuracy/top1',
        score='accuracy',
    ),
    pairs=Task(
        data='pairs of digits',
        teacher='mmpretrain/digit_pairs/resnet18-w16_1xb128-6e_digit-pairs.py',
        distill='mmpretrain/digit_pairs/ssdkd_logits_resnet18-w16_resnet18-w8-'
        'inherited_1xb128-20e_digit-pairs.py',
        metric='accuracy/top1',
        score='accuracy',
    ),
    seg=Task(
        data='scenes of digits',
        teacher='mmseg/digit_scenes/deeplabv3plus_r18-w16_1xb16-20e_'
        'digit-scenes.py',
        distill='mmseg/digit_scenes/ssdkd_logits_deeplabv3plus-r18-w16_'
        'deeplabv3plus-r18-w8-inherited_1xb16-20e_digit-scenes.py',
        metric='mIoU',
        score='miou',
    ),
)


def check_root(root: Path) -> None:
    """Raises a ValueError for a folder that no quickstart made.

    What an earlier one left is its own and is replaced.
    """
    configs = [root / part / 'config.py' for part in ('teacher', 'distill')]
    ours = any(path.is_file() for path in configs)
    if (
        root.exists()
        and not ours
        and any(path.name != '.lock' for path in root.iterdir())
    ):
        raise ValueError(
            "`work_dir` must be new, empty or an earlier quickstart's, but "
            f'{str(root)!r} holds something else; give another --work-dir'
        )


def say(text: str) -> None:
    """Prints a line that stands out between the logs."""
    print(f'\n=== {text} ===\n', flush=True)


@tool
def main() -> None:
    """Runs the quickstart."""
    parser = Parser(__doc__, example='--task seg')
    parser.add_argument('--task', choices=TASKS, default='cls')
    parser.add_argument('--seed', type=seed_number, default=0)
    parser.add_argument(
        '--work-dir', type=Path, help='defaults to work_dirs/quickstart_TASK'
    )
    args = parser.parse_args()
    task = TASKS[args.task]
    default = Path('work_dirs') / f'quickstart_{args.task}'
    root = (args.work_dir or default).resolve()
    check_root(root)
    with held(root):
        run(task, root, args.seed)


def run(task: Task, root: Path, seed: int) -> None:
    """Trains, distils, exports and reports.

    Args:
        task (Task): What differs between the quickstarts.
        root (Path): Where everything goes.
        seed (int): The seed of everything random.
    """
    say(f'1/3 Training the teacher on real {task.data}')
    start = time.perf_counter()
    teacher = train(CONFIGS / task.teacher, root / 'teacher', seed)
    teacher_seconds = time.perf_counter() - start

    say(f'2/3 Distilling the student without any {task.data}')
    start = time.perf_counter()
    distilled = train(
        CONFIGS / task.distill,
        root / 'distill',
        seed,
        model__teacher_ckpt=last_checkpoint(root / 'teacher'),
    )
    distill_seconds = time.perf_counter() - start

    say('3/3 Exporting the student')
    config = root / 'distill' / 'config.py'
    checkpoint = last_checkpoint(root / 'distill')
    exported = root / 'student.pth'
    export_student(
        Config.fromfile(config), checkpoint, str(exported), force=True
    )
    summary = {
        f'teacher_{task.score}': score(teacher, task.metric),
        f'student_{task.score}': score(distilled, task.metric),
        **counts(distilled),
        'teacher_seconds': round(teacher_seconds, 1),
        'distill_seconds': round(distill_seconds, 1),
        'peak_rss_mb': peak_rss_mb(),
        'seed': seed,
        'versions': {name: version(name) for name in PACKAGES},
        'teacher_config': str(root / 'teacher' / 'config.py'),
        'distill_config': str(config),
        'distill_checkpoint': checkpoint,
        'exported_student': str(exported),
        'report': str(root / 'report.html'),
    }
    write_json(root / 'summary.json', summary)
    draw(
        distilled.model.replay_buffer.state_dict()['samples'],
        distilled.model,
        dataset_meta(distilled.cfg),
        root / 'synthetic.png',
    )
    # Of this start alone: an earlier quickstart's may lie beside it.
    write_report(distilled.log_dir, root / 'report.html')
    print(json.dumps(summary, indent=2))
    say(f'Done. Open {root / "report.html"} to see what it learnt')


def counts(distilled: Runner) -> dict[str, int]:
    """Returns the sizes of the models and of what the student saw."""
    algorithm = distilled.model
    epoch = len(distilled.train_dataloader.dataset)
    return dict(
        teacher_params=num_params(algorithm.teacher),
        student_params=num_params(algorithm.student),
        synthetic_samples=algorithm.num_synthesized,
        student_draws=distilled.epoch * epoch,
    )


def last_checkpoint(work_dir: Path) -> str:
    """Returns the checkpoint that mmengine noted as its last."""
    return (work_dir / 'last_checkpoint').read_text().strip()


def peak_rss_mb() -> int:
    """Returns the most memory that this process held, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, kilobytes elsewhere.
    return round(peak / (2**20 if sys.platform == 'darwin' else 2**10))


if __name__ == '__main__':
    main()
