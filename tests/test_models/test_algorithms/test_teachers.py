"""SSD-KD under several teachers of one task."""

import copy

import pytest
import torch
from distillers import features, labelled, logits, recorder
from mmengine.registry import DefaultScope
from mmengine.runner import Runner
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

from mmrazor_ssdkd.models import BNStatisticsLoss
from mmrazor_ssdkd.models.forward import predict_logits

CASES = pytest.mark.parametrize('config', [ssdkd, segmentation])


def several(config, *others, **changes):
    """Config whose teacher is called `first`, beside others by number."""
    config = config(**changes)
    first = config.pop('teacher')
    config['teachers'] = dict(first=dict(build_cfg=first))
    for number, other in enumerate(others):
        config['teachers'][f'other{number}'] = dict(build_cfg=other)
    return config


def pair(config, **changes):
    """Config of two teachers of other widths and normalisations."""
    other = (classifier if config is ssdkd else segmentor)(width=4)
    other['data_preprocessor']['std'] = [
        3 * value for value in other['data_preprocessor']['std']
    ]
    return several(config, other, **changes)


@CASES
@pytest.mark.parametrize('store_logits', [True, False])
def test_ensemble_of_one_is_the_teacher(config, store_logits):
    """Bit for bit: losses, gradients, phi, delta and what is stored."""
    change = dict(replay_buffer=dict(store_logits=store_logits))
    seen = []
    for cfg in (config(**change), several(config, **change)):
        algorithm = build(cfg)
        gradients = keep_gradients(algorithm)
        wrapper = optimizers(algorithm)
        torch.manual_seed(1)
        logs = steps(algorithm, wrapper, 3)
        samples = algorithm.replay_buffer.state_dict()['samples']
        preds_T = algorithm.predict_teacher(samples['images'])
        phi = algorithm.task_loss.phi(preds_T, algorithm.class_frequency)
        seen.append([*gradients, *logs, samples, dict(phi=phi)])
        seen[-1].append(snapshot(algorithm.student))
    assert all(len(part) for part in seen[0])
    for left, right in zip(*seen, strict=True):
        assert same(left, right)


def keep_gradients(algorithm):
    """Returns dicts that get each network's weight gradients, by step."""
    kept = []
    for network in (algorithm.student, algorithm.generator):
        kept.append({})
        for name, parameter in network.named_parameters():
            parameter.register_hook(
                lambda grad, name=name, kept=kept[-1]: kept.update(
                    {f'{name} {len(kept)}': grad.clone()}
                )
            )
    return kept


@CASES
def test_all_teachers_are_frozen(config):
    """Three steps move the student alone."""
    algorithm = build(pair(config))
    wrapper = optimizers(algorithm)
    teachers = snapshot(algorithm.teacher)
    student = snapshot(algorithm.student)
    assert any(key.startswith('first.') for key in teachers)
    assert any(key.startswith('other0.') for key in teachers)
    steps(algorithm, wrapper, 3)
    assert same(snapshot(algorithm.teacher), teachers)
    assert not any(module.training for module in algorithm.teacher.modules())
    assert learnt(student, algorithm.student)


@CASES
def test_logits_are_the_ensembles_wherever_they_count(config):
    """What is stored, phi's confidence and labels are of the mean."""
    algorithm = build(pair(config))
    steps(algorithm, optimizers(algorithm), 1)
    stored = algorithm.replay_buffer.state_dict()['samples']
    first, other = (
        predict_logits(teacher, stored['images'], teacher.data_preprocessor)
        for teacher in algorithm.teacher.values()
    )
    assert first.shape == other.shape
    mean = (first + other) / 2
    torch.testing.assert_close(stored['preds_T'], mean)
    torch.testing.assert_close(stored['confidence'], mean.softmax(1).amax(1))
    assert torch.equal(stored['labels'].long(), mean.argmax(1))


def test_bn_loss_is_the_mean_of_the_teachers():
    """Each by its own layers, on its own inputs."""
    algorithm = build(pair(ssdkd))
    images = 255 * torch.rand(4, 1, 16, 16)
    bn_loss = BNStatisticsLoss(loss_weight=2.0)
    own = []
    for teacher in algorithm.teacher.values():
        with bn_loss.watch(teacher):
            predict_logits(teacher, images, teacher.data_preprocessor)
            own.append(bn_loss())
    assert not torch.isclose(*own)
    with bn_loss.watch(*algorithm.teacher.values()):
        algorithm.predict_teacher(images)
        torch.testing.assert_close(bn_loss(), (own[0] + own[1]) / 2)


def lenet():
    """Config of a classifier without a norm, for images of 32 pixels."""
    return dict(
        _scope_='mmpretrain',
        type='ImageClassifier',
        backbone=dict(type='LeNet5'),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=10, in_channels=120),
    )


def test_teacher_without_norms_does_not_thin_out_the_others():
    """L_BN is then that of those that have norms."""
    generator = dict(image_size=32)
    alone = build(ssdkd(generator=generator))
    beside = build(several(ssdkd, lenet(), generator=generator))
    images = 255 * torch.rand(4, 1, 32, 32)
    beside.teacher['first'].load_state_dict(alone.teacher.state_dict())
    values = []
    for algorithm, teachers in (
        (alone, [alone.teacher]),
        (beside, beside.teacher.values()),
    ):
        with algorithm.bn_loss.watch(*teachers):
            algorithm.predict_teacher(images)
            values.append(algorithm.bn_loss())
    assert torch.equal(*values)


@CASES
def test_resume_gives_the_same_student(config):
    """A checkpoint holds all teachers, those of others included."""
    straight = build(pair(config))
    wrapper = optimizers(straight)
    steps(straight, wrapper, 2)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    keys = [key for key in state if key.startswith('teacher.other0.')]
    assert len(keys) > 50
    steps(straight, wrapper, 3)
    resumed = build(pair(config), seed=1)
    resumed.load_state_dict(state)
    resumed_wrapper = optimizers(resumed)
    resumed_wrapper.load_state_dict(optimizer_state)
    steps(resumed, resumed_wrapper, 3)
    assert same(snapshot(resumed.student), snapshot(straight.student))


def test_runner_does_not_initialise_them(tmp_path):
    """The runner initialises every model that says it is not yet."""
    config = pair(ssdkd)
    for name, entry in config['teachers'].items():
        entry['ckpt_path'] = str(tmp_path / name)
        with DefaultScope.overwrite_default_scope('mmpretrain'):
            model = build(dict(entry['build_cfg']))
        torch.save(model.state_dict(), entry['ckpt_path'])
    algorithm = build(config)
    before = snapshot(algorithm.teacher)
    runner = Runner(algorithm, str(tmp_path), default_scope='mmpretrain')
    student = snapshot(algorithm.student)
    runner._init_model_weights()
    assert same(snapshot(algorithm.teacher), before)
    assert learnt(student, algorithm.student)


@pytest.mark.parametrize('side', ['first', 'other0'])
def test_recorder_of_one_of_them(side):
    """Its source starts with the teacher's name, as in MMRazor."""
    distiller = features((8, 16 if side == 'first' else 8), type='L2Loss')
    source = f'{side}.backbone.layer2'
    distiller['teacher_recorders'] = dict(feat=recorder(source))
    algorithm = build(pair(ssdkd, distiller=distiller))
    images = 255 * torch.rand(2, 1, 16, 16)
    slot = algorithm._slot
    slot.run_teacher(images)
    (record,) = algorithm.distiller.teacher_recorders.get_recorder(
        'feat'
    ).data_buffer
    teacher = algorithm.teacher[side]
    inputs = teacher.data_preprocessor(dict(inputs=images))['inputs']
    torch.testing.assert_close(record, teacher.backbone(inputs)[0])


def test_mix_under_several_teachers():
    """A distiller's loss against one of them, beside the ensemble's L_KD."""
    distiller = logits(type='KLDivergence', tau=2)
    distiller['teacher_recorders'] = dict(out=recorder('other0.head.fc'))
    algorithm = build(pair(ssdkd, distiller=distiller))
    before = snapshot(algorithm.teacher)
    (log, _) = steps(algorithm, optimizers(algorithm), 2)
    assert log['distill.loss_out'] > 0
    assert log['distill.loss_out'] != log['distill.loss_kd']
    assert same(snapshot(algorithm.teacher), before)


def test_labels_of_a_distiller_are_the_ensembles():
    """The student's side has them; a teacher's alone is refused."""
    distiller = labelled(type='DKDLoss', tau=2, reduction='mean')
    distiller['teacher_recorders'] = dict(out=recorder('first.head.fc'))
    algorithm = build(pair(ssdkd, distiller=distiller))
    images = 255 * torch.rand(4, 1, 16, 16)
    preds_T = algorithm._slot.run_teacher(images)
    algorithm._slot.run_student(images, preds_T)
    given = algorithm.distiller.student_recorders.get_recorder('gt_labels')
    assert torch.equal(given.get_record_data(0, 1), preds_T.argmax(1))
    distiller['teacher_recorders']['gt'] = recorder(
        'first.head.loss_module', 'ModuleInputs'
    )
    match = '`distiller.teacher_recorders` must not look at a loss.*first'
    with pytest.raises(ValueError, match=match):
        build(pair(ssdkd, distiller=distiller))


def test_source_without_a_name():
    """The key of the recorder is named."""
    distiller = logits(type='KLDivergence')
    match = '`distiller.teacher_recorders.out.source`.*Ensemble.*head.fc'
    with pytest.raises(ValueError, match=match):
        build(pair(ssdkd, distiller=distiller))


def ignoring(number):
    """Config of a segmentor whose loss leaves a class out."""
    config = segmentor()
    config['decode_head']['ignore_index'] = number
    return config


def padding():
    """Config of a classifier that pads its inputs."""
    config = classifier()
    config['data_preprocessor']['pad_size_divisor'] = 32
    return config


@pytest.mark.parametrize(
    'config, other, match',
    [
        (
            ssdkd,
            classifier(num_classes=7),
            '`teachers.other0` must have as many classes as `teachers.first`, '
            'but got 7 and 10',
        ),
        (ssdkd, padding(), '`teachers.other0.data_preprocessor` must only'),
        (
            segmentation,
            classifier(num_classes=5, channels=3),
            '`teachers.other0` and `teachers.first` must both classify or',
        ),
        (
            segmentation,
            ignoring(2),
            '`teachers.other0.decode_head.ignore_index`.*but got 2',
        ),
    ],
)
def test_teacher_that_does_not_fit(config, other, match):
    """It is named when the algorithm is built."""
    with pytest.raises(ValueError, match=match):
        build(several(config, other))


def test_teacher_that_cannot_take_the_images():
    """It is named where another can."""
    colours = {
        name: classifier(channels=3) for name in ('architecture', 'teacher')
    }
    config = several(
        ssdkd, classifier(), **colours, generator=dict(channels=3)
    )
    match = '`generator` must make images that `teachers.other0` takes'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_student_that_does_not_fit():
    """It is measured against the first."""
    config = pair(ssdkd, architecture=classifier(num_classes=7))
    match = '`architecture` must have as many classes as `teachers.first`'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_teacher_beside_teachers():
    """The message names both."""
    config = pair(ssdkd)
    config['teacher'] = classifier()
    with pytest.raises(ValueError, match='one of `teacher` and `teachers`'):
        build(config)
