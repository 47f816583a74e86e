"""Tests of which of the teacher's tensors a student's come from."""

from itertools import pairwise

import pytest
import torch
from inherited_networks import (
    Network,
    Residual,
    images,
    inherit,
    layer,
    randomize,
)
from paired_lists import Block, Other, layers, rows
from torch import nn

from mmrazor_ssdkd.models.inheritance import TeacherWeights
from mmrazor_ssdkd.models.inheritance.layer_pairs import (
    pair_tensors,
    spread_evenly,
)


def plain(*widths):
    """Returns convolutions with norms in one list, and a classifier."""
    convs = [layer(*pair) for pair in zip((3, *widths), widths)]
    return nn.Sequential(
        *(part for conv in convs for part in conv),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(widths[-1], 5),
    )


def classify(*widths):
    """Returns linear layers in one list."""
    parts = []
    for pair in pairwise(widths):
        parts += [nn.Linear(*pair), nn.ReLU(), nn.Dropout()]
    return nn.Sequential(*parts[:-2])


def stem_and_blocks(*counts):
    """Returns stages of blocks in one list, as MobileNetV2 has them."""
    parts, before = [layer(3, 4)], 4
    # The second stage is narrower and the last one no smaller.
    for count, width, stride in zip(counts, (2, 4, 8, 12), (1, 2, 2, 1)):
        for _ in range(count):
            parts.append(Block(before, width, stride))
            before, stride = width, 1
    return nn.Sequential(*parts, layer(before, 16, 1))


def depthwise(count):
    """Returns depthwise and pointwise layers in turns, as MobileNetV1's."""
    pairs = [(layer(4, 4, 3, 4), layer(4, 4, 1)) for _ in range(count)]
    parts = [part for pair in pairs for conv in pair for part in conv]
    return nn.Sequential(nn.Conv2d(3, 4, 3), *parts)


@pytest.mark.parametrize(
    ('count', 'total', 'expected'),
    [
        (1, 3, [(0, 0)]),
        (2, 3, [(0, 0), (1, 2)]),
        (3, 3, [(0, 0), (1, 1), (2, 2)]),
        (3, 5, [(0, 0), (1, 2), (2, 4)]),
        (4, 2, [(0, 0), (3, 1)]),
    ],
)
def test_blocks_are_spread_evenly(count, total, expected):
    assert spread_evenly(count, total) == expected


def test_first_and_last_block_of_a_stage():
    pairs = pair_tensors(Residual(depth=2), Residual(depth=3))
    assert pairs['stem.0.weight'] == 'stem.0.weight'
    assert pairs['blocks.0.1.1.running_var'] == 'blocks.0.1.1.running_var'
    assert pairs['blocks.1.0.0.weight'] == 'blocks.2.0.0.weight'
    assert 'blocks.1.0.0.weight' not in pairs.values()


def test_stages_of_plain_layers_are_paired_run_by_run():
    def stages(*counts):
        layers = []
        for count in counts:
            layers += [nn.Conv2d(2, 2, 1) for _ in range(count)]
            layers.append(nn.MaxPool2d(2))
        return nn.Sequential(*layers)

    pairs = pair_tensors(stages(1, 2), stages(2, 3))
    assert {k: v for k, v in pairs.items() if 'weight' in k} == {
        '0.weight': '0.weight',
        '2.weight': '3.weight',
        '3.weight': '5.weight',
    }


def test_blocks_of_other_classes_have_no_counterpart():
    left = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    right = nn.Sequential(nn.Conv2d(2, 2, 1), nn.SyncBatchNorm(2))
    assert set(pair_tensors(left, right)) == {
        f'1.{key}' for key in nn.BatchNorm1d(2).state_dict()
    }


def test_constants_of_a_data_preprocessor_stay():
    left, right = nn.Module(), nn.Module()
    for model in (left, right):
        model.data_preprocessor = nn.BatchNorm1d(2)
    assert pair_tensors(left, right) == {}


@pytest.mark.parametrize(
    ('student', 'teacher', 'expected'),
    [
        ((8, 8), (8, 8, 8), {0: 0, 3: 6, 8: 11}),
        ((8, 8, 8), (8, 8), {0: 0, 6: 3, 11: 8}),
        ((8, 8, 8), (8, 8, 8), {0: 0, 3: 3, 6: 6, 11: 11}),
        # Stages of other widths, and of other depths.
        ((2, 2, 4, 4), (8, 8, 8, 16, 16), {0: 0, 3: 6, 6: 9, 9: 12, 14: 17}),
        ((2, 4), (8, 8, 8, 16, 16), {0: 0, 3: 9, 8: 17}),
        # The teacher has one stage, the student has two.
        ((2, 4, 4), (8, 8, 8, 8, 8), {0: 0, 3: 6, 6: 12, 11: 17}),
    ],
)
def test_layers_of_one_list(student, teacher, expected):
    assert rows(plain(*student), plain(*teacher)) == expected


def test_norms_stay_with_their_layers():
    pairs = pair_tensors(plain(8, 8), plain(8, 8, 8))
    assert pairs['1.running_var'] == '1.running_var'
    assert pairs['4.running_var'] == '7.running_var'
    assert pairs['4.weight'] == '7.weight'
    with_norms, without = plain(8, 8, 8), plain(8, 8)
    without = nn.Sequential(*(without[i] for i in (0, 2, 3, 5, 6, 7, 8)))
    assert rows(without, with_norms) == {0: 0, 2: 6, 6: 11}
    assert rows(with_norms, without) == {0: 0, 6: 2, 11: 6}


# Of the convolutions; the classifiers are equal.
VGGS = [
    (
        'vgg11',
        'vgg13',
        {0: 0, 3: 5, 6: 10, 8: 12, 11: 15, 13: 17, 16: 20, 18: 22},
    ),
    (
        'vgg11_bn',
        'vgg16_bn',
        {0: 0, 4: 7, 8: 14, 11: 20, 15: 24, 18: 30, 22: 34, 25: 40},
    ),
    (
        'vgg16_bn',
        'vgg11_bn',
        {0: 0, 7: 4, 14: 8, 20: 11, 24: 15, 30: 18, 34: 22, 40: 25},
    ),
    (
        'vgg11',
        'vgg11_bn',
        {0: 0, 3: 4, 6: 8, 8: 11, 11: 15, 13: 18, 16: 22, 18: 25},
    ),
]


@pytest.mark.parametrize(('student', 'teacher', 'expected'), VGGS)
def test_vggs_of_torchvision(student, teacher, expected):
    from torchvision import models

    networks = (getattr(models, name) for name in (student, teacher))
    assert layers(*networks, meta=True) == {
        **{f'features.{k}': f'features.{v}' for k, v in expected.items()},
        **{f'classifier.{i}': f'classifier.{i}' for i in (0, 3, 6)},
    }


@pytest.mark.parametrize(
    ('student', 'teacher', 'expected'),
    [
        (
            (1, 1, 2, 2),
            (1, 2, 3, 4),
            {0: 0, 1: 1, 2: 2, 3: 4, 4: 6, 5: 7, 6: 10, 7: 11},
        ),
        # As many blocks, elsewhere.
        ((1, 3, 1, 1), (1, 1, 3, 1), {0: 0, 1: 1, 2: 2, 5: 3, 6: 6, 7: 7}),
        # Two stages of one size.
        (
            (1, 1, 1, 3),
            (1, 1, 2, 4),
            {0: 0, 1: 1, 2: 2, 3: 3, 4: 5, 5: 7, 6: 8, 7: 9},
        ),
        ((1, 1, 3, 1), (1, 1, 1, 2), {0: 0, 1: 1, 2: 2, 3: 3, 6: 4, 7: 6}),
    ],
)
def test_blocks_of_several_stages_in_one_list(student, teacher, expected):
    students, teachers = stem_and_blocks(*student), stem_and_blocks(*teacher)
    assert rows(students, teachers) == expected


def test_mobilenets_of_torchvision():
    from torchvision.models import mobilenet_v2

    def small():
        widths, strides = (16, 24, 32, 64, 96, 160, 320), (1, 2, 2, 2, 1, 2, 1)
        counts = (1, 2, 2, 2, 1, 2, 1)
        return mobilenet_v2(
            inverted_residual_setting=[
                [1 if width == 16 else 6, width, count, stride]
                for width, count, stride in zip(widths, counts, strides)
            ]
        )

    pairs = layers(small, mobilenet_v2, meta=True)
    # The teacher's stages begin at 1, 2, 4, 7, 11, 14 and 17.
    found = [1, 2, 3, 4, 6, 7, 10, 11, 14, 16, 17]
    numbers = {0: 0, **dict(enumerate(found, 1)), 12: 18}
    assert {
        int(ours.split('.')[1]): int(theirs.split('.')[1])
        for ours, theirs in pairs.items()
        if ours.startswith('features.')
    } == numbers
    assert pairs['classifier.1'] == 'classifier.1'


def test_a_block_without_an_expansion():
    """As the first of MobileNetV3's small network, of the larger one's."""

    def block(*convs):
        return nn.ModuleDict(
            dict(
                stem=layer(3, 8),
                block=nn.Sequential(*(layer(*conv) for conv in convs)),
            )
        )

    narrow = block((8, 8, 3, 8), (8, 4, 1))
    expanded = block((8, 16, 1), (16, 16, 3, 16), (16, 4, 1))
    names = {
        'stem.0': 'stem.0',
        'block.0.0': 'block.1.0',
        'block.1.0': 'block.2.0',
    }
    assert layers(lambda: narrow, lambda: expanded) == names
    inverse = {theirs: ours for ours, theirs in names.items()}
    assert layers(lambda: expanded, lambda: narrow) == inverse


def test_layers_that_all_change_the_width():
    """As a DenseNet's, each of which reads more than that before."""

    def dense(count):
        return nn.Sequential(*(Block(8 + 4 * i, 4) for i in range(count)))

    assert rows(dense(2), dense(3)) == {0: 0, 1: 2}
    assert rows(dense(5), dense(3)) == {0: 0, 2: 1, 4: 2}


def test_as_many_layers_of_one_size_are_paired_in_order():
    """Though they change the width elsewhere, or read maps of many sizes."""
    student = nn.ModuleList(nn.Conv2d(i, 8, 1) for i in (2, 4, 8, 16))
    teacher = nn.ModuleList(nn.Conv2d(i, 8, 1) for i in (4, 8, 16, 32))
    assert rows(student, teacher) == {0: 0, 1: 1, 2: 2, 3: 3}
    student, teacher = plain(2, 4, 4, 4), plain(8, 8, 8, 16)
    assert rows(student, teacher) == {i: i for i in (0, 3, 6, 9, 14)}


def test_depthwise_layers_are_paired_with_such():
    pairs = rows(depthwise(2), depthwise(4))
    assert {pairs.pop(0), pairs.pop(10)} == {0, 22}
    # Layers in turns: depthwise are those of odd places.
    assert sorted(pairs) == [1, 4, 7]
    places = [(pairs[i] - 1) // 3 for i in (1, 4, 7)]
    assert [place % 2 for place in places] == [0, 1, 0]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ('student', 'teacher', 'expected'),
    [
        ((8, 4, 5), (8, 16, 16, 5), {0: 0, 3: 6}),
        ((8, 16, 16, 5), (8, 4, 5), {0: 0, 6: 3}),
        ((8, 4, 5), (8, 16, 12, 5), {0: 0, 3: 6}),
        ((8, 4, 4, 5), (8, 16, 16, 16, 16, 5), {0: 0, 3: 9, 6: 12}),
        # The only layer gives logits.
        ((8, 5), (8, 16, 5), {0: 3}),
        ((8, 16, 5), (8, 5), {3: 0}),
    ],
)
def test_linear_layers_of_a_classifier(student, teacher, expected):
    def network(widths):
        return nn.ModuleDict(
            dict(stem=nn.Conv2d(3, 8, 1), classifier=classify(*widths))
        )

    pairs = layers(lambda: network(student), lambda: network(teacher))
    assert pairs == {
        'stem': 'stem',
        **{f'classifier.{k}': f'classifier.{v}' for k, v in expected.items()},
    }


def test_blocks_around_one_of_another_class():
    def blocks(kinds):
        # All of one stage.
        return nn.Sequential(
            nn.Conv2d(3, 8, 1),
            *((Block if kind == 'b' else Other)(8, 8) for kind in kinds),
        )

    assert rows(blocks('bb'), blocks('bbobb')) == {0: 0, 1: 1, 2: 5}
    assert rows(blocks('bobb'), blocks('bb')) == {0: 0, 1: 1, 4: 2}
    # Blocks in turns: the first and the last of both classes.
    pairs = rows(blocks('bobo'), blocks('bobobobobo'))
    assert pairs == {0: 0, 1: 1, 2: 2, 3: 9, 4: 10}


def test_a_layer_that_reads_the_image():
    """It has none of its kind in the teacher."""
    conv, norm = nn.Conv2d(3, 8, 1), nn.BatchNorm2d(8)
    teacher = nn.Sequential(nn.Sequential(conv, norm), nn.Conv2d(8, 8, 1))
    assert rows(nn.Sequential(nn.Conv2d(3, 8, 1)), teacher) == {}
    assert rows(teacher, nn.Sequential(nn.Conv2d(3, 8, 1))) == {}
    student = nn.Sequential(nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 1))
    assert rows(student, teacher) == {1: 1}
    # A layer alone makes as much as the teacher's last one.
    student = nn.Sequential(nn.Linear(3, 8))
    assert rows(student, classify(3, 4, 8)) == {}


class Listed(Network):
    """Layers in one list."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def run(self, x):
        """Runs them."""
        return self.layers(x)


class Added(nn.Module):
    """A block of a residual stream."""

    def __init__(self):
        super().__init__()
        self.conv, self.last = layer(8, 4), nn.Conv2d(4, 8, 1)

    def forward(self, x):
        """Adds what its layers give."""
        return x + self.last(self.conv(x))


def residual(depth):
    """Returns a network of one list of layers and blocks."""
    first, *rest = plain(8).children()
    return Listed(
        first, *rest[:2], *(Added() for _ in range(depth)), *rest[2:]
    )


def test_a_teacher_whose_middle_block_changes_nothing():
    """A student without it gives its logits."""
    student, teacher = residual(2), randomize(residual(3))
    for parameter in teacher.layers[4].last.parameters():
        parameter.data.zero_()
    assert 'random' not in str(inherit(student, teacher))
    x = images(3)
    expected = teacher(x)
    assert expected.std() > 0
    assert torch.allclose(student.eval()(x), expected, atol=1e-5)


def test_a_teacher_whose_middle_layer_changes_nothing():
    """A student without it gives its logits when it is refitted.

    Before, nothing says that a layer's outputs are its inputs.
    """
    student = Listed(*plain(8, 8))
    teacher = randomize(Listed(*plain(8, 8, 8)))
    conv, norm = teacher.layers[3:5]
    nn.init.dirac_(conv.weight)
    for tensor, value in zip(
        (norm.weight, norm.bias, norm.running_mean, norm.running_var),
        (1, 0, 0, 1 - norm.eps),
    ):
        tensor.data.fill_(value)
    init = TeacherWeights()
    init.prepare(student, {'teacher': teacher}, 255 * images(2))
    init.initialize()
    x = 255 * images(64)
    init.settle(x)
    expected = teacher(x)
    error = (student.eval()(x) - expected).abs().max()
    assert error < 0.02 * expected.std()
