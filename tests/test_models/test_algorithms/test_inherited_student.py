"""Tests of SSD-KD with a student that is born from its teacher."""

import copy
from contextlib import nullcontext

import pytest
import torch
from mmengine.model import BaseModel
from mmengine.runner import Runner
from mmrazor.registry import MODELS as MMRAZOR_MODELS
from torch import nn
from torch.utils.checkpoint import checkpoint
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    same,
    segmentation,
    segmentor,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.models.inheritance import StudentInit
from mmrazor_ssdkd.registry import MODELS

CASES = pytest.mark.parametrize('config', [ssdkd, segmentation])


def born(config=ssdkd, seed=0, **changes):
    """Builds and initialises an algorithm whose student inherits."""
    changes = {'student_init': 'teacher', **changes}
    algorithm = build(config(**changes), seed)
    algorithm.init_weights()
    return algorithm


def is_statistic(name):
    """Returns whether a tensor is a BatchNorm's buffer."""
    last = name.rpartition('.')[2]
    return last in ('running_mean', 'running_var', 'num_batches_tracked')


@CASES
def test_building_leaves_the_student_as_it_is(config):
    inherited, plain = (
        build(config(student_init=word)) for word in ('teacher', 'random')
    )
    assert same(snapshot(inherited.student), snapshot(plain.student))


@CASES
@pytest.mark.parametrize('channels_last', [True, False])
def test_the_same_architecture_gives_the_same_logits(config, channels_last):
    model = classifier(8) if config is ssdkd else segmentor(8)
    algorithm = born(config, architecture=model, channels_last=channels_last)
    images = 255 * torch.rand(algorithm._image_shape)
    algorithm.eval()
    preds_T = algorithm.predict_teacher(images)
    assert algorithm.predict_student(images, preds_T).equal(preds_T)


@CASES
def test_the_teacher_stays_as_it_is(config):
    algorithm = build(config(student_init='teacher'))
    before = snapshot(algorithm.teacher)
    algorithm.init_weights()
    steps(algorithm, optimizers(algorithm), 2)
    assert same(snapshot(algorithm.teacher), before)


def test_a_run_initialises_the_student_from_its_teacher(tmp_path):
    algorithm = build(ssdkd(student_init='teacher'))
    runner = Runner(algorithm, str(tmp_path), default_scope='mmpretrain')
    runner._init_model_weights()
    conv, other = (
        model.backbone.layer1[0].conv1.weight
        for model in (algorithm.student, algorithm.teacher)
    )
    rows = other.reshape(-1, 9).tolist()
    assert all(w in rows for w in conv.reshape(-1, 9).tolist())


@CASES
def test_settling_changes_nothing_but_statistics(config):
    init = dict(type='mmrazor_ssdkd.TeacherWeights', fit=False, num_images=9)
    algorithm = born(config, student_init=init)
    steps(algorithm, optimizers(algorithm, lr=0.0), 1)
    # Now there are images; the student's weights have not moved.
    algorithm.iteration = 0
    before = snapshot(algorithm.student)
    modes = [module.training for module in algorithm.modules()]
    algorithm.settle_student()
    after = snapshot(algorithm.student)
    changed = {k for k in before if not before[k].equal(after[k])}
    assert changed
    assert all(map(is_statistic, changed))
    assert [module.training for module in algorithm.modules()] == modes


@pytest.mark.parametrize('count', [0, 9])
def test_settling_comes_once_and_before_the_first_step(monkeypatch, count):
    events = []
    config = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=count)
    algorithm = born(student_init=config)

    def record(name, function):
        def recorded(*args, **kwargs):
            events.append((name, len(args[0]) if name == 'settle' else None))
            return function(*args, **kwargs)

        return recorded

    for owner, name in (
        (algorithm, 'synthesize'),
        (algorithm._student_init, 'settle'),
        (algorithm, 'distill'),
    ):
        monkeypatch.setattr(owner, name, record(name, getattr(owner, name)))
    steps(algorithm, optimizers(algorithm), 3)
    assert events == [
        ('synthesize', None),
        ('synthesize', None),
        *([('settle', count)] if count else []),
        ('distill', None),
        ('distill', None),
        ('synthesize', None),
        ('distill', None),
    ]


@CASES
@pytest.mark.parametrize('weight', [0.0, 10.0])
def test_resume_gives_the_same_student(config, weight, monkeypatch):
    """Though it was built with a teacher whose other channels matter."""
    changes = dict(distillation=dict(feature_weight=weight))
    straight = born(config, **changes)
    wrapper = optimizers(straight)
    steps(straight, wrapper, 3)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    steps(straight, wrapper, 3)
    resumed = born(config, seed=1, **changes)
    resumed.load_state_dict(state)

    def settle(images):
        raise AssertionError('a resumed student was settled')

    monkeypatch.setattr(resumed._student_init, 'settle', settle)
    resumed_wrapper = optimizers(resumed)
    resumed_wrapper.load_state_dict(optimizer_state)
    steps(resumed, resumed_wrapper, 3)
    assert same(snapshot(resumed.student), snapshot(straight.student))


def test_runs_of_one_seed_are_equal():
    students = []
    for _ in range(2):
        algorithm = born()
        steps(algorithm, optimizers(algorithm), 2)
        students.append(snapshot(algorithm.student))
    assert same(*students)


@CASES
def test_an_inherited_student_learns(config):
    algorithm = born(config)
    before = snapshot(algorithm.student)
    logs = steps(algorithm, optimizers(algorithm), 2)
    assert learnt(before, algorithm.student)
    assert all(log['loss'].isfinite() for log in logs)


def several(**changes):
    """Config of two teachers."""
    return ssdkd(
        teacher=None,
        teachers=dict(
            wide=dict(build_cfg=classifier(8)),
            same=dict(build_cfg=classifier(4)),
        ),
        **changes,
    )


@pytest.mark.parametrize('name', ['wide', 'same', None])
def test_one_of_several_teachers(name):
    config = dict(type='mmrazor_ssdkd.TeacherWeights', teacher=name)
    algorithm = born(several, student_init=config)
    teacher = algorithm.teacher['same']
    left, right = (
        dict(model.named_parameters())
        for model in (algorithm.student, teacher)
    )
    equal = all(left[key].equal(right[key]) for key in left)
    assert equal is (name == 'same')


@pytest.mark.parametrize(
    ('changes', 'error', 'match'),
    [
        (
            dict(student_init='new'),
            ValueError,
            "`student_init` must be.*'new'",
        ),
        (dict(student_init=1), TypeError, '`student_init` must be.*1'),
        (
            dict(
                student_init=dict(
                    type='mmrazor_ssdkd.TeacherWeights', teacher='b'
                )
            ),
            ValueError,
            r"`student_init.teacher` must be one of \['teacher'\].*'b'",
        ),
        (
            dict(
                student_init='teacher',
                architecture=dict(classifier(), pretrained='x.pth'),
            ),
            ValueError,
            r'`architecture\.pretrained` must not stand beside',
        ),
    ],
)
def test_mistakes_are_named_at_build_time(changes, error, match):
    with pytest.raises(error, match=match):
        build(ssdkd(**changes))


class Plain(BaseModel):
    """A network of PyTorch alone, with nothing of the teacher's."""

    def __init__(self):
        super().__init__()
        self.own = nn.Linear(256, 10)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        """Returns logits."""
        return self.own(inputs.flatten(1))


def test_nothing_to_inherit():
    with pytest.raises(ValueError, match="`student_init` must be 'random'"):
        build(ssdkd(student_init='teacher', architecture=Plain()))


def test_a_student_that_is_built_already():
    student = MMRAZOR_MODELS.build(classifier(4))
    algorithm = born(architecture=student)
    by_config = born()
    left, right = (
        dict(a.student.named_parameters()) for a in (algorithm, by_config)
    )
    assert algorithm.student is student
    # The same channels of teachers of the same seed, where all are copied.
    assert left['backbone.bn1.weight'].equal(right['backbone.bn1.weight'])


def test_another_component():
    @MODELS.register_module(name='ToyHalf', force=True)
    class ToyHalf(StudentInit):
        """Halves all weights and says what it was called with."""

        num_images = 5

        def prepare(self, student, teachers, images):
            self.student, self.names = student, list(teachers)
            self.size, self.seen = tuple(images.shape), []

        def initialize(self):
            for parameter in self.student.parameters():
                parameter.data.mul_(0.5)

        def settle(self, images):
            self.seen.append(tuple(images.shape))

    algorithm = build(ssdkd(student_init=dict(type='mmrazor_ssdkd.ToyHalf')))
    algorithm.init_weights()
    init = algorithm._student_init
    assert init.names == ['teacher']
    assert init.size == (2, 1, 16, 16)
    norm = algorithm.student.backbone.bn1.weight
    assert norm.equal(torch.full_like(norm, 0.5))
    steps(algorithm, optimizers(algorithm), 2)
    assert init.seen == [(5, 1, 16, 16)]


@CASES
def test_features_of_the_teacher_are_a_loss(config):
    """It is logged, moves the student and leaves no hook."""
    algorithm = born(config, distillation=dict(feature_weight=10.0))
    modules = [*algorithm.student.modules(), *algorithm.teacher.modules()]
    hooks = [len(module._forward_hooks) for module in modules]
    before = snapshot(algorithm.student)
    logged = steps(algorithm, optimizers(algorithm), 2)
    assert 0 < logged[-1]['distill.loss_features'] < 40
    assert learnt(before, algorithm.student)
    assert hooks == [len(module._forward_hooks) for module in modules]


def test_features_alone_teach_a_student():
    """With no other loss the distance falls."""
    algorithm = born(
        distillation=dict(kd_weight=0.0, feature_weight=1.0),
        replay_buffer=dict(max_size=16),
        synthesis=dict(until=0, adversarial_weight=0.0),
    )
    logged = steps(algorithm, optimizers(algorithm, lr=0.2), 30)
    losses = [float(entry['distill.loss_features']) for entry in logged]
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_features_want_the_teacher_in_the_step():
    """Stored logits come without features."""
    algorithm = born(distillation=dict(feature_weight=10.0))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    seen = []
    algorithm.teacher.register_forward_hook(lambda *_: seen.append(0))
    steps(algorithm, wrapper, 1)
    assert len(seen) == 1


TWO = {name: dict(build_cfg=classifier(8)) for name in 'ab'}


@pytest.mark.parametrize(
    ('saved', 'resumed', 'weight', 'raises'),
    [
        ('teacher', 'teacher', 10.0, False),
        ('random', 'teacher', 10.0, True),
        ('random', 'teacher', 0.0, False),
        ('b', 'a', 10.0, True),
        ('b', 'b', 10.0, False),
        (None, 'b', 10.0, False),
    ],
)
def test_features_of_where_a_checkpoint_came_from(
    saved, resumed, weight, raises
):
    """Of the same teacher, or there are none; older ones do not say."""

    def algorithm_of(start, weight):
        several = start in ('a', 'b') or saved == 'b'
        changes = dict(teacher=None, teachers=TWO) if several else {}
        if start in ('a', 'b'):
            start = dict(type='mmrazor_ssdkd.TeacherWeights', teacher=start)
        if weight:
            changes['distillation'] = dict(feature_weight=weight)
        return born(student_init=start, **changes)

    first = algorithm_of(saved or resumed, 0 if saved == 'random' else weight)
    state = first.get_extra_state()
    if saved is None:
        del state['student_origin']
    other = algorithm_of(resumed, weight)
    if raises:
        with pytest.raises(ValueError, match='`student_init` must be that of'):
            other.set_extra_state(state)
    else:
        other.set_extra_state(state)


def test_features_beside_a_distiller():
    """One forward pass of each serves both."""
    layer = dict(type='ModuleOutputs', source='backbone.layer2')
    distiller = dict(
        type='ConfigurableDistiller',
        student_recorders=dict(feature=layer),
        teacher_recorders=dict(feature=layer),
        distill_losses=dict(loss_at=dict(type='ATLoss', loss_weight=1.0)),
        loss_forward_mappings=dict(
            loss_at=dict(
                s_feature=dict(from_student=True, recorder='feature'),
                t_feature=dict(from_student=False, recorder='feature'),
            )
        ),
    )
    algorithm = born(
        distillation=dict(feature_weight=10.0), distiller=distiller
    )
    logged = steps(algorithm, optimizers(algorithm), 1)[0]
    assert {'distill.loss_features', 'distill.loss_at'} <= logged.keys()


@pytest.mark.parametrize(
    'changes, match',
    [
        (
            dict(student_init='random'),
            '`distillation.feature_weight` must be 0 unless `student_init` is '
            "'teacher'.*got 10.0",
        ),
        (
            dict(
                distillation=dict(
                    feature_weight=10.0,
                    stored_views=2,
                    augmentation=dict(type='mmrazor_ssdkd.RandomView'),
                )
            ),
            '`distillation.stored_views` must be 0 beside a '
            '`distillation.feature_weight`.*got 2',
        ),
        (
            dict(distillation=dict(feature_weight=-1.0)),
            '`distillation.feature_weight` must be >= 0.0, but got -1.0',
        ),
    ],
)
def test_features_that_cannot_be(changes, match):
    changes = {
        'distillation': dict(feature_weight=10.0),
        'student_init': 'teacher',
        'replay_buffer': dict(max_size=100),
        **changes,
    }
    with pytest.raises(ValueError, match=match):
        build(ssdkd(**changes))


@pytest.mark.parametrize('weight, raises', [(10.0, True), (0.0, False)])
def test_features_inside_checkpointing(weight, raises):
    """Of a layer whose graph is built in the backward pass alone."""
    algorithm = build(ssdkd(student_init='teacher'))
    student = algorithm.student
    # The last map is inside, and what is given out the pooled vector.
    inside = student.extract_feat

    def extract_feat(inputs, **kwargs):
        inputs.requires_grad_()
        return checkpoint(inside, inputs, use_reentrant=True)

    student.extract_feat = extract_feat
    changes = dict(
        architecture=student,
        student_init='teacher',
        distillation=dict(feature_weight=weight),
    )
    match = 'layer2.*gives no gradient'
    refused = (
        pytest.raises(ValueError, match=match) if raises else nullcontext()
    )
    with refused:
        build(ssdkd(**changes))
