"""Students that give more than logits in training mode."""

from collections import namedtuple

import pytest
import torch
from mmengine.logging import MMLogger
from mmengine.model import BaseModel
from torch import nn
from torch.testing import assert_close
from toy_models import (
    build,
    optimizers,
    same,
    segmentation,
    segmentor,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.models.final_logits import use_final_logits

BN = dict(type='BN')
RELU = dict(type='ReLU', inplace=True)
CE = dict(type='CrossEntropyLoss')
Outputs = namedtuple('Outputs', 'logits aux')


def ddrnet():
    """Config of a small DDRNet."""
    return dict(
        segmentor(),
        backbone=dict(type='DDRNet', channels=8, ppm_channels=8, norm_cfg=BN),
        decode_head=dict(
            type='DDRHead',
            in_channels=32,
            channels=8,
            dropout_ratio=0.1,
            num_classes=5,
            norm_cfg=BN,
            align_corners=False,
            loss_decode=[CE, CE],
        ),
    )


def pidnet():
    """Config of a small PIDNet."""
    return dict(
        segmentor(),
        backbone=dict(type='PIDNet', channels=8, ppm_channels=8, norm_cfg=BN),
        decode_head=dict(
            type='PIDHead',
            in_channels=32,
            channels=8,
            num_classes=5,
            norm_cfg=BN,
            act_cfg=RELU,
            align_corners=True,
            loss_decode=[CE, CE, dict(type='BoundaryLoss'), CE],
        ),
    )


def knet():
    """Config of a small K-Net of two stages."""
    config = segmentor(width=8)
    update = dict(
        type='KernelUpdateHead',
        num_classes=5,
        num_ffn_fcs=2,
        num_heads=2,
        num_mask_fcs=1,
        feedforward_channels=16,
        in_channels=8,
        out_channels=8,
        dropout=0.0,
        conv_kernel_size=1,
        ffn_act_cfg=RELU,
        with_ffn=True,
        feat_transform_cfg=dict(conv_cfg=dict(type='Conv2d'), act_cfg=None),
        kernel_updator_cfg=dict(
            type='KernelUpdator',
            in_channels=8,
            feat_channels=8,
            out_channels=8,
            act_cfg=RELU,
            norm_cfg=dict(type='LN'),
        ),
    )
    config['decode_head'] = dict(
        type='IterativeDecodeHead',
        num_stages=2,
        kernel_update_head=[update, update],
        kernel_generate_head=config['decode_head'],
    )
    return config


@pytest.mark.parametrize('config', [ddrnet(), pidnet(), knet()])
def test_segmentors_that_train_by_several_maps(config):
    """They distil, and what they train by is what they give at test time."""
    generator = dict(image_size=(64, 64), channels=3)
    algorithm = build(segmentation(architecture=config, generator=generator))
    before = snapshot(algorithm.student)
    losses = steps(algorithm, optimizers(algorithm), 2)
    assert all(torch.isfinite(step['loss']) for step in losses)
    assert not same(before, snapshot(algorithm.student))


class Auxiliary(BaseModel):
    """A classifier with auxiliary logits, in one of many orders."""

    def __init__(self, form, dropout=0.0):
        super().__init__()
        self.form, self.dropout = form, dropout
        self.stem = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8))
        self.drop = nn.Dropout(0.5)
        self.fc, self.aux = nn.Linear(8, 10), nn.Linear(8, 10)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        x = self.stem(inputs / 100).mean((2, 3))
        if self.dropout:
            x = nn.functional.dropout(x, self.dropout, self.training)
        logits = self.fc(self.drop(x))
        if mode != 'tensor':
            return dict(loss=logits.mean(), logits=logits)
        return self.form(logits, self.aux(x)) if self.training else logits


FORMS = [
    lambda logits, aux: (logits, aux),
    lambda logits, aux: [aux, logits],
    lambda logits, aux: Outputs(logits, aux),
    lambda logits, aux: dict(aux=aux, out=logits),
    lambda logits, aux: ((aux, aux + 1), dict(a=[logits])),
    lambda logits, aux: (aux[:, :3], logits, None),
]


@pytest.mark.parametrize('form', FORMS)
def test_logits_are_found_wherever_they_are(form):
    """Those of test time alone learn, whatever else there is."""
    algorithm = build(ssdkd(architecture=Auxiliary(form)))
    student = algorithm.student
    before = snapshot(student)
    steps(algorithm, optimizers(algorithm), 1)
    after = snapshot(student)
    assert not torch.equal(before['fc.weight'], after['fc.weight'])
    assert torch.equal(before['aux.weight'], after['aux.weight'])
    student.eval()
    images = torch.rand(2, 1, 16, 16)
    expected = student(images)
    student.train()
    for part in (student.stem[1], student.drop):
        part.eval()
    assert_close(student(images, mode='tensor'), expected)
    assert isinstance(student(images, mode='loss'), dict)


def images():
    """Returns two images that differ."""
    return 255 * torch.rand(2, 1, 16, 16)


def test_dropout_that_is_no_layer():
    """The only output of the right shape is taken."""
    student = Auxiliary(lambda logits, aux: (aux[:, :3], logits), dropout=0.5)
    use_final_logits(student, 'architecture', images())
    assert student.train()(images(), mode='tensor').shape == (2, 10)


@pytest.mark.parametrize(
    'form',
    [
        lambda logits, aux: (aux, aux),
        lambda logits, aux: (logits, logits),
        lambda logits, aux: (logits[:, :3], None),
        lambda logits, aux: None,
    ],
)
def test_outputs_of_which_none_can_be_told(form):
    """It is not guessed, and not found out after the warm-up."""
    match = '`architecture` must give in training mode.*once'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(architecture=Auxiliary(form)))


def test_features_in_training_mode():
    """A tensor of another number of classes is none of logits."""
    with pytest.raises(ValueError, match=r'eval mode.*\(2, 10\).*\(2, 3\)'):
        build(ssdkd(architecture=Auxiliary(lambda logits, aux: aux[:, :3])))


def refuse(logits, aux):
    """Stands for a network that cannot train."""
    raise NotImplementedError('not in training mode')


def test_norm_with_an_activation_in_it(caplog):
    """timm's is in eval mode, too, and no warning blames it."""

    class Activated(nn.BatchNorm2d):
        def __init__(self, channels):
            super().__init__(channels)
            self.act = nn.ReLU()

        def forward(self, inputs):
            return self.act(super().forward(inputs))

    student = Auxiliary(lambda logits, aux: logits)
    student.stem[1] = Activated(8)
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    use_final_logits(student, 'architecture', images())
    student.form = lambda logits, aux: aux
    assert 'training mode' not in caplog.text
    use_final_logits(student, 'architecture', images())
    logger.removeHandler(caplog.handler)
    assert 'the others learn nothing' in caplog.text


def test_network_that_cannot_train():
    """Its own reason is passed on."""
    with pytest.raises(ValueError, match=r'`architecture` .*not in training'):
        build(ssdkd(architecture=Auxiliary(refuse)))


def test_finding_changes_nothing():
    """Modes, statistics, weights and the random stream are as before."""
    student = Auxiliary(lambda logits, aux: (aux, logits)).train()
    student.stem.eval()
    modes = [module.training for module in student.modules()]
    before, state = snapshot(student), torch.get_rng_state()
    use_final_logits(student, 'architecture', 255 * torch.ones(2, 1, 8, 8))
    assert same(before, snapshot(student))
    assert [module.training for module in student.modules()] == modes
    assert torch.equal(torch.get_rng_state(), state)
