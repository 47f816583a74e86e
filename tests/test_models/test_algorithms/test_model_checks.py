"""Segmentation's mistakes, which are found when the algorithm is built."""

import pytest
import torch
from mmengine.registry import DefaultScope
from mmseg.models.decode_heads import FCNHead
from mmseg.registry import MODELS as MMSEG_MODELS
from torch import nn
from torch.nn import functional as F
from toy_models import build, segmentation, segmentor

from mmrazor_ssdkd.models.algorithms.model_passes import failed_forward


def changed_head(**changes):
    """Config of a toy segmentor whose head has other settings."""
    config = segmentor()
    config['decode_head'].update(changes)
    return config


@pytest.fixture
def two_outputs():
    """Registers a head that returns its features beside its logits."""

    @MMSEG_MODELS.register_module()
    class TwoOutputsHead(FCNHead):
        def forward(self, inputs):
            logits = super().forward(inputs)
            return logits, logits.mean((2, 3))

    yield changed_head(type='TwoOutputsHead')
    MMSEG_MODELS.module_dict.pop('TwoOutputsHead')


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_head_of_several_outputs(two_outputs, name):
    """Which of them are the logits is not guessed."""
    with pytest.raises(ValueError, match=f'`{name}` must give logits.*tuple'):
        build(segmentation(**{name: two_outputs}))


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize('ignored', [0, 4])
def test_ignore_index_inside_the_class_range(name, ignored):
    """Five classes are 0 to 4."""
    config = segmentation(**{name: changed_head(ignore_index=ignored)})
    match = f'`{name}.decode_head.ignore_index` must not.*5 classes.*{ignored}'
    with pytest.raises(ValueError, match=match):
        build(config)


@pytest.mark.parametrize('ignored', [-100, 5, 255])
def test_ignore_index_outside_the_class_range(ignored):
    """Those that mark real pixels without a label are fine."""
    build(segmentation(teacher=changed_head(ignore_index=ignored)))


def test_classes_that_differ():
    """Both counts are named."""
    with pytest.raises(ValueError, match=r'as many classes.*got 6 and 5'):
        build(segmentation(architecture=segmentor(num_classes=6)))


@pytest.mark.parametrize('channels', [1, 4])
def test_channels_that_are_not_normalised(channels):
    """A gray image would come out of three means as a coloured one."""
    with pytest.raises(
        ValueError, match=rf'`generator.channels` must be 3, .*{channels}'
    ):
        build(segmentation(generator=dict(channels=channels)))


def test_size_that_the_backbone_cannot_take():
    """The generator's size and the network's reason are named."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        teacher = MMSEG_MODELS.build(segmentor())
    teacher.backbone.register_forward_pre_hook(refuse_odd)
    config = segmentation(
        teacher=teacher, generator=dict(image_size=(33, 48), channels=3)
    )
    with pytest.raises(ValueError, match=r'`teacher` takes.*33, 48.*odd'):
        build(config)


def refuse_odd(_, inputs):
    """Stands for a backbone that merges or windows its features."""
    if any(side % 2 for side in inputs[0].shape[2:]):
        raise RuntimeError('an odd side')


def test_valid_pair_builds():
    """What the cases above start from is right."""
    algorithm = build(segmentation())
    assert algorithm.num_classes == 5
    assert isinstance(algorithm.class_frequency, torch.Tensor)


class LargePooling(nn.Module):
    """What LRASPP's head does: it pools with a kernel of fixed size."""

    def forward(self, inputs, mode='tensor'):
        return F.avg_pool2d(inputs, 300)


def test_network_of_large_images_alone():
    """It is not blamed for taking none: 512 pixels are tried, too."""
    images = torch.full((2, 3, 64, 64), 127.0)
    error = failed_forward('architecture', LargePooling(), images, OSError())
    assert '`generator` must make images that `architecture`' in str(error)
    assert '(3, 512, 512)' in str(error)
