"""Writes a distillation's replay buffer as an ordinary dataset.

For a classifier OUT/images has a folder for each class, named by its number,
as mmpretrain's CustomDataset reads it (data_root='OUT/images'). For a
segmentor OUT/img_dir and OUT/ann_dir are what mmsegmentation's BaseSegDataset
reads, the maps being the teacher's. Where images have several labels,
OUT/images holds them and OUT/annotations.json the labels, as mmpretrain's
MultiLabelDataset reads them (data_root='OUT', ann_file='annotations.json',
data_prefix='images'). OUT/soft_labels.npz has the teacher's
`logits`, float32 (N, C) or (N, C, H, W), and `files`, the images they are of,
relative to OUT.

Images of 4 channels want color_type='unchanged' where they are loaded; those
of 2 or more than 4 are .npy files, for the transform
mmrazor_ssdkd.LoadArrayFromFile and extensions=('.npy',) or img_suffix='.npy'.
Maps of more than 255 classes have 16 bits, which mmsegmentation's
LoadAnnotations cuts off and mmengine.LoadAnnotations, mmcv's own, does not.
"""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import torch
from mmengine.config import Config
from torch.nn import functional as F

from mmrazor_ssdkd.cli.distillations import build, stored_samples
from mmrazor_ssdkd.cli.image_coding import coded_image, coded_map, image_suffix
from mmrazor_ssdkd.cli.parser import Parser, tool
from mmrazor_ssdkd.engine import (
    add_cfg_options,
    add_config,
    read_config,
)
from mmrazor_ssdkd.files import write_bytes, write_text
from mmrazor_ssdkd.models.algorithms import SSDKD
from mmrazor_ssdkd.models.label_models import SeveralLabels


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
    root.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(
        '.partial', f'.{root.name}.', dir=root.parent
    ) as folder:
        # That folder itself is for its owner alone.
        partial = Path(folder) / root.name
        partial.mkdir()
        write_dataset(partial, images, algorithm)
        partial.replace(root)
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
    meaning = algorithm.label_model
    for start in range(0, len(images), 64):
        batch = images[start : start + 64]
        with torch.no_grad():
            preds_T = algorithm.predict_teacher(batch)
        if isinstance(meaning, SeveralLabels):
            files += write_images(root, start, batch)
        elif preds_T.dim() == 4:
            files += write_maps(root, start, batch, preds_T, algorithm.teacher)
        else:
            files += write_classes(root, start, batch, preds_T)
        logits.append(meaning.merge(preds_T).numpy())
    if isinstance(meaning, SeveralLabels):
        write_labels(root, files, np.concatenate(logits) > 0)
    labels = io.BytesIO()
    np.savez_compressed(
        labels, files=np.array(files), logits=np.concatenate(logits)
    )
    write_bytes(root / 'soft_labels.npz', labels.getvalue())


def write_images(root: Path, start: int, images: torch.Tensor) -> list[str]:
    """Writes a batch into one folder."""
    (root / 'images').mkdir(exist_ok=True)
    suffix = image_suffix(images.shape[1])
    files = []
    for number, image in enumerate(images, start):
        files.append(f'images/{number:06}{suffix}')
        write_bytes(root / files[-1], coded_image(image), durable=False)
    return files


def write_labels(
    root: Path, files: list[str], on: npt.NDArray[np.bool_]
) -> None:
    """Writes which labels images have; they go by number, as classes do."""
    annotations = dict(
        metainfo=dict(classes=[str(label) for label in range(on.shape[1])]),
        data_list=[
            dict(
                img_path=Path(file).name,
                gt_label=labels.nonzero()[0].tolist(),
                # Of no label, mmpretrain makes no score itself.
                gt_score=labels.astype(int).tolist(),
            )
            for file, labels in zip(files, on)
        ],
    )
    write_text(root / 'annotations.json', json.dumps(annotations))


def write_classes(
    root: Path, start: int, images: torch.Tensor, preds_T: torch.Tensor
) -> list[str]:
    """Writes a batch into the folders of its classes."""
    num_classes = preds_T.shape[1]
    digits = len(str(num_classes - 1))
    folders = [f'images/{number:0{digits}}' for number in range(num_classes)]
    for folder in folders:
        # Also of classes without images, or the others would be renumbered.
        (root / folder).mkdir(parents=True, exist_ok=True)
    suffix = image_suffix(images.shape[1])
    files = []
    for number, (image, label) in enumerate(
        zip(images, preds_T.argmax(dim=1)), start
    ):
        files.append(f'{folders[label]}/{number:06}{suffix}')
        write_bytes(root / files[-1], coded_image(image), durable=False)
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
    suffix = image_suffix(images.shape[1])
    files = []
    for number, (image, label) in enumerate(zip(images, maps), start):
        files.append(f'img_dir/{number:06}{suffix}')
        write_bytes(root / files[-1], coded_image(image), durable=False)
        write_bytes(
            root / f'ann_dir/{number:06}.png',
            coded_map(label, preds_T.shape[1]),
            durable=False,
        )
    return files


@tool
def main() -> None:
    """Runs the export."""
    parser = Parser(__doc__, example='CONFIG CHECKPOINT FOLDER')
    add_config(parser, 'config of the distillation')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('out', help='the folder to write, new or empty')
    add_cfg_options(parser)
    args = parser.parse_args()
    config = read_config(args)
    number = export_synthetic(config, args.checkpoint, args.out)
    print(f'Wrote {number} images to {args.out}')


if __name__ == '__main__':
    main()
