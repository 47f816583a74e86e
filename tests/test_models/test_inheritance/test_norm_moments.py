"""The student's norms give what the teacher's gave, on average."""

import pytest
import torch
from inherited_networks import Grouped, Residual, images, inherit, randomize
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
    student = nn.BatchNorm2d(len(channels))
    mask = torch.ones(len(channels)) if known is None else torch.tensor(known)
    pair = NormPair(student, teacher, torch.tensor(channels), mask.bool())
    found = NormMoments([pair])
    handles = found.watch()
    teacher(features())
    for handle in handles:
        handle.remove()
    found.fit()
    return student.weight.tolist(), student.bias.tolist()


def test_by_hand():
    # Channel 2: 4 sqrt(1.5 / 9) and 1/8 + 4 (1 - 3) / 3; channel 0:
    # 2 sqrt(4.5 / 4) and 1/2 + 2 (5 - 1) / 2.
    weight, bias = moments(teacher_norm(), [2, 0])
    assert weight == pytest.approx([4 * (1.5 / 9) ** 0.5, 2 * 1.125**0.5])
    assert bias == pytest.approx([0.125 - 8 / 3, 4.5])


def test_a_channel_that_never_changes():
    weight, bias = moments(teacher_norm(), [1])
    assert weight == pytest.approx([-3 * 0.5**0.5])
    assert bias == pytest.approx([0.25])


def test_without_weights_of_the_teachers():
    weight, bias = moments(teacher_norm(affine=False), [0])
    assert weight == pytest.approx([1.125**0.5])
    assert bias == pytest.approx([2.0])


def test_channels_without_a_counterpart_stay():
    weight, bias = moments(teacher_norm(), [0, 0], [1, 0])
    assert weight == pytest.approx([2 * 1.125**0.5, 1.0])
    assert bias == pytest.approx([4.5, 0.0])


def test_a_norm_that_did_not_run_changes_nothing():
    pair = NormPair(
        nn.BatchNorm2d(1), teacher_norm(), torch.tensor([0]), torch.ones(1) > 0
    )
    before = snapshot(pair.student)
    found = NormMoments([pair])
    found.fit()
    assert same(snapshot(pair.student), before)


@pytest.mark.parametrize('fit', [True, 'layers'])
def test_a_student_of_its_teachers_size_stays_its_teacher(fit):
    torch.manual_seed(3)
    student, teacher = Residual(4, 2, 6), randomize(Residual(4, 2, 6))
    init = TeacherWeights(fit=fit)
    init.prepare(student, {'teacher': teacher}, images(2))
    init.initialize()
    batch = images(64)
    init.settle(batch)
    close = torch.allclose(student.eval()(batch), teacher(batch), atol=1e-3)
    assert close == (fit is True)


def test_which_norms_are_fitted():
    student, teacher = Grouped(4, 2), randomize(Grouped(8, 2))
    pairs = inherit(student, teacher).norm_pairs()
    assert [p.student for p in pairs] == [student.stem[1], student.conv[1]]
    assert [p.teacher for p in pairs] == [teacher.stem[1], teacher.conv[1]]
    kept = teacher.stem[1].weight[pairs[0].channels]
    assert torch.equal(kept, student.stem[1].weight)
    assert all(pair.known.all() for pair in pairs)


@pytest.mark.parametrize(
    'norm', [FrozenBatchNorm2d(4), nn.BatchNorm2d(4, affine=False)]
)
def test_norms_that_have_nothing_to_set(norm):
    student, teacher = Grouped(4, 2), randomize(Grouped(8, 2))
    student.stem[1] = norm
    pairs = inherit(student, teacher).norm_pairs()
    assert [p.student for p in pairs] == [student.conv[1]]
