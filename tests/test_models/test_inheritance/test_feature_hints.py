"""Tests of the distance to the features that a student came from."""

from dataclasses import replace

import pytest
import torch
from mmrazor.registry import MODELS
from torch import nn
from toy_models import classifier

from mmrazor_ssdkd.models.inheritance import FeatureHints, FeaturePair
from mmrazor_ssdkd.models.inheritance.heritage import Heritage


def pair_of(index, dim=1):
    """Returns a pair of modules that give what they take."""
    names = dict(student='0', teacher='1')
    student, teacher = (nn.Sequential(*map(nn.Identity, '12')) for _ in '12')
    return FeaturePair(student, teacher, names, torch.tensor(index), dim)


def distance(pair, ours, theirs, weight=1.0):
    """Returns the loss of two maps, as both modules give them."""
    hints = FeatureHints(pair, weight)
    with hints.watch('teacher'):
        pair.teacher(theirs)
    with hints.watch('student'):
        pair.student(ours.requires_grad_())
    return hints.losses()['loss_features']


def test_by_hand():
    """Image 1 points the same way, image 2 at a right angle: 0 and 2."""
    ours = torch.tensor([[1.0, 2.0], [1.0, 0.0]]).view(2, 2, 1, 1)
    theirs = torch.tensor([[2.0, 9.0, 4.0], [0.0, 9.0, 5.0]]).view(2, 3, 1, 1)
    loss = distance(pair_of([0, 2]), ours, theirs, weight=3.0)
    torch.testing.assert_close(loss, torch.tensor(3.0))


def test_channels_may_lie_last():
    """As those of tokens do."""
    ours = torch.randn(2, 5, 2)
    theirs = torch.stack([ours[..., 1], 7 * ours[..., 0], ours[..., 0]], 2)
    loss = distance(pair_of([2, 0], dim=2), ours, theirs)
    torch.testing.assert_close(loss, torch.tensor(0.0))


def test_channels_of_a_checkpoint():
    """Are taken over, unless they are not of this student."""
    hints = FeatureHints(replace(pair_of([0, 2]), channels=3), 1.0)
    hints.resume(torch.tensor([1, 2]))
    assert hints.index.tolist() == [1, 2]
    for index in ([1], [1, 3], [-1, 1], [0.0, 1.0]):
        with pytest.raises(ValueError, match=r'`feature_index`.* 2 of the'):
            hints.resume(torch.tensor(index))
    with pytest.raises(ValueError, match=r'`feature_index`.*got \[1, 2\]'):
        hints.resume([1, 2])
    assert hints.index.tolist() == [1, 2]
    nothing = FeatureHints(None, 0.0)
    nothing.resume(torch.tensor([5]))
    with pytest.raises(ValueError, match=r'`feature_index`.*got 5'):
        nothing.resume(5)
    assert nothing.index is None


def test_opposite_maps_are_farthest_apart():
    ours = torch.randn(3, 2, 4, 4)
    loss = distance(pair_of([0, 1]), ours, -5 * ours)
    torch.testing.assert_close(loss, torch.tensor(4.0))


def test_gradients_reach_the_student_alone():
    ours, theirs = torch.randn(2, 2, 3, 3), torch.randn(2, 2, 3, 3)
    theirs.requires_grad_()
    distance(pair_of([1, 0]), ours, theirs).backward()
    assert ours.grad.abs().sum() > 0
    assert theirs.grad is None


def test_a_map_of_zeros_has_a_finite_gradient():
    """Of a student whose last ReLU gives nothing."""
    ours = torch.zeros(2, 2, 3, 3, requires_grad=True)
    distance(pair_of([0, 1]), ours, torch.randn(2, 2, 3, 3)).backward()
    assert ours.grad.isfinite().all()


def test_a_map_of_almost_nothing_has_no_huge_gradient():
    ours = torch.full((1, 1, 2, 2), 1e-20)
    distance(pair_of([0]), ours, torch.randn(1, 1, 2, 2)).backward()
    assert 0 < ours.grad.abs().max() < 1e7


@pytest.mark.parametrize(
    'shape, grad, match',
    [
        ((2, 1, 3, 3), True, r"'0', .*\(2, 1, 4, 4\), gives \(2, 1, 3, 3\)"),
        ((2, 1, 4, 4), False, 'gives no gradient'),
    ],
)
def test_maps_that_cannot_be_compared(shape, grad, match):
    pair = pair_of([0])
    hints = FeatureHints(pair, 2.0)
    with hints.watch('teacher'):
        pair.teacher(torch.ones(2, 1, 4, 4))
    with hints.watch('student'):
        pair.student(torch.ones(shape, requires_grad=grad))
    message = f'`distillation.feature_weight` must be 0.*got 2.0.*{match}'
    with pytest.raises(ValueError, match=message):
        hints.losses()


def test_a_module_that_was_skipped():
    """As a block is at random in training."""
    pair = pair_of([0])
    hints = FeatureHints(pair, 2.0)
    with hints.watch('teacher'):
        pair.teacher(torch.ones(2, 1, 4, 4))
    with pytest.raises(ValueError, match=r"'0', .* does not run in each step"):
        hints.losses()


def test_nothing_is_kept_outside():
    """Nor where an inside raises."""
    pair = pair_of([0])
    hints = FeatureHints(pair, 1.0)
    with pytest.raises(RuntimeError), hints.watch('student'):
        raise RuntimeError
    assert not pair.student[0]._forward_hooks
    assert FeatureHints(None, 0.0).losses() == {}
    assert not FeatureHints(None, 0.0).on


def test_a_module_that_was_replaced():
    """As the runner replaces SyncBN, after the pair was found."""
    pair = pair_of([0])
    hints = FeatureHints(pair, 1.0)
    pair.student[0] = nn.Identity()
    with hints.watch('student'):
        pair.student(torch.ones(2, 1, 2, 2, requires_grad=True))
    with hints.watch('teacher'):
        pair.teacher(torch.ones(2, 1, 2, 2))
    torch.testing.assert_close(
        hints.losses()['loss_features'], torch.tensor(0.0)
    )


def test_the_channels_are_those_that_were_copied():
    """The kept rows of the last layer say which."""
    student, teacher = map(MODELS.build, (classifier(4), classifier(8)))
    student.eval(), teacher.eval()
    heritage = Heritage(student, teacher, 255 * torch.rand(2, 1, 16, 16))
    heritage.copy_weights()
    index = heritage.last_features.index
    ours, theirs = student.head.fc.weight, teacher.head.fc.weight
    ratio = ours / theirs[:, index]
    torch.testing.assert_close(ratio, ratio.mean().expand_as(ratio))


def test_an_equal_network_has_no_distance():
    teacher = MODELS.build(classifier(8)).eval()
    student = MODELS.build(classifier(8)).eval()
    inputs = 255 * torch.rand(2, 1, 16, 16)
    heritage = Heritage(student, teacher, inputs)
    heritage.copy_weights()
    hints = FeatureHints(heritage.last_features, 1.0)
    for role, model in (('student', student), ('teacher', teacher)):
        with hints.watch(role):
            model(inputs, mode='tensor')
    torch.testing.assert_close(
        hints.losses()['loss_features'], torch.tensor(0.0)
    )
