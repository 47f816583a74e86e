"""Tests of students that normalise images otherwise than their teachers."""

import pytest
import torch
from inherited_networks import Network, inherit, pool, randomize
from mmengine.logging import MMLogger
from mmpretrain.models import ClsDataPreprocessor
from mmrazor.registry import MODELS
from torch import nn
from torch.nn import functional as F
from toy_models import classifier, same, snapshot

from mmrazor_ssdkd.models.forward import predict_logits
from mmrazor_ssdkd.models.inheritance import PrunedWeights, TeacherWeights
from mmrazor_ssdkd.models.inheritance.image_reads import Read
from mmrazor_ssdkd.models.inheritance.normalization import (
    LayerChange,
    NormChange,
)

OURS = dict(mean=[10.0, 20.0, 30.0], std=[50.0, 60.0, 70.0])
THEIRS = dict(mean=[100.0, 120.0, 90.0], std=[25.0, 30.0, 40.0])


class Reader(Network):
    """A first layer with a bias or a norm."""

    def __init__(self, bias, preprocessor):
        super().__init__()
        self.data_preprocessor = (
            ClsDataPreprocessor(**preprocessor) if preprocessor else None
        )
        self.stem = nn.Conv2d(3, 4, 3, bias=bias)
        self.norm = nn.Identity() if bias else nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 3)

    def run(self, x):
        return self.fc(pool(self.norm(self.stem(x)).relu()))


@pytest.mark.parametrize('bias', [True, False])
@pytest.mark.parametrize(
    ('ours', 'theirs'),
    [
        (OURS, THEIRS),
        (None, THEIRS),
        (OURS, None),
        (dict(OURS, to_rgb=True), THEIRS),
        (OURS, dict(THEIRS, to_rgb=True)),
        (dict(OURS, to_rgb=True), dict(OURS, to_rgb=True)),
        (dict(mean=[5.0], std=[2.0]), THEIRS),
    ],
)
def test_logits_of_the_same_images_are_the_teachers(bias, ours, theirs):
    student, teacher = Reader(bias, ours), randomize(Reader(bias, theirs))
    inherit(student.eval(), teacher)
    images = 255 * torch.rand(4, 3, 8, 8)
    left, right = (
        predict_logits(model, images, model.data_preprocessor).detach()
        for model in (student, teacher)
    )
    assert torch.allclose(left, right, rtol=1e-3, atol=1e-3 * right.std())
    if ours == theirs:
        assert left.equal(right)


def test_outputs_of_its_own_keep_their_bias():
    class Wide(Reader):
        def __init__(self, bias, preprocessor):
            super().__init__(bias, preprocessor)
            self.stem, self.fc = nn.Conv2d(3, 6, 3), nn.Linear(6, 3)

    student, teacher = Wide(True, OURS), randomize(Reader(True, THEIRS))
    before = student.stem.bias.clone()
    inherit(student, teacher)
    assert student.stem.bias[4:].equal(before[4:])
    assert not student.stem.bias[:4].equal(teacher.stem.bias)


class Net(Network):
    """Layers in a row, and a linear one at the end."""

    def __init__(self, preprocessor, *layers, width=6, before=None):
        super().__init__()
        self.data_preprocessor = ClsDataPreprocessor(**preprocessor)
        self.body, self.before = nn.Sequential(*layers), before
        self.fc = nn.Linear(width, 3)

    def run(self, x):
        x = self.before(x) if self.before else x
        return self.fc(pool(self.body(x).relu()))


def both(make, ours=OURS, theirs=THEIRS):
    """Lets a network inherit and returns both ones' logits."""
    student, teacher = make(ours), randomize(make(theirs))
    torch.manual_seed(0)
    inherit(student.eval(), teacher)
    images = 255 * torch.rand(4, 3, 8, 8)
    return [
        predict_logits(model, images, model.data_preprocessor).detach()
        for model in (student, teacher)
    ]


def assert_alike(make, ours=OURS, theirs=THEIRS):
    """Checks that a student of another normalisation is its teacher."""
    left, right = both(make, ours, theirs)
    assert right.std() > 0
    assert torch.allclose(left, right, rtol=1e-3, atol=1e-3 * right.std())


def said(monkeypatch, make):
    """Returns the warnings of an inheritance."""
    lines = []
    logger = MMLogger.get_current_instance()
    monkeypatch.setattr(
        logger,
        'log',
        lambda level, text, *_: lines.append(text) if level > 20 else None,
    )
    both(make)
    return lines


def conv(after, groups=1, bias=True, before=3):
    """Returns a convolution without padding."""
    return nn.Conv2d(before, after, 3, groups=groups, bias=bias)


ADAPTED = dict(
    norm=lambda p: Net(p, nn.BatchNorm2d(3), conv(6)),
    norm_of_large_eps=lambda p: Net(p, nn.BatchNorm2d(3, eps=0.5), conv(6)),
    plain_norm=lambda p: Net(p, nn.BatchNorm2d(3, affine=False), conv(6)),
    norm_and_depthwise=lambda p: Net(
        p, nn.BatchNorm2d(3), conv(3, 3), nn.Conv2d(3, 6, 1)
    ),
    depthwise=lambda p: Net(p, conv(3, 3), nn.Conv2d(3, 6, 1)),
    depthwise_with_norm=lambda p: Net(
        p, conv(3, 3, False), nn.BatchNorm2d(3), nn.Conv2d(3, 6, 1)
    ),
    grouped=lambda p: Net(p, conv(6, 3)),
    grouped_with_norm=lambda p: Net(p, conv(6, 3, False), nn.BatchNorm2d(6)),
    norm_without_weight=lambda p: Net(
        p, conv(6, 1, False), nn.BatchNorm2d(6, affine=False)
    ),
    norm_of_its_own=lambda p: Net(
        p, conv(6, 1, False), nn.InstanceNorm2d(6, affine=True)
    ),
    pooled=lambda p: Net(p, nn.AvgPool2d(2), conv(6)),
    largest=lambda p: Net(p, nn.MaxPool2d(2, 1), conv(6)),
    resized=lambda p: Net(p, nn.Upsample(scale_factor=2), conv(6)),
    moved=lambda p: Net(p, nn.PixelUnshuffle(2), conv(6, before=12)),
    moved_in_groups=lambda p: Net(
        p, nn.PixelUnshuffle(2), conv(6, 3, True, 12)
    ),
    reflected=lambda p: Net(
        p, nn.Conv2d(3, 6, 3, padding=1, padding_mode='reflect')
    ),
    scaled=lambda p: Net(p, conv(6), before=lambda x: (x - 0.5) / 0.25),
    scaled_in_place=lambda p: Net(
        p, conv(6), before=lambda x: x.clone().sub_(0.5).mul_(3)
    ),
    turned=lambda p: Net(p, conv(6), before=lambda x: 1 - x),
    patches=lambda p: Net(
        p,
        nn.Linear(48, 6),
        before=lambda x: F.unfold(x, 4, stride=4).mT[:, None],
        width=1,
    ),
)


class Injected(Net):
    """Images beside features, as CGNet has them."""

    def __init__(self, preprocessor):
        super().__init__(preprocessor, nn.BatchNorm2d(7), conv(6, before=7))
        self.stem, self.before = conv(4), self.inject

    def inject(self, x):
        return torch.cat([self.stem(x), x[..., 1:-1, 1:-1]], 1)


ADAPTED['beside_features'] = Injected


@pytest.mark.parametrize('make', ADAPTED.values(), ids=ADAPTED)
def test_what_reads_images_is_adapted(monkeypatch, make):
    """Once, and nothing behind it."""
    assert_alike(make)
    assert not said(monkeypatch, make)


PARTED = dict(
    split=lambda x: torch.cat(x.split(1, 1)[::-1], 1),
    unbound=lambda x: torch.stack(x.unbind(1), 1),
    one_by_one=lambda x: torch.cat([x[:, :1], x[:, 1:2], x[:, 2:]], 1),
)


@pytest.mark.parametrize('name', ['norm', 'depthwise', 'moved', 'grouped'])
def test_channels_in_another_order(name):
    assert_alike(ADAPTED[name], dict(OURS, to_rgb=True))


@pytest.mark.parametrize('name', PARTED)
@pytest.mark.parametrize('ours', [OURS, THEIRS])
def test_channels_in_another_order_that_are_taken_apart(name, ours):
    assert_alike(
        lambda p: Net(p, conv(6), before=PARTED[name]),
        dict(ours, to_rgb=True),
    )


class Shared(Net):
    """A layer that takes images, and something else."""

    def __init__(self, preprocessor):
        super().__init__(preprocessor, conv(3), nn.Conv2d(3, 6, 1))
        self.before = lambda x: self.body[0](x)


class Skip(Net):
    """Images to which something that was made of them is added."""

    def __init__(self, preprocessor):
        super().__init__(preprocessor, conv(6))
        self.first, self.before = nn.Conv2d(3, 3, 1), self.skip

    def skip(self, x):
        return x + self.first(x)


def written(x):
    """Returns images times two, written elsewhere."""
    return torch.mul(x, 2, out=torch.empty_like(x))


NOT_ADAPTED = dict(
    skip=Skip,
    written=lambda p: Net(p, conv(6), before=written),
    waves=lambda p: Net(p, conv(6), before=lambda x: torch.fft.fft2(x).abs()),
    relu=lambda p: Net(p, nn.ReLU(), conv(6)),
    product=lambda p: Net(p, conv(6), before=lambda x: x * x),
    inverse=lambda p: Net(p, conv(6), before=torch.reciprocal),
    no_bias=lambda p: Net(p, conv(6, bias=False)),
    groups_of_a_norm=lambda p: Net(p, conv(6, bias=False), nn.GroupNorm(2, 6)),
    norm_of_pixels=lambda p: Net(p, nn.GroupNorm(1, 3), conv(6)),
    transposed=lambda p: Net(p, nn.ConvTranspose2d(3, 6, 3, 2)),
    weight_norm=lambda p: Net(
        p, nn.utils.parametrizations.weight_norm(conv(6))
    ),
    shared=Shared,
)
CAUSES = dict(
    skip='add',
    written='mul',
    waves='fft_fft2',
    relu='relu',
    product='mul',
    inverse='reciprocal',
    no_bias='body.0.weight',
    groups_of_a_norm='body.0.weight',
    norm_of_pixels='group_norm',
    transposed='body.0.weight',
    weight_norm='conv2d with a weight made of others',
    shared='body.0.weight',
)


@pytest.mark.parametrize('name', NOT_ADAPTED)
def test_what_cannot_be_adapted_is_named(monkeypatch, name):
    """With the numbers of both, in a line of the log."""
    (line,) = said(monkeypatch, NOT_ADAPTED[name])
    assert line.endswith(f' here: {CAUSES[name]}')
    assert 'mean [10.0, 20.0, 30.0] and std [50.0, 60.0, 70.0]' in line
    assert 'mean [100.0, 120.0, 90.0] and std [25.0, 30.0, 40.0]' in line


@pytest.mark.parametrize('name', ['no_bias', 'transposed'])
def test_a_layer_that_takes_no_constant_is_multiplied(name):
    """Which is all where the means are the same."""
    means = dict(OURS, mean=THEIRS['mean'])
    student, teacher = (NOT_ADAPTED[name](p) for p in (OURS, THEIRS))
    inherit(student.eval(), randomize(teacher))
    mine, its = (x.body[0].weight for x in (student, teacher))
    shape = (-1, 1, 1, 1) if name == 'transposed' else (1, -1, 1, 1)
    gains = torch.tensor([2.0, 2.0, 1.75]).view(shape)
    assert torch.allclose(mine, gains * its)
    assert_alike(NOT_ADAPTED[name], means)


def test_the_rest_is_adapted_nevertheless():
    """What else becomes of an image does not change it."""

    class Beside(Net):
        def run(self, x):
            x.relu()
            return super().run(x)

    assert_alike(lambda p: Beside(p, conv(6)))


def test_nothing_is_said_of_what_is_not_inherited(monkeypatch):
    """A first layer of another size has no counterpart."""
    sizes = iter([5, 3])
    lines = said(
        monkeypatch, lambda p: Net(p, nn.Conv2d(3, 6, next(sizes), bias=False))
    )
    assert not lines


def test_rows_of_a_grouped_layer_by_hand():
    """Two groups of two outputs each, of which the last is not inherited."""
    read = Read(
        ('w',),
        gains=torch.tensor([2.0, 10.0]),
        offsets=torch.tensor([4.0, -10.0]),
        groups=2,
        targets={'b', 'n.running_mean'},
    )
    state = dict(
        w=torch.tensor([1.0, 2, 3, 4]).view(4, 1, 1),
        b=torch.zeros(4),
    )
    state['n.running_mean'] = torch.ones(4)
    mask = torch.tensor([True, True, True, False]).view(4, 1, 1)
    LayerChange('w', mask, read).write(state)
    # 1 * (2 x + 4) = 2 x + 4 of the first.
    assert state['w'].flatten().tolist() == [2, 4, 30, 4]
    assert state['b'].tolist() == [4, 8, -30, 0]
    assert state['n.running_mean'].tolist() == [-3, -7, 31, 1]


def test_statistics_by_hand():
    """(2 x + 1 - 5)^2 / (2 + 1) = (x - 2)^2 / (0.5 + 0.25)."""
    read = Read(
        ('n.running_mean',),
        gains=torch.tensor([2.0, 2.0]),
        offsets=torch.tensor([1.0, 1.0]),
        variance='n.running_var',
        eps=0.25,
    )
    state = {
        'n.running_mean': torch.tensor([5.0, 7.0]),
        'n.running_var': torch.tensor([2.0, 3.0]),
    }
    mask = torch.tensor([True, False])
    NormChange('n.running_mean', mask, read, eps=1.0).write(state)
    assert state['n.running_mean'].tolist() == [2, 7]
    assert state['n.running_var'].tolist() == [0.5, 3]


def test_small_statistics_by_hand():
    """No variance is below 0: (2 x)^2 / (0 + 1) is 4 x^2, not x^2 / 1."""
    read = Read(
        ('n.running_mean',),
        gains=torch.tensor([2.0]),
        offsets=torch.tensor([0.0]),
        variance='n.running_var',
        eps=1.0,
    )
    state = {
        'n.running_mean': torch.zeros(1),
        'n.running_var': torch.zeros(1),
        'n.weight': torch.tensor([3.0]),
    }
    mask = torch.tensor([True])
    NormChange('n.running_mean', mask, read, eps=1.0).write(state)
    assert state['n.running_var'].tolist() == [0]
    assert state['n.weight'].tolist() == [6]


def test_grouped_layer_that_reads_images_is_inherited():
    """By a student of the same normalisation, too."""

    def make():
        return Net(OURS, conv(6, 3))

    student, teacher = make(), randomize(make())
    assert 'random' not in str(inherit(student, teacher))
    assert student.body[0].weight.equal(teacher.body[0].weight)


def test_pruned_student_is_adapted():
    """As one that is copied is."""
    config = classifier(8)
    torch.manual_seed(1)
    teacher = randomize(MODELS.build(config))
    config['data_preprocessor'].update(mean=[10.0], std=[20.0])
    images = 255 * torch.rand(2, 1, 16, 16)
    found = []
    for init in (PrunedWeights(), TeacherWeights()):
        student = MODELS.build(config)
        init.prepare(student, dict(teacher=teacher), images)
        init.initialize()
        found.append(snapshot(student))
    assert same(*found)
    name = 'backbone.conv1.weight'
    assert torch.allclose(
        found[0][name], 0.4 * teacher.state_dict()[name], rtol=1e-5
    )
