"""Tests of a student that is born from its teacher."""

import pytest
import torch
from inherited_networks import Network, Residual, images, randomize
from torch import nn
from toy_models import same, snapshot

from mmrazor_ssdkd.models.inheritance import TeacherWeights


def test_planning_changes_nothing():
    student, teacher = Residual(2), randomize(Residual(4))
    student.train()
    student.fc.weight.requires_grad_(False)
    before = snapshot(student), snapshot(teacher)
    TeacherWeights().prepare(student, {'teacher': teacher}, images(2))
    assert same(snapshot(student), before[0])
    assert same(snapshot(teacher), before[1])
    assert all(module.training for module in student.modules())
    wanted = [
        name for name, p in student.named_parameters() if p.requires_grad
    ]
    assert 'fc.bias' in wanted
    assert 'fc.weight' not in wanted


@pytest.mark.parametrize(('name', 'which'), [(None, 0), ('a', 0), ('b', 1)])
def test_which_of_several_teachers(name, which):
    teachers = [randomize(Residual(4)) for _ in range(2)]
    student, init = Residual(4), TeacherWeights(teacher=name)
    named = dict(zip(['teachers.a', 'teachers.b'], teachers))
    init.prepare(student, named, images(2))
    init.initialize()
    assert same(snapshot(student), snapshot(teachers[which]))


def test_a_teacher_that_is_not_there():
    init = TeacherWeights(teacher='c')
    named = {'teachers.a': Residual(), 'teachers.b': Residual()}
    match = r"`student_init.teacher` must be one of \['a', 'b'\].*'c'"
    with pytest.raises(ValueError, match=match):
        init.prepare(Residual(), named, images(2))


def test_nothing_to_inherit():
    class Other(Network):
        def __init__(self):
            super().__init__()
            self.other = nn.Conv2d(3, 3, 8)

        def run(self, x):
            return self.other(x).flatten(1)

    match = "`student_init` must be 'random'.*Other and Residual"
    with pytest.raises(ValueError, match=match):
        TeacherWeights().prepare(Other(), {'teacher': Residual()}, images(2))


@pytest.mark.parametrize(
    ('size', 'expected'), [(32, 1024), (64, 1024), (224, 83)]
)
def test_large_images_are_fewer(size, expected):
    student, teacher = Residual(2), Residual(4)
    init = TeacherWeights()
    init.prepare(student, {'teacher': teacher}, images(2, size).sub(0.5))
    assert init.num_images == expected
    assert TeacherWeights(num_images=7).num_images == 7


def test_what_the_log_says(monkeypatch):
    lines = []
    monkeypatch.setattr(
        'mmrazor_ssdkd.models.inheritance.teacher_weights.print_log',
        lambda message, **_: lines.append(message),
    )
    for student, teacher in (
        (Residual(2, 1, 3), Residual(4, 2, 6)),
        (Residual(4, 1, 6), Residual(2, 1, 6)),
    ):
        init = TeacherWeights()
        init.prepare(student, {'teacher': teacher}, images(2))
        init.initialize()
    assert lines == [
        'Inherited from the teacher: 11 of 11 weight tensors, '
        '185 of 185 parameters',
        'Inherited from the teacher: 11 of 11 weight tensors, '
        '299 of 583 parameters\n'
        'Wholly or partly random: stem.0.weight, stem.1.weight, stem.1.bias, '
        'blocks.0.0.0.weight, blocks.0.1.0.weight, blocks.0.1.1.weight, '
        'blocks.0.1.1.bias, fc.weight',
    ]


def settled(**arguments):
    """Returns a student before and after it is settled, and its teacher."""
    torch.manual_seed(2)
    student, teacher = Residual(4, 2, 4), randomize(Residual(8, 2, 8))
    init = TeacherWeights(**arguments)
    init.prepare(student, {'teacher': teacher}, images(2))
    init.initialize()
    before, others = snapshot(student), snapshot(teacher)
    init.settle(images(64))
    assert same(snapshot(teacher), others)
    return before, student


def test_settling_without_fitting_changes_statistics_alone():
    before, student = settled(fit=False)
    after = snapshot(student)
    changed = {key for key in before if not before[key].equal(after[key])}
    assert changed == {
        key for key in before if 'running' in key or 'batches' in key
    }


def test_fitting_layers_leaves_norms_as_they_were_copied():
    before, student = settled(fit='layers')
    copied = ('fc.weight', 'stem.1.weight')
    kept = [before[key].equal(snapshot(student)[key]) for key in copied]
    assert kept == [False, True]


def test_fitting_changes_weights():
    before, student = settled()
    after = snapshot(student)
    for key in ('fc.weight', 'stem.1.weight', 'stem.1.bias'):
        assert not before[key].equal(after[key])
    assert student.training


class Twice(Network):
    """Its norm runs twice, so that no moments of one run fit it."""

    def __init__(self, width=8):
        super().__init__()
        self.conv = nn.Conv2d(3, width, 3)
        self.norm = nn.BatchNorm2d(width)
        self.fc = nn.Linear(width, 5)

    def run(self, x):
        x = self.norm(self.norm(self.conv(x)).relu() * 3)
        return self.fc(x.mean(dim=(2, 3)))


@pytest.mark.parametrize('fit', [True, 'layers', False])
@pytest.mark.parametrize('network', [lambda: Residual(4, 2, 6), Twice])
def test_a_copy_of_its_teacher_stays_as_it_is(network, fit):
    torch.manual_seed(3)
    student, teacher = network(), randomize(network())
    init = TeacherWeights(fit=fit)
    init.prepare(student, {'teacher': teacher}, images(2))
    init.initialize()
    student.train()
    init.settle(images(64))
    assert same(snapshot(student), snapshot(teacher))
    assert student.training
