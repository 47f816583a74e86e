"""Tests of what a student of any kind inherits."""

import copy

import pytest
import torch
from config_files import read
from inherited_networks import (
    Attention,
    Dense,
    Flattened,
    Grouped,
    Heads,
    Network,
    Normalized,
    Residual,
    Scores,
    Shared,
    Shuffled,
    Sorted,
    Squeeze,
    TokensFirst,
    Transposed,
    images,
    inherit,
    pool,
    randomize,
)
from mmrazor.registry import MODELS
from torch import nn
from toy_models import classifier, same, segmentor, snapshot

from mmrazor_ssdkd.models.inheritance.heritage import Heritage

SCENES = read('_base_/models/digit_scenes.py')


def real(backbone, channels, **head):
    """Config of a classifier of another family."""
    return dict(
        _scope_='mmpretrain',
        type='ImageClassifier',
        backbone=backbone,
        neck=None if head else dict(type='GlobalAveragePooling'),
        head={
            'type': 'LinearClsHead',
            'num_classes': 5,
            'in_channels': channels,
            **head,
        },
    )


def vgg(depth):
    """Config of a VGG with norms."""
    return real(dict(type='VGG', depth=depth, norm_cfg=dict(type='BN')), 512)


def mobilenet(width):
    """Config of a MobileNetV2."""
    return real(dict(type='MobileNetV2', widen_factor=width), 1280)


def resnext(width, depth=50):
    """Config of a ResNeXt of four groups."""
    backbone = dict(
        type='ResNeXt',
        depth=depth,
        groups=4,
        width_per_group=1,
        base_channels=width,
        stem_channels=width,
    )
    return real(backbone, 32 * width)


def transformer(width, heads, depth):
    """Config of a vision transformer."""
    arch = dict(
        embed_dims=width,
        num_layers=depth,
        num_heads=heads,
        feedforward_channels=2 * width,
    )
    backbone = dict(
        type='VisionTransformer', arch=arch, img_size=32, patch_size=8
    )
    return real(backbone, width, type='VisionTransformerClsHead')


def segformer(width):
    """Config of a SegFormer."""
    return dict(
        _scope_='mmseg',
        type='EncoderDecoder',
        backbone=dict(
            type='MixVisionTransformer',
            embed_dims=width,
            num_layers=[1, 1, 1, 1],
            num_heads=[1, 2, 2, 4],
        ),
        decode_head=dict(
            type='SegformerHead',
            in_channels=[width, 2 * width, 2 * width, 4 * width],
            in_index=[0, 1, 2, 3],
            channels=2 * width,
            num_classes=5,
            norm_cfg=dict(type='BN'),
        ),
        test_cfg=dict(mode='whole'),
    )


def thin(config):
    """Returns a DeepLabV3+ of half the width."""
    config = copy.deepcopy(config)
    config.backbone.update(stem_channels=8, base_channels=8)
    config.decode_head.update(
        in_channels=64, c1_in_channels=8, channels=24, c1_channels=8
    )
    return config


TOYS = [
    (lambda w: Residual(w, 2), 4),
    (lambda w: Grouped(w, 2), 4),
    (lambda w: Transposed(w, 1, 2), 4),
    (lambda w: Transposed(w, 2), 4),
    (Squeeze, 4),
    (Shuffled, 4),
    (Dense, 2),
    (Flattened, 2),
    (lambda w: Attention(w, 2), 4),
    (lambda w: Attention(w, 2, 'matmul'), 4),
    (lambda w: Attention(w, 2, 'module'), 4),
    (Shared, 2),
    (lambda w: Normalized(w, 'parametrized'), 2),
    (lambda w: Normalized(w, 'hooked'), 2),
    (lambda w: Normalized(w, 'centred'), 2),
]
REAL = [
    (classifier(4, channels=3), classifier(8, channels=3)),
    (mobilenet(0.25), mobilenet(0.35)),
    (vgg(11), vgg(13)),
    (resnext(4), resnext(8)),
    (transformer(16, 2, 2), transformer(32, 4, 3)),
    (segmentor(4), segmentor(8)),
    (segformer(8), segformer(16)),
    (thin(SCENES.deeplabv3plus_r18_w16), SCENES.deeplabv3plus_r18_w16),
    (
        SCENES.deeplabv3plus_m_v2_w25,
        SCENES.deeplabv3plus_m_v2_w25,
    ),
]


def logits(model, size):
    """Returns the logits of the same images each time."""
    torch.manual_seed(1)
    with torch.no_grad():
        return model.eval()(images(3, size), mode='tensor')


@pytest.mark.parametrize(
    ('make', 'width'), [*TOYS, (Sorted, 2)], ids=lambda x: str(x)[:20]
)
def test_a_student_like_its_teacher_gives_its_logits(make, width):
    student, teacher = make(width), randomize(make(width))
    before = snapshot(teacher)
    inherit(student, teacher)
    assert logits(student, 8).equal(logits(teacher, 8))
    assert same(snapshot(teacher), before)


@pytest.mark.parametrize(('make', 'width'), TOYS)
def test_a_narrower_student_inherits_every_weight(make, width):
    student = make(width)
    report = str(inherit(student, randomize(make(2 * width))))
    assert 'random' not in report
    assert logits(student, 8).isfinite().all()


@pytest.mark.parametrize(('make', 'width'), TOYS)
def test_a_wider_student_keeps_weights_of_its_own(make, width):
    student = make(2 * width)
    assert 'random' in str(inherit(student, randomize(make(width))))
    assert logits(student, 8).isfinite().all()


@pytest.mark.parametrize(('small', 'large'), REAL, ids=range(len(REAL)))
def test_real_networks(small, large):
    student, teacher = MODELS.build(large), randomize(MODELS.build(large))
    before = snapshot(teacher)
    inherit(student, teacher, 32)
    assert logits(student, 32).equal(logits(teacher, 32))
    student = MODELS.build(small)
    report = str(inherit(student, teacher, 32))
    assert same(snapshot(teacher), before)
    counts = [int(w) for w in report.replace(',', '').split() if w.isdigit()]
    assert counts[2] > 0.9 * counts[3]
    assert logits(student, 32).isfinite().all()


@pytest.mark.parametrize(
    ('small', 'large', 'factor'),
    [
        (classifier(4, channels=3), classifier(8, channels=3), 2),
        (resnext(4), resnext(8), 2),
        # Its head is as wide as the teacher's.
        (segmentor(4), segmentor(8), 1),
        (thin(SCENES.deeplabv3plus_r18_w16), SCENES.deeplabv3plus_r18_w16, 2),
    ],
    ids=range(4),
)
def test_a_student_without_the_channels_that_say_nothing(small, large, factor):
    """As if every second channel were dead: it is as good as its teacher."""
    student, teacher = MODELS.build(small), randomize(MODELS.build(large))
    for module in teacher.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.weight.data.abs_().add_(0.5)
            module.weight.data[1::2] = 0
            module.bias.data[1::2] = 0
        elif isinstance(module, nn.Conv2d) and module.bias is None:
            # So that they do not seem to matter.
            module.weight.data[1::2] *= 0.01
            if module.in_channels > 3 and module.groups == 1:
                module.weight.data[:, 1::2] *= 0.01
    last = {'fc', 'conv_seg'}
    (name,) = (
        n for n, _ in teacher.named_modules() if n.split('.')[-1] in last
    )
    teacher.get_submodule(name).bias.data.zero_()
    inherit(student, teacher, 32)
    # Half of the last layer's inputs stand for all.
    left, right = logits(student, 32), factor * logits(teacher, 32)
    assert torch.allclose(left, right, rtol=1e-3, atol=1e-3 * left.std())
    assert left.std() > 0


@pytest.mark.parametrize('dtype', [torch.float64, torch.bfloat16])
def test_a_teacher_of_another_precision(dtype):
    student, teacher = Residual(4), randomize(Residual(4)).to(dtype)
    teacher.forward = lambda x, mode='tensor': teacher.run(x.to(dtype))
    inherit(student, teacher)
    assert student.fc.weight.dtype == torch.float32
    assert student.fc.weight.equal(teacher.fc.weight.float())


def test_frozen_and_tied_weights():
    student, teacher = Residual(2), randomize(Residual(4))
    student.stem.requires_grad_(False)
    for model in (student, teacher):
        model.blocks[1][1][0].weight = model.blocks[0][1][0].weight
    inherit(student, teacher)
    assert not student.stem[0].weight.requires_grad
    assert student.blocks[1][1][0].weight is student.blocks[0][1][0].weight


def test_one_image_at_a_time():
    class Single(Residual):
        def run(self, x):
            return torch.cat([super(Single, self).run(i[None]) for i in x])

    student, teacher = Single(2), randomize(Single(4))
    assert 'random' not in str(inherit(student, teacher))


@pytest.mark.parametrize('kind', ['parametrized', 'hooked', 'centred'])
def test_a_weight_that_is_normalised_first_is_not_refitted(kind):
    student, teacher = Normalized(2, kind), randomize(Normalized(4, kind))
    pairs = inherit(student, teacher).layer_pairs()
    layers = [student.stem[0], student.fc]
    assert [pair.student for pair in pairs] == layers
    assert [pair.teacher for pair in pairs] == [teacher.stem[0], teacher.fc]
    assert pairs[1].outputs.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ('norm', 'bias', 'expected'),
    [
        (nn.BatchNorm2d, False, True),
        (nn.InstanceNorm2d, False, True),
        # They leave each channel a mean of its own.
        (lambda width: nn.GroupNorm(2, width), False, False),
        (lambda width: nn.LayerNorm([width, 8, 8]), False, False),
        (nn.Identity, False, False),
        (nn.Identity, True, True),
    ],
)
def test_what_makes_the_means(norm, bias, expected):
    class Normed(Network):
        def __init__(self, width):
            super().__init__()
            self.conv = nn.Conv2d(3, width, 1, bias=bias)
            self.norm, self.fc = norm(width), nn.Linear(width, 3)

        def run(self, x):
            return self.fc(pool(self.norm(self.conv(x))))

    pairs = inherit(Normed(4), randomize(Normed(8))).layer_pairs()
    assert [pair.centred for pair in pairs] == [expected, True]


def test_a_transposed_convolution_is_not_refitted():
    student, teacher = Transposed(4, 2), randomize(Transposed(8, 2))
    pairs = inherit(student, teacher).layer_pairs()
    assert [p.student for p in pairs] == [student.stem[0], student.fc]


@pytest.mark.parametrize(
    'student, teacher, size, names, dim',
    [
        (classifier(4), classifier(8), 16, ('backbone.layer2',) * 2, 1),
        (
            vgg(11),
            vgg(13),
            64,
            ('backbone.features.11', 'backbone.features.13'),
            1,
        ),
        (mobilenet(0.5), mobilenet(1.0), 64, ('backbone.conv2',) * 2, 1),
        (segmentor(4), segmentor(8), 32, ('decode_head.convs',) * 2, 1),
        (
            transformer(16, 2, 2),
            transformer(32, 4, 3),
            32,
            ('backbone.ln1',) * 2,
            2,
        ),
    ],
)
def test_the_last_features(student, teacher, size, names, dim):
    """A map before the last layer: no logits, and no pooled vector."""
    student, teacher = map(MODELS.build, (student, teacher))
    channels = 1 if size == 16 else 3
    inputs = 255 * torch.rand(2, channels, size, size)
    pair = Heritage(student.eval(), teacher.eval(), inputs).last_features
    assert (pair.names['student'], pair.names['teacher']) == names
    assert pair.dim == dim
    assert len(pair.index.unique()) == len(pair.index)


@pytest.mark.parametrize('after', [True, False])
def test_features_are_not_those_of_an_auxiliary_head(after):
    """As torchvision's FCN runs its own after the other."""
    student, teacher = Heads(2, after), randomize(Heads(4, after))
    pair = inherit(student, teacher).last_features
    assert pair.names == dict(student='second', teacher='second')


def test_features_are_no_scores():
    """Of which one map comes before the last layer."""
    student, teacher = Scores(2), randomize(Scores(4))
    pair = inherit(student, teacher).last_features
    assert pair.names == dict(student='second', teacher='second')


def test_traced_features_do_not_stay_in_memory():
    heritage = inherit(Residual(2), randomize(Residual(4)))
    assert not any(trace.outputs_of for trace in heritage._traces)


def test_features_have_images_along_their_first_dimension():
    student, teacher = TokensFirst(2), randomize(TokensFirst(4))
    pair = inherit(student, teacher).last_features
    assert pair.names == dict(student='stem', teacher='stem')


class Buffered(Residual):
    """Buffers of all kinds, none of which follows its channels."""

    def __init__(self, width, size):
        super().__init__(width)
        self.register_buffer('table', torch.rand(size, size))
        self.register_buffer('level', torch.rand(()))
        self.register_buffer('steps', torch.tensor(size))
        self.register_buffer('grid', torch.rand(size), persistent=False)

    def run(self, x):
        x = super().run(x) + self.table.mean()
        return x if self.level is None else x * self.level


def test_buffers_that_are_not_inherited_are_named():
    """But no counters, constants and statistics that are estimated anew."""
    student, teacher = Buffered(2, 5), randomize(Buffered(4, 7))
    teacher.level = None
    student.other = nn.BatchNorm2d(2)
    lines = str(inherit(student, teacher)).splitlines()
    assert lines[-1] == 'Not inherited, its own buffers: table, level'
    teacher = randomize(Buffered(4, 5))
    assert 'buffers' not in str(inherit(Buffered(2, 5), teacher))
