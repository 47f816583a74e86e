"""Writes a distillation's replay buffer as an ordinary dataset.

For a classifier OUT/images has a folder for each class, named by its number,
as mmpretrain's CustomDataset reads it (data_root='OUT/images'). For a
segmentor OUT/img_dir and OUT/ann_dir are what mmsegmentation's BaseSegDataset
reads, the maps being the teacher's. OUT/soft_labels.npz has the teacher's
`logits`, float32 (N, C) or (N, C, H, W), and `files`, the images they are of,
relative to OUT.
"""

import copy
import io
import shutil
from pathlib import Path

import cv2
import numpy as np
import torch
from command import Parser, tool
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmrazor.registry import MODELS
from torch.nn import functional as F

from mmrazor_ssdkd.engine import (
    add_cfg_options,
    check_sections,
    forget_teachers,
    load_config,
)
from mmrazor_ssdkd.files import write_bytes
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.checkpoint import load_weights


def export_synthetic(config: Config, checkpoint: str, out: str) -> int:
    """Writes images, the teacher's labels and its logits.

    Args:
        config (Config): The config of the distillation.
        checkpoint (str): Path or URL of its checkpoint.
        out (str): The folder to write, new or empty.

    Returns:
        int: How many images there are.

    Raises:
        ValueError: The checkpoint holds no samples or is of another config,
            or the folder has something in it.
    """
    root = Path(out).resolve()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise ValueError(
            f'`out` must be a new or an empty folder, but got {out!r}'
        )
    algorithm = build(config, checkpoint)
    images = stored_samples(algorithm, checkpoint)['images']
    partial = root.with_name(f'.{root.name}.partial')
    # What an export that was killed left.
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        write_dataset(partial, images, algorithm)
        partial.replace(root)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return len(images)


def write_dataset(root: Path, images: torch.Tensor, algorithm: SSDKD) -> None:
    """Writes images, labels and logits into a folder.

    Args:
        root (Path): The folder.
        images (torch.Tensor): uint8 (N, channels, H, W).
        algorithm (SSDKD): Whose teacher knows the labels.

    Raises:
        OSError: A file cannot be written.
    """
    files, logits = [], []
    for start in range(0, len(images), 64):
        batch = images[start : start + 64]
        with torch.no_grad():
            preds_T = algorithm.predict_teacher(batch)
        write = write_maps if preds_T.dim() == 4 else write_classes
        files += write(root, start, batch, preds_T, algorithm.teacher)
        logits.append(preds_T.numpy())
    labels = io.BytesIO()
    np.savez_compressed(
        labels, files=np.array(files), logits=np.concatenate(logits)
    )
    write_bytes(root / 'soft_labels.npz', labels.getvalue())


def build(config: Config, checkpoint: str) -> SSDKD:
    """Returns the algorithm with a checkpoint's weights, in eval mode.

    Raises:
        ValueError: The config is of another algorithm, or the checkpoint.
    """
    cfg = copy.deepcopy(config)
    # As the runner does.
    if 'data_preprocessor' in cfg:
        cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    # The checkpoint has the teachers' weights, too.
    forget_teachers(cfg)
    scope = cfg.get('default_scope', 'mmpretrain')
    with DefaultScope.overwrite_default_scope(scope):
        algorithm = MODELS.build(cfg.model)
    if not isinstance(algorithm, SSDKD):
        raise ValueError(
            '`config` must be of an SSDKD, which has a replay buffer, but got '
            f'one of a {type(algorithm).__name__}'
        )
    load_weights(algorithm, checkpoint, 'checkpoint')
    return algorithm.eval()


def stored_samples(
    algorithm: SSDKD, checkpoint: str
) -> dict[str, torch.Tensor]:
    """Returns the buffer's fields; images are uint8 (N, channels, H, W)."""
    samples = algorithm.replay_buffer.state_dict()['samples']
    if not samples:
        raise ValueError(
            '`checkpoint` must hold the samples of a replay buffer (see '
            f'`save_images_interval`), but {checkpoint!r} holds none'
        )
    return samples


def write_classes(
    root: Path,
    start: int,
    images: torch.Tensor,
    preds_T: torch.Tensor,
    teacher: torch.nn.Module,
) -> list[str]:
    """Writes a batch into the folders of its classes."""
    num_classes = preds_T.shape[1]
    digits = len(str(num_classes - 1))
    folders = [f'images/{number:0{digits}}' for number in range(num_classes)]
    for folder in folders:
        # Also of classes without images, or the others would be renumbered.
        (root / folder).mkdir(parents=True, exist_ok=True)
    files = []
    for number, (image, label) in enumerate(
        zip(images, preds_T.argmax(dim=1)), start
    ):
        files.append(f'{folders[label]}/{number:06}.png')
        write_image(root / files[-1], image)
    return files


def write_maps(
    root: Path,
    start: int,
    images: torch.Tensor,
    preds_T: torch.Tensor,
    teacher: torch.nn.Module,
) -> list[str]:
    """Writes a batch and the teacher's maps at the images' resolution."""
    for folder in ('img_dir', 'ann_dir'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    maps = F.interpolate(
        preds_T,
        size=images.shape[2:],
        mode='bilinear',
        align_corners=getattr(teacher, 'align_corners', False),
    ).argmax(dim=1)
    files = []
    for number, (image, label) in enumerate(zip(images, maps), start):
        files.append(f'img_dir/{number:06}.png')
        write_image(root / files[-1], image)
        write_image(root / f'ann_dir/{number:06}.png', label[None])
    return files


def write_image(path: Path, image: torch.Tensor) -> None:
    """Writes (channels, H, W) so that a pipeline loads these very numbers.

    OpenMMLab's pipelines load BGR, and write none of it otherwise.
    """
    array = image.permute(1, 2, 0).numpy().astype(np.uint8)
    # `imwrite` says that all went well where the disk is full.
    coded, data = cv2.imencode('.png', np.ascontiguousarray(array))
    if not coded:
        raise ValueError(f'`images` must fit into a PNG, but got {path.name}')
    write_bytes(path, data.tobytes(), durable=False)


@tool
def main() -> None:
    """Runs the export."""
    parser = Parser(__doc__)
    parser.add_argument('config', help='config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', help='the folder to write, new or empty')
    add_cfg_options(parser)
    args = parser.parse_args()
    config = load_config(args.config, cfg_options=args.cfg_options)
    check_sections(config, 'model')
    number = export_synthetic(config, args.checkpoint, args.out)
    print(f'Wrote {number} images to {args.out}')


if __name__ == '__main__':
    main()
