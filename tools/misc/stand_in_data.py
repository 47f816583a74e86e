"""Writes noise where a config expects a data set, laid out as that one is."""

import pickle
from pathlib import Path

import cv2
import numpy as np


def write_data(root: Path, number: int) -> None:
    """Writes a few images of each data set that MMRazor's configs name.

    Args:
        root (Path): The folder that stands for ``data``.
        number (int): How many images of each part.
    """
    random = np.random.default_rng(0)
    write_cifar10(root / 'cifar10' / 'cifar-10-batches-py', number, random)
    write_cifar100(root / 'cifar100' / 'cifar-100-python', number, random)
    write_imagenet(root / 'imagenet', number, random)
    write_cityscapes(root / 'cityscapes', number, random)


def write_cifar10(
    folder: Path, number: int, random: np.random.Generator
) -> None:
    """Writes CIFAR-10's five training batches, its test batch and names."""
    folder.mkdir(parents=True)
    names = [*(f'data_batch_{i}' for i in range(1, 6)), 'test_batch']
    for name in names:
        batch = cifar_batch('labels', number, 10, random)
        (folder / name).write_bytes(pickle.dumps(batch))
    meta = dict(label_names=[str(label) for label in range(10)])
    (folder / 'batches.meta').write_bytes(pickle.dumps(meta))


def write_cifar100(
    folder: Path, number: int, random: np.random.Generator
) -> None:
    """Writes CIFAR-100's training and test files and its names."""
    folder.mkdir(parents=True)
    for name in ('train', 'test'):
        batch = cifar_batch('fine_labels', number, 100, random)
        (folder / name).write_bytes(pickle.dumps(batch))
    meta = dict(fine_label_names=[str(label) for label in range(100)])
    (folder / 'meta').write_bytes(pickle.dumps(meta))


def cifar_batch(
    key: str, number: int, classes: int, random: np.random.Generator
) -> dict:
    """Returns what one of CIFAR's files holds.

    Args:
        key (str): Under which its labels are.
        number (int): How many images.
        classes (int): How many classes there are.
        random (np.random.Generator): Where they are drawn from.
    """
    images = random.integers(256, size=(number, 3 * 32 * 32), dtype=np.uint8)
    return {
        'data': images,
        key: random.integers(classes, size=number).tolist(),
    }


def write_imagenet(
    folder: Path, number: int, random: np.random.Generator
) -> None:
    """Writes ImageNet's two parts and the lists of their labels."""
    for part in ('train', 'val'):
        lines = []
        for index in range(number):
            name = f'n{index:08}/{index}.JPEG'
            write_image(folder / part / name, random, (64, 64))
            lines.append(f'{name} {random.integers(1000)}\n')
        labels = folder / 'meta' / f'{part}.txt'
        labels.parent.mkdir(exist_ok=True)
        labels.write_text(''.join(lines))


def write_cityscapes(
    folder: Path, number: int, random: np.random.Generator
) -> None:
    """Writes Cityscapes' two parts, images and maps."""
    for part in ('train', 'val'):
        for index in range(number):
            name = f'{part}/city/city_{index:06}'
            image = folder / 'leftImg8bit' / f'{name}_leftImg8bit.png'
            write_image(image, random, (64, 128))
            labels = folder / 'gtFine' / f'{name}_gtFine_labelTrainIds.png'
            write_image(labels, random, (64, 128), 19, channels=1)


def write_image(
    path: Path,
    random: np.random.Generator,
    size: tuple[int, int],
    levels: int = 256,
    channels: int = 3,
) -> None:
    """Writes one picture of noise.

    Args:
        path (Path): Where, in the format that its name says.
        random (np.random.Generator): Where it is drawn from.
        size (tuple[int, int]): Its height and width.
        levels (int): How many values there are. Defaults to 256.
        channels (int): 1 or 3. Defaults to 3.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (*size, channels)
    image = random.integers(levels, size=shape, dtype=np.uint8)
    if not cv2.imwrite(str(path), image):
        raise OSError(f'cannot write {path}')
