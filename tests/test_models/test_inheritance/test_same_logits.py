"""Tests of whether a student gives what its teacher gives."""

import pytest
import torch
from inherited_networks import Residual, images, randomize
from toy_models import same, snapshot

from mmrazor_ssdkd.models.inheritance.same_logits import gives_the_same


@pytest.mark.parametrize(
    ('change', 'expected'), [(0.0, True), (5e-4, True), (5e-3, False)]
)
def test_rounding_is_no_difference(change, expected):
    teacher = randomize(Residual(4))
    student = Residual(4)
    student.load_state_dict(teacher.state_dict())
    with torch.no_grad():
        for parameter in student.fc.parameters():
            parameter.mul_(1 + change)
    before = snapshot(student), snapshot(teacher)
    student.train()
    assert gives_the_same(student, teacher, images(4)) is expected
    assert student.training
    assert same(snapshot(student), before[0])
    assert same(snapshot(teacher), before[1])


def test_other_classes_are_a_difference():
    student, teacher = (randomize(Residual(4, 1, n)) for n in (5, 6))
    assert not gives_the_same(student, teacher, images(4))


def test_no_number_is_a_difference():
    student, teacher = (randomize(Residual(4)) for _ in range(2))
    with torch.no_grad():
        student.fc.bias.fill_(torch.nan)
    assert not gives_the_same(student, teacher, images(4))
