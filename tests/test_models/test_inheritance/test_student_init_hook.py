"""Tests of students of MMRazor's own algorithms, born from their teachers."""

from types import SimpleNamespace

import pytest
import torch
from inherited_networks import Network, Residual, randomize
from toy_models import same, snapshot
from toy_runs import ToyModel, toy_runner

from mmrazor_ssdkd.models.inheritance import StudentInitHook


class Distiller(ToyModel):
    """What the hook asks of an algorithm."""

    def __init__(self, student, teacher):
        super().__init__()
        self.student, self.teacher = student, teacher

    def train(self, mode=True):
        super().train(mode)
        self.teacher.eval()
        return self


def batches(count=6, size=8):
    for number in range(count):
        generator = torch.Generator().manual_seed(number)
        inputs = torch.randint(256, (4, 3, size, size), generator=generator)
        yield dict(inputs=list(inputs.byte()))


def runner(student=None, teacher=None, **changes):
    """What the hook asks of a runner, before a first step."""
    if student is None:
        student = Residual(2)
    if teacher is None:
        teacher = randomize(Residual(4))
    return SimpleNamespace(
        **{
            **dict(
                model=Distiller(student, teacher),
                train_dataloader=list(batches()),
                iter=0,
                cfg={},
            ),
            **changes,
        }
    )


def test_a_copy_alone_is_the_teacher_bit_for_bit():
    run = runner(student=Residual(4))
    init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=0)
    before = snapshot(run.model.teacher)
    StudentInitHook(init).before_train(run)
    assert same(snapshot(run.model.student), before)
    assert same(snapshot(run.model.teacher), before)


def test_it_is_settled_on_the_trainings_images():
    """A fit on the training's images is closer there than the copy."""
    torch.manual_seed(0)
    teacher = randomize(Residual(8))
    images = torch.cat(
        [torch.stack(batch['inputs']).float() for batch in batches()]
    )
    errors = []
    for count in (0, 24):
        torch.manual_seed(0)
        run = runner(student=Residual(4), teacher=teacher)
        init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=count)
        StudentInitHook(init).before_train(run)
        student = run.model.student.eval()
        error = student(images) - teacher(images)
        errors.append(error.square().mean())
    assert errors[1] < errors[0]


def test_a_resumed_student_stays():
    run = runner(iter=1)
    before = snapshot(run.model.student)
    StudentInitHook().before_train(run)
    assert same(snapshot(run.model.student), before)


def test_a_random_student_stays():
    run = runner()
    before = snapshot(run.model.student)
    StudentInitHook('random').before_train(run)
    assert same(snapshot(run.model.student), before)


def test_in_a_run_of_mmengines(tmp_path):
    model = Distiller(Residual(4), randomize(Residual(4)))
    data = [dict(inputs=b['inputs'][0]) for b in batches()]
    init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=0)
    hook = dict(type='mmrazor_ssdkd.StudentInitHook', student_init=init)
    run = toy_runner(
        tmp_path,
        iters=1,
        model=model,
        train_dataloader=dict(
            dataset=data,
            batch_size=2,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='pseudo_collate'),
        ),
        custom_hooks=[hook],
    )
    run.train()
    assert same(snapshot(model.student), snapshot(model.teacher))


def test_weights_that_were_loaded():
    with pytest.raises(ValueError, match=r"`load_from` must be None.*'a.pth'"):
        StudentInitHook().before_train(runner(cfg=dict(load_from='a.pth')))


def test_a_model_without_a_teacher():
    match = '`model` must have a student and a teacher .*ToyModel'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(model=ToyModel()))


@pytest.mark.parametrize(
    'data',
    [
        [dict(data=1)],
        [7],
        [dict(inputs=[])],
        [dict(inputs=['a'])],
        [dict(inputs=torch.zeros(3))],
    ],
)
def test_batches_without_images(data):
    with pytest.raises(ValueError, match='`train_dataloader` must give'):
        StudentInitHook().before_train(runner(train_dataloader=data))


def test_images_of_two_sizes():
    data = [*batches(1), *batches(1, size=16)]
    match = r'`train_dataloader` must have images of one size.*8, 8.*16, 16'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(train_dataloader=data))


def test_nothing_to_inherit():
    class Other(Network):
        def __init__(self):
            super().__init__()
            self.other = torch.nn.Conv2d(3, 3, 8)

        def run(self, x):
            return self.other(x).flatten(1)

    with pytest.raises(ValueError, match="`student_init` must be 'random'"):
        StudentInitHook().before_train(runner(student=Other()))


@pytest.mark.parametrize('value', ['fast', None, 3])
def test_what_it_refuses(value):
    with pytest.raises((TypeError, ValueError), match='`student_init` must'):
        StudentInitHook(value)
