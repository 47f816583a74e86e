"""Trains a teacher on scikit-learn's digits and distils it without them.

Needs no download and no GPU. The teacher sees the real digits, the student
only what the generator makes; both are evaluated on real digits that neither
has seen.
"""

import argparse
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

from export_student import export_student
from matplotlib.figure import Figure
from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

from mmrazor_ssdkd.engine import load_config
from mmrazor_ssdkd.models.algorithms import SSDKD

CONFIGS = Path(__file__).resolve().parents[1] / 'configs/mmpretrain/digits'
TEACHER = 'resnet18-w16_1xb64-60e_digits.py'
DISTILL = 'ssdkd_logits_resnet18-w16_resnet18-w8_1xb64-40e_digits.py'
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
    cfg.dump(work_dir / 'config.py')
    runner = Runner.from_cfg(cfg)
    runner.train()
    return runner


def accuracy(runner: Runner) -> float:
    """Returns the accuracy after the last iteration, 0 to 1."""
    history = runner.message_hub.get_scalar('val/accuracy/top1')
    return round(history.current() / 100, 6)


def num_params(model: nn.Module) -> int:
    """Returns how many parameters a model has."""
    return sum(p.numel() for p in model.parameters())


def draw_samples(algorithm: SSDKD, path: Path, rows: int = 4) -> None:
    """Draws synthetic digits under the labels that the teacher gives them.

    Args:
        algorithm (SSDKD): With a filled buffer.
        path (Path): The PNG to write.
        rows (int): Rows of ten images. Defaults to 4.
    """
    batch = algorithm.replay_buffer.sample(rows * 10)
    figure = Figure(figsize=(8, 0.95 * rows))
    axes = figure.subplots(rows, 10)
    for axis, image, label in zip(
        axes.flat, batch['images'].cpu(), batch['labels'].cpu()
    ):
        axis.imshow(image[0], cmap='gray', vmin=0, vmax=255)
        axis.set_title(str(int(label)), fontsize=9, pad=2)
        axis.axis('off')
    figure.tight_layout(pad=0.4)
    figure.savefig(path, dpi=100)


def say(text: str) -> None:
    """Prints a line that stands out between the logs."""
    print(f'\n=== {text} ===\n', flush=True)


def main() -> None:
    """Runs the quickstart."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument(
        '--work-dir', type=Path, default='work_dirs/quickstart'
    )
    args = parser.parse_args()
    root = args.work_dir.resolve()

    say('1/3 Training the teacher on 1,257 real digits')
    start = time.perf_counter()
    teacher = train(CONFIGS / TEACHER, root / 'teacher', args.seed)
    teacher_seconds = time.perf_counter() - start

    say('2/3 Distilling the student without a single digit')
    start = time.perf_counter()
    distilled = train(
        CONFIGS / DISTILL,
        root / 'distill',
        args.seed,
        model__teacher_ckpt=last_checkpoint(root / 'teacher'),
    )
    distill_seconds = time.perf_counter() - start

    say('3/3 Exporting the student')
    algorithm = distilled.model
    config = root / 'distill' / 'config.py'
    checkpoint = last_checkpoint(root / 'distill')
    exported = root / 'student.pth'
    export_student(Config.fromfile(config), checkpoint, str(exported))
    draw_samples(algorithm, root / 'synthetic.png')
    batch_size = distilled.train_dataloader.batch_size
    summary = dict(
        teacher_accuracy=accuracy(teacher),
        student_accuracy=accuracy(distilled),
        teacher_params=num_params(algorithm.teacher),
        student_params=num_params(algorithm.student),
        synthetic_samples=algorithm.num_synthesized,
        student_draws=distilled.iter * batch_size,
        teacher_seconds=round(teacher_seconds, 1),
        distill_seconds=round(distill_seconds, 1),
        peak_rss_mb=peak_rss_mb(),
        seed=args.seed,
        versions={name: version(name) for name in PACKAGES},
        teacher_config=str(root / 'teacher' / 'config.py'),
        distill_config=str(config),
        distill_checkpoint=checkpoint,
        exported_student=str(exported),
    )
    text = json.dumps(summary, indent=2)
    (root / 'summary.json').write_text(text + '\n')
    say(f'Done: {root / "summary.json"} and {root / "synthetic.png"}')
    print(text)


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
