"""Constants of one usual scale where a teacher learnt on another's."""

import re

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.model import BaseModel
from torch import nn

from mmrazor_ssdkd.datasets import Digits, DigitScenes
from mmrazor_ssdkd.models.algorithms.value_scale import check_value_scale
from mmrazor_ssdkd.models.forward import normalize
from mmrazor_ssdkd.models.noise_images import draw_details

IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
UNIT = ((0.0,) * 3, (255.0,) * 3)
HALF = ((127.5,) * 3, (127.5,) * 3)


class Stem(BaseModel):
    """What matters of a network: its layers up to the first norm."""

    def __init__(self, images, mean, std):
        super().__init__(
            dict(
                type='mmpretrain.ClsDataPreprocessor',
                mean=[*mean],
                std=[*std],
            )
        )
        torch.manual_seed(0)
        conv = nn.Conv2d(3, 16, 3, 2, 1, bias=False)
        self.layers = nn.Sequential(conv, nn.BatchNorm2d(16, momentum=None))
        self.train()
        for index in range(4):
            self(normalize(images[index::4], self.data_preprocessor))
        self.eval()

    def forward(self, inputs, mode='tensor'):
        return self.layers(inputs)


def natural_images():
    """Returns smooth ones of ImageNet's mean and standard deviation."""
    noise = draw_details((3, 32, 32)) / 255
    gray = noise.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    gray = (gray - gray.mean()) / gray.std()
    mean, std = (torch.tensor(v).view(-1, 1, 1) for v in IMAGENET)
    return (mean + std * gray).clamp(0, 255)


def real_digits():
    """Returns digits as they come, in three channels."""
    dataset = Digits(split='train', channels=3, indices=64)
    items = [dataset[index]['img'] for index in range(64)]
    return torch.stack([torch.from_numpy(i).permute(2, 0, 1) for i in items])


def real_scenes():
    """Returns scenes of digits as they come."""
    dataset = DigitScenes(split='train', length=16)
    items = [dataset[index]['img'] for index in range(16)]
    return torch.stack([torch.from_numpy(i).permute(2, 0, 1) for i in items])


IMAGES = dict(natural=natural_images, digits=real_digits, scenes=real_scenes)


@pytest.mark.parametrize('kind', IMAGES)
@pytest.mark.parametrize('own', [IMAGENET, UNIT, HALF], ids=str)
def test_usual_constants_of_each_other(kind, own, caplog):
    """Right ones pass in silence; the other scale's are found, both ways."""
    images = IMAGES[kind]()
    teacher = Stem(images, *own)
    noise = draw_details(tuple(images.shape[1:]))
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    check_value_scale('teacher', teacher, noise)
    logger.removeHandler(caplog.handler)
    assert 'remembers' not in caplog.text
    # ImageNet's and one half differ by a factor of two, which may be.
    for given in {IMAGENET: [UNIT], HALF: [UNIT], UNIT: [IMAGENET]}[own]:
        given_to(teacher, *given)
        with pytest.raises(ValueError, match=fits(own)):
            check_value_scale('teacher', teacher, noise)


def given_to(teacher, mean, std):
    """Gives a teacher another normalisation."""
    teacher.data_preprocessor.mean.copy_(torch.tensor(mean).view(-1, 1, 1))
    teacher.data_preprocessor.std.copy_(torch.tensor(std).view(-1, 1, 1))


def fits(constants):
    """Returns what a message says of constants."""
    mean, std = ([*dict.fromkeys(v)] for v in constants)
    text = f'mean={[round(m, 3) for m in mean]} and std={std} would fit'
    return rf'`teacher.data_preprocessor` must .*{re.escape(text)}'


def test_teacher_of_flat_gray_images():
    """ImageNet's constants are right though the images are all but gray."""
    images = 150 + (natural_images() - 115) / 4
    gray = images.mean(1, keepdim=True).expand(-1, 3, -1, -1)
    teacher = Stem(gray, *IMAGENET)
    check_value_scale('teacher', teacher, draw_details((3, 32, 32)))
