"""The student's norms give what the teacher's gave, on average."""

from contextlib import contextmanager

import pytest
import torch
from inherited_networks import Grouped, images, inherit, randomize
from torch import nn
from torchvision.ops import FrozenBatchNorm2d
from toy_models import same, snapshot

from mmrazor_ssdkd.models.inheritance import TeacherWeights
from mmrazor_ssdkd.models.inheritance.norm_moments import (
    NormMoments,
    NormPair,
)


def teacher_norm(**arguments):
    """Returns a norm of three channels that expects what is not there."""
    norm = nn.BatchNorm2d(3, eps=0.5, **arguments).eval()
    norm.running_mean.copy_(torch.tensor([1.0, 2.0, 3.0]))
    norm.running_var.copy_(torch.tensor([3.5, 0.5, 8.5]))
    if norm.affine:
        norm.weight.data.copy_(torch.tensor([2.0, -3.0, 4.0]))
        norm.bias.data.copy_(torch.tensor([0.5, 0.25, 0.125]))
    return norm


def features():
    """Returns (2, 3, 1, 1) of means 5, 2, 1 and variances 4, 0, 1."""
    values = torch.tensor([[3.0, 2.0, 0.0], [7.0, 2.0, 2.0]])
    return values[..., None, None]


def moments(teacher, channels, known=None):
    """Returns weight and bias that a student's norm gets."""
    student = nn.BatchNorm2d(len(channels), eps=0.25)
    mask = torch.ones(len(channels)) if known is None else torch.tensor(known)
    pair = NormPair(student, teacher, torch.tensor(channels), mask.bool())
    found = NormMoments([pair])
    with hooked(found.watch()):
        teacher(features())
    with hooked(found.fit()):
        student(features()[:, channels])
    return student.weight.tolist(), student.bias.tolist()


@contextmanager
def hooked(handles):
    """Removes hooks in the end."""
    yield
    for handle in handles:
        handle.remove()


def test_by_hand():
    # Channel 2: 4 sqrt(1.25 / 9) and 1/8 + 4 (1 - 3) / 3; channel 0:
    # 2 sqrt(4.25 / 4) and 1/2 + 2 (5 - 1) / 2.
    weight, bias = moments(teacher_norm(), [2, 0])
    assert weight == pytest.approx([4 * (1.25 / 9) ** 0.5, 2 * 1.0625**0.5])
    assert bias == pytest.approx([0.125 - 8 / 3, 4.5])


def test_a_channel_that_never_changes():
    weight, bias = moments(teacher_norm(), [1])
    assert weight == pytest.approx([-3 * 0.25**0.5])
    assert bias == pytest.approx([0.25])


def test_without_weights_of_the_teachers():
    weight, bias = moments(teacher_norm(affine=False), [0])
    assert weight == pytest.approx([1.0625**0.5])
    assert bias == pytest.approx([2.0])


def test_without_a_bias_of_the_teachers():
    teacher = teacher_norm()
    teacher.bias = None
    weight, bias = moments(teacher, [0])
    assert weight == pytest.approx([2 * 1.0625**0.5])
    assert bias == pytest.approx([4.0])


def test_channels_without_a_counterpart_stay():
    weight, bias = moments(teacher_norm(), [0, 0], [1, 0])
    assert weight == pytest.approx([2 * 1.0625**0.5, 1.0])
    assert bias == pytest.approx([4.5, 0.0])


@pytest.mark.parametrize('runs', ['teacher', 'student'])
def test_norms_of_which_one_does_not_run_change_nothing(runs):
    pair = NormPair(
        nn.BatchNorm2d(3).eval(),
        teacher_norm(),
        torch.arange(3),
        torch.ones(3) > 0,
    )
    before = snapshot(pair.student)
    found = NormMoments([pair])
    with hooked(found.watch()):
        if runs == 'teacher':
            pair.teacher(features())
    with hooked(found.fit()):
        if runs == 'student':
            pair.student(features())
    assert same(snapshot(pair.student), before)


def test_the_variance_that_is_kept_is_the_one_divided_by():
    student = nn.BatchNorm2d(3, momentum=1.0)
    pair = NormPair(
        student, teacher_norm(), torch.arange(3), torch.ones(3) > 0
    )
    found = NormMoments([pair])
    with hooked(found.watch()):
        pair.teacher(features())
    with hooked(found.fit()):
        student(features())
    assert student.running_var.tolist() == pytest.approx([4.0, 0.0, 1.0])


def test_without_weights_of_either():
    """What it divides by, and takes away, gives the teacher's moments."""
    student = nn.BatchNorm2d(3, eps=0.25, momentum=1.0, affine=False)
    teacher = teacher_norm(affine=False)
    known = torch.tensor([True, False, True])
    found = NormMoments([NormPair(student, teacher, torch.arange(3), known)])
    with hooked(found.watch()):
        wanted = teacher(features())
    with hooked(found.fit()):
        given = student(features())
    torch.testing.assert_close(given[:, known], wanted[:, known])
    torch.testing.assert_close(student.eval()(features()), given)
    # Its own eps makes up for the teacher's.
    assert student.running_var.tolist() == pytest.approx([3.75, 0.0, 8.75])
    assert student.running_mean.tolist() == pytest.approx([1.0, 2.0, 3.0])


def test_which_norms_are_fitted():
    student, teacher = Grouped(4, 2), randomize(Grouped(8, 2))
    pairs = inherit(student, teacher).norm_pairs()
    assert [p.student for p in pairs] == [student.stem[1], student.conv[1]]
    assert [p.teacher for p in pairs] == [teacher.stem[1], teacher.conv[1]]
    kept = teacher.stem[1].weight[pairs[0].channels]
    assert torch.equal(kept, student.stem[1].weight)
    assert all(pair.known.all() for pair in pairs)


class Named(nn.BatchNorm2d):
    """A norm whose weights have other names."""

    def __init__(self, channels):
        super().__init__(channels, affine=False)
        self.gamma = nn.Parameter(torch.ones(channels))


class Coded(nn.Conv2d):
    """A layer with a buffer of nearly a norm's name."""

    def __init__(self, width):
        super().__init__(width, width, 1)
        self.momentum = 0.1
        self.register_buffer('code_running_mean', torch.zeros(width))


def without_bias():
    """Returns a norm that has a weight alone, as of torch 2.13."""
    norm = nn.BatchNorm2d(4)
    norm.bias = None
    return norm


@pytest.mark.parametrize(
    'norm',
    [
        FrozenBatchNorm2d(4),
        nn.BatchNorm2d(4, affine=False),
        nn.InstanceNorm2d(4, affine=True, track_running_stats=True),
        without_bias(),
        Named(4),
    ],
)
def test_norms_that_are_left_alone(norm):
    student, teacher = Grouped(4, 2), randomize(Grouped(8, 2))
    student.stem[1] = norm
    pairs = inherit(student, teacher).norm_pairs()
    assert [p.student for p in pairs] == [student.conv[1]]


def test_a_buffer_of_nearly_that_name():
    student, teacher = Grouped(4, 2), randomize(Grouped(8, 2))
    student.conv[2], teacher.conv[2] = Coded(4), randomize(Coded(8))
    pairs = inherit(student, teacher).norm_pairs()
    assert [p.student for p in pairs] == [student.stem[1], student.conv[1]]


@pytest.mark.parametrize(
    ('norm', 'arguments', 'atol'),
    [
        (
            nn.InstanceNorm2d,
            dict(affine=True, track_running_stats=True),
            1e-3,
        ),
        (nn.BatchNorm2d, dict(affine=False), 1e-4),
    ],
)
def test_other_norms_stay_the_teachers(norm, arguments, atol):
    """Those with an image's own statistics, and those without weights."""
    torch.manual_seed(3)
    student, teacher = (Grouped(4, 2) for _ in '12')
    for network in (student, teacher):
        network.stem[1] = norm(4, **arguments)
    randomize(teacher)
    init = TeacherWeights()
    init.prepare(student, {'teacher': teacher}, images(2))
    init.initialize()
    batch = images(64)
    init.settle(batch)
    assert torch.allclose(student.eval()(batch), teacher(batch), atol=atol)
