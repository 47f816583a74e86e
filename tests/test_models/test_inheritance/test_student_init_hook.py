"""Tests of students of MMRazor's own algorithms, born from their teachers."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from inherited_networks import Network, Residual, layer, randomize
from mmengine.model import ImgDataPreprocessor
from mmengine.registry import MODEL_WRAPPERS
from torch import nn
from toy_models import same, snapshot
from toy_runs import ToyModel, toy_runner

from mmrazor_ssdkd.models.inheritance import StudentInitHook


class Distiller(ToyModel):
    """What the hook asks of an algorithm."""

    def __init__(self, student, teacher, data_preprocessor=None):
        super().__init__()
        self.student, self.teacher = student, teacher
        self.data_preprocessor = data_preprocessor


def samples(count=24, size=8):
    torch.manual_seed(0)
    images = torch.randint(256, (count, 3, size, size)).byte()
    return [dict(inputs=image) for image in images]


def stacked(dataset):
    return torch.stack([sample['inputs'] for sample in dataset]).float()


def runner(student=None, teacher=None, dataset=None, model=None, **changes):
    """What the hook asks of a runner, before a first step."""
    student = student or Residual(2)
    teacher = teacher or randomize(Residual(4))
    dataset = samples() if dataset is None else dataset
    return SimpleNamespace(
        **{
            **dict(
                model=model or Distiller(student, teacher),
                train_dataloader=SimpleNamespace(dataset=dataset),
                iter=0,
                seed=0,
                cfg={},
                _load_from=None,
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
    before = snapshot(teacher)
    images = stacked(samples())
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
    assert same(snapshot(teacher), before)


def test_the_teacher_is_looked_at_in_eval_mode():
    """One that was left in training mode gives and learns nothing else."""
    students = []
    for mode in (False, True):
        torch.manual_seed(0)
        teacher = randomize(Residual(8)).train(mode)
        before = snapshot(teacher)
        torch.manual_seed(0)
        run = runner(student=Residual(4), teacher=teacher)
        StudentInitHook().before_train(run)
        assert same(snapshot(teacher), before)
        assert all(module.training == mode for module in teacher.modules())
        assert all(p.requires_grad for p in teacher.parameters())
        students.append(snapshot(run.model.student))
    assert same(*students)


def test_images_are_prepared_as_the_algorithm_does():
    """Whether its networks have a preprocessor, too, or another, or none."""
    scale = ImgDataPreprocessor(mean=[100.0] * 3, std=[50.0] * 3)
    other = ImgDataPreprocessor(mean=[10.0] * 3, std=[5.0] * 3)
    students = []
    for own in (None, scale, other):
        torch.manual_seed(0)
        student, teacher = Residual(4), randomize(Residual(8))
        student.data_preprocessor = teacher.data_preprocessor = own
        run = runner(model=Distiller(student, teacher, scale))
        StudentInitHook().before_train(run)
        assert student.data_preprocessor is own
        assert teacher.data_preprocessor is own
        student.data_preprocessor = None
        students.append(snapshot(student))
    assert same(students[0], students[1])
    assert same(students[0], students[2])


class Several(Network):
    """Gives its map of logits and others beside it, as DANet does."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = layer(3, width), layer(width, width)
        self.seg, self.other = (nn.Conv2d(width, 3, 1) for _ in '12')

    def run(self, x):
        x = self.second(self.first(x))
        return self.seg(x), self.other(x)


def test_networks_that_give_several_maps():
    teacher = randomize(Several(8))
    run = runner(student=Several(8), teacher=teacher)
    StudentInitHook().before_train(run)
    assert same(snapshot(run.model.student), snapshot(teacher))
    images, errors = stacked(samples()), []
    for fit in (False, True):
        torch.manual_seed(0)
        run = runner(student=Several(4), teacher=teacher)
        StudentInitHook(
            dict(type='mmrazor_ssdkd.TeacherWeights', fit=fit)
        ).before_train(run)
        student = run.model.student.eval()
        maps = zip(student(images), teacher.eval()(images))
        errors.append([float((a - b).square().mean()) for a, b in maps])
    assert errors[1][0] < errors[0][0] / 2
    assert errors[1][1] < errors[0][1] / 2


def test_what_the_training_draws_stays():
    class Moving(list):
        """A pipeline that draws from all generators."""

        def __getitem__(self, place):
            random.random()
            np.random.rand()
            torch.rand(1)
            return super().__getitem__(place)

    drawn = []
    for hook in (StudentInitHook(), StudentInitHook('random')):
        run = runner(dataset=Moving(samples()))
        random.seed(0)
        np.random.seed(0)
        torch.manual_seed(0)
        hook.before_train(run)
        drawn.append((random.random(), np.random.rand(), torch.rand(1).item()))
    assert drawn[0] == drawn[1]


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


@pytest.mark.parametrize('sampler', ['DefaultSampler', 'InfiniteSampler'])
def test_in_a_run_of_mmengines(tmp_path, sampler):
    model = Distiller(Residual(4), randomize(Residual(4)))
    init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=0)
    hook = dict(type='mmrazor_ssdkd.StudentInitHook', student_init=init)
    run = toy_runner(
        tmp_path,
        iters=1,
        model=model,
        train_dataloader=dict(
            dataset=samples(6),
            batch_size=2,
            sampler=dict(type=sampler, shuffle=False),
            collate_fn=dict(type='pseudo_collate'),
        ),
        custom_hooks=[hook],
    )
    run.train()
    assert same(snapshot(model.student), snapshot(model.teacher))


def test_weights_that_were_loaded():
    with pytest.raises(ValueError, match=r"`load_from` must be None.*'a.pth'"):
        StudentInitHook().before_train(runner(_load_from='a.pth'))


def test_a_student_with_weights_of_its_own():
    pretrained = dict(type='Pretrained', checkpoint='a.pth')
    cfg = dict(model=dict(architecture=dict(init_cfg=pretrained)))
    match = r'`architecture.init_cfg` must not stand beside.*a.pth'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(cfg=cfg))


def test_networks_in_wrappers():
    class Wrapped(nn.Module):
        def __init__(self, module):
            super().__init__()
            self.module = module

    MODEL_WRAPPERS.register_module(module=Wrapped, force=True)
    student, teacher = Residual(4), randomize(Residual(4))
    before = snapshot(teacher)
    init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=0)
    model = Distiller(Wrapped(student), Wrapped(teacher))
    StudentInitHook(init).before_train(runner(model=Wrapped(model)))
    assert same(snapshot(student), before)


def test_a_model_without_a_teacher():
    match = '`model` must have a student and a teacher .*ToyModel'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(model=ToyModel()))


@pytest.mark.parametrize(
    'sample',
    [
        dict(data=1),
        7,
        dict(inputs='a'),
        dict(inputs=7),
        dict(inputs=torch.zeros(3)),
        dict(inputs=torch.zeros(())),
        dict(inputs=(torch.zeros(3, 4, 4), 1)),
    ],
)
def test_a_set_without_images(sample):
    match = '`train_dataloader.dataset` must have images for'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(dataset=[sample]))


def test_images_of_other_sizes():
    """All are cut to the smallest height and the smallest width."""
    images = [
        torch.rand(3, *size) * 255 for size in [(5, 8), (8, 6), (7, 7)] * 4
    ]
    students = []
    for dataset in (images, [image[:, :5, :6] for image in images]):
        torch.manual_seed(0)
        run = runner(dataset=[dict(inputs=image) for image in dataset])
        StudentInitHook().before_train(run)
        students.append(snapshot(run.model.student))
    assert same(*students)


def test_a_single_image():
    match = '`train_dataloader.dataset` must have >= 2 images.*got 1'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(dataset=samples(1)))


def test_images_of_other_channels():
    dataset = [*samples(4), dict(inputs=torch.zeros(1, 8, 8))]
    match = r'must have images of as many channels.*\[1, 3\]'
    with pytest.raises(ValueError, match=match):
        StudentInitHook().before_train(runner(dataset=dataset))


def test_nothing_to_inherit():
    class Other(Network):
        def __init__(self):
            super().__init__()
            self.other = nn.Conv2d(3, 3, 8)

        def run(self, x):
            return self.other(x).flatten(1)

    with pytest.raises(ValueError, match="`student_init` must be 'random'"):
        StudentInitHook().before_train(runner(student=Other()))


@pytest.mark.parametrize('value', ['fast', None, 3])
def test_what_it_refuses(value):
    with pytest.raises((TypeError, ValueError), match='`student_init` must'):
        StudentInitHook(value)
