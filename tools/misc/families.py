"""The model families that the table of them tries."""

from importlib.util import find_spec
from typing import Any, NamedTuple

__all__ = ['FAMILIES', 'Family']

SMALL = dict(width_mult=0.25)
HIDDEN = dict(
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=64,
    image_size=32,
    patch_size=8,
)
OWN = 'OWN_FILE'


class Family(NamedTuple):
    """A teacher and a student as their users name them, and their images."""

    library: str
    kind: str
    teacher: str
    student: str
    size: int = 32
    teacher_options: dict[str, Any] = {}
    student_options: dict[str, Any] = {}

    @property
    def package(self) -> str:
        """What has to be installed."""
        known = {'HuggingFace': 'transformers', 'own file': 'torch'}
        return known.get(self.library, self.library)

    @property
    def installed(self) -> bool:
        """Whether it is."""
        return find_spec(self.package) is not None


FAMILIES = [
    Family(
        'mmpretrain',
        'CNN',
        'mmpretrain::resnet/resnet18_8xb16_cifar10.py',
        'mmpretrain::resnet/resnet18_8xb16_cifar10.py',
    ),
    Family(
        'mmpretrain',
        'mobile',
        'mmpretrain::mobilenet_v2/mobilenet-v2_8xb32_in1k.py',
        'mmpretrain::mobilenet_v3/mobilenet-v3-small_8xb128_in1k.py',
    ),
    Family(
        'mmpretrain',
        'transformer',
        'mmpretrain::deit/deit-tiny_4xb256_in1k.py',
        'mmpretrain::mobilenet_v3/mobilenet-v3-small_8xb128_in1k.py',
        size=224,
    ),
    Family(
        'mmpretrain',
        'multi-label',
        'mmpretrain::csra/resnet101-csra_1xb16_voc07-448px.py',
        'mmpretrain::csra/resnet101-csra_1xb16_voc07-448px.py',
        size=64,
    ),
    Family(
        'mmseg',
        'CNN, segmentor',
        'mmseg::fcn/fcn_r18-d8_4xb2-80k_cityscapes-512x1024.py',
        'mmseg::bisenetv1/bisenetv1_r18-d32_4xb4-160k_cityscapes-1024x1024.py',
        size=64,
    ),
    Family(
        'mmseg',
        'mobile, segmentor',
        'mmseg::mobilenet_v2/'
        'mobilenet-v2-d8_fcn_4xb2-80k_cityscapes-512x1024.py',
        'mmseg::mobilenet_v2/'
        'mobilenet-v2-d8_deeplabv3plus_4xb2-80k_cityscapes-512x1024.py',
        size=64,
    ),
    Family(
        'mmseg',
        'transformer, segmentor',
        'mmseg::segformer/segformer_mit-b0_8xb1-160k_cityscapes-1024x1024.py',
        'mmseg::segformer/segformer_mit-b0_8xb1-160k_cityscapes-1024x1024.py',
        size=64,
    ),
    Family(
        'torchvision',
        'CNN',
        'torchvision.models:resnet18',
        'torchvision.models:shufflenet_v2_x0_5',
    ),
    Family(
        'torchvision',
        'mobile',
        'torchvision.models:mobilenet_v2',
        'torchvision.models:mobilenet_v2',
        student_options=SMALL,
    ),
    Family(
        'torchvision',
        'transformer',
        'torchvision.models:swin_t',
        'torchvision.models:mobilenet_v3_small',
        size=64,
    ),
    Family(
        'torchvision',
        'mobile, segmentor',
        'torchvision.models.segmentation:lraspp_mobilenet_v3_large',
        'torchvision.models.segmentation:lraspp_mobilenet_v3_large',
        size=64,
    ),
    Family('timm', 'CNN', 'timm:resnet18', 'timm:resnet10t'),
    Family(
        'timm',
        'mobile',
        'timm:mobilenetv3_large_100',
        'timm:mobilenetv3_small_050',
    ),
    Family(
        'timm',
        'transformer',
        'timm:vit_tiny_patch16_224',
        'timm:vit_tiny_patch16_224',
        teacher_options=dict(img_size=32, patch_size=8),
        student_options=dict(img_size=32, patch_size=8, depth=2),
    ),
    Family(
        'HuggingFace',
        'CNN',
        'transformers:ResNetForImageClassification',
        'transformers:ResNetForImageClassification',
        teacher_options=dict(
            embedding_size=32, hidden_sizes=[32, 64, 128, 256]
        ),
        student_options=dict(
            embedding_size=16,
            hidden_sizes=[16, 32, 64, 128],
            layer_type='basic',
        ),
    ),
    Family(
        'HuggingFace',
        'mobile',
        'transformers:MobileNetV2ForImageClassification',
        'transformers:MobileNetV2ForImageClassification',
        student_options=dict(depth_multiplier=0.35),
    ),
    Family(
        'HuggingFace',
        'transformer',
        'transformers:ViTForImageClassification',
        'transformers:ViTForImageClassification',
        teacher_options=HIDDEN,
        student_options=dict(HIDDEN, num_hidden_layers=1),
    ),
    Family(
        'HuggingFace',
        'transformer, segmentor',
        'transformers:SegformerForSemanticSegmentation',
        'transformers:SegformerForSemanticSegmentation',
        size=64,
        teacher_options=dict(num_labels=11),
        student_options=dict(depths=[1, 1, 1, 1]),
    ),
    Family('own file', 'CNN', f'{OWN}:classifier', f'{OWN}:classifier'),
    Family(
        'own file',
        'CNN, segmentor',
        f'{OWN}:segmentor',
        f'{OWN}:segmentor',
        size=64,
    ),
]
# What stands in a file that a user brings along.
OWN_TEXT = """
from torch import nn


def classifier(num_classes=10, width=8):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, bias=False), nn.BatchNorm2d(width),
        nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(width, num_classes))


def segmentor(num_classes=11, width=8):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width),
        nn.ReLU(), nn.Conv2d(width, num_classes, 1))
"""
