"""MMRazor's deliveries: a value of the teacher's in the student's place."""

import copy

import pytest
import torch
from distillers import logits, recorder
from toy_models import build, classifier, optimizers, ssdkd, steps

from mmrazor_ssdkd.models import forward

NORMALIZE = 'mmrazor_ssdkd.models.forward.normalize'
POOLING = 'mmpretrain.models.necks.GlobalAveragePooling.forward'
BLOCKS = 'mmpretrain.models.backbones.resnet.BasicBlock.forward'
# Each with the part of the student that works on what is delivered.
DELIVERIES = {
    'backbone': dict(type='FunctionOutputs', func_path=NORMALIZE),
    'head': dict(type='MethodOutputs', method_path=POOLING),
}


def delivering(part='head', max_keep_data=1, **changes):
    """Config of SSD-KD whose student is as wide as its teacher.

    They normalise differently, so that their inputs tell them apart.
    """
    distiller = logits(type='KLDivergence', tau=2)
    distiller['distill_deliveries'] = dict(
        given=dict(DELIVERIES[part], max_keep_data=max_keep_data)
    )
    student = classifier(8)
    student['data_preprocessor']['mean'] = [7.0]
    config = ssdkd(distiller=distiller, architecture=student)
    config.update(changes)
    return config


def watch(module):
    """Returns a list that gets a module's inputs in training mode."""
    seen = []

    def keep(module, inputs):
        value = inputs[0]
        if module.training:
            seen.append(value[0] if isinstance(value, tuple) else value)

    module.register_forward_pre_hook(keep)
    return seen


@pytest.mark.parametrize('uniform', [False, True])
@pytest.mark.parametrize('part', DELIVERIES)
def test_student_works_on_the_teachers_value(part, uniform):
    """On the drawn batch of each of three steps, and of that step alone."""
    algorithm = build(
        delivering(part, distillation=dict(distiller_uniform=uniform))
    )
    buffer = algorithm.replay_buffer
    sample, drawn = buffer.sample, []
    buffer.sample = lambda *args, **kwargs: (
        drawn.append(sample(*args, **kwargs)) or dict(drawn[-1])
    )
    seen = watch(getattr(algorithm.student, part))
    wrapper = optimizers(algorithm)
    for _ in range(3):
        drawn.clear()
        seen.clear()
        steps(algorithm, wrapper, 1)
        # The distiller's batch is the last, and the only shared one.
        assert len(seen) == len(drawn) == 1 + uniform
        expected = value_of(part, algorithm.teacher, drawn[-1]['images'])
        assert torch.equal(seen[-1], expected)
        if uniform:
            own = value_of(part, algorithm.teacher, drawn[0]['images'])
            assert not torch.allclose(seen[0], own)


@torch.no_grad()
def value_of(part, model, images):
    """Returns what a model itself hands to a part of it."""
    inputs = forward.normalize(images, model.data_preprocessor)
    if part == 'backbone':
        return inputs
    (pooled,) = model.extract_feat(inputs)
    return pooled


@pytest.mark.parametrize('part', DELIVERIES)
def test_nothing_is_left_for_the_next_step(part):
    """Queues are empty after the check and each step; sources are whole."""
    function, pooling = forward.normalize, pooling_method()
    algorithm = build(delivering(part, max_keep_data=3))
    (delivery,) = algorithm.distiller.deliveries.deliveries.values()
    assert not delivery.data_queue
    steps(algorithm, optimizers(algorithm), 2)
    assert not delivery.data_queue
    assert forward.normalize is function
    assert pooling_method() is pooling


def pooling_method():
    """Returns the method as its class has it."""
    from mmpretrain.models.necks import GlobalAveragePooling

    return GlobalAveragePooling.forward


def test_step_that_broke_off_leaves_nothing():
    """The next one does not deliver what it had kept."""
    algorithm = build(delivering('head', max_keep_data=3))
    batch = torch.rand(4, 1, 16, 16) * 255
    algorithm._slot.run_teacher(batch)
    (delivery,) = algorithm.distiller.deliveries.deliveries.values()
    assert len(delivery.data_queue) == 1
    seen = watch(algorithm.student.head)
    preds_T = algorithm._slot.run_teacher(batch + 1)
    algorithm._slot.run_student(batch + 1, preds_T)
    expected = value_of('head', algorithm.teacher, batch + 1)
    assert torch.equal(seen[0], expected)


def test_delivery_of_other_shapes():
    """What the student cannot take is named when it is built."""
    config = delivering('head', architecture=classifier(4))
    with pytest.raises(ValueError, match=r'`distiller.distill_deliveries`'):
        build(config)


def test_delivery_that_nobody_calls():
    """It would do nothing."""
    config = delivering('head')
    config['distiller']['distill_deliveries']['given']['method_path'] = (
        'mmpretrain.models.ClsDataPreprocessor.forward'
    )
    match = '`distiller.distill_deliveries.given`.*0 and 0 times'
    with pytest.raises(ValueError, match=match):
        build(config)


def test_delivery_that_is_called_too_often():
    """Eight blocks do not fit where one value is kept."""
    config = delivering('head')
    given = config['distiller']['distill_deliveries']['given']
    given['method_path'] = BLOCKS
    with pytest.raises(ValueError, match=r'`max_keep_data` times.*full queue'):
        build(config)
    given['max_keep_data'] = 8
    algorithm = build(config)
    steps(algorithm, optimizers(algorithm), 2)


def test_delivery_of_several_teachers():
    """Whose value the student should take is not guessed."""
    config = delivering('head', max_keep_data=2)
    entry = dict(build_cfg=config.pop('teacher'))
    config['teachers'] = dict(a=entry, b=copy.deepcopy(entry))
    record = dict(out=recorder('a.head.fc'))
    config['distiller']['teacher_recorders'] = record
    match = '`distiller.distill_deliveries.given`.*2 and 1 times'
    with pytest.raises(ValueError, match=match):
        build(config)


@pytest.mark.parametrize(
    'path', ['mmrazor_ssdkd.models.forward.no_such', 'no_such_module.function']
)
def test_function_that_does_not_exist(path):
    """The deliveries beside it are taken back."""
    pooling = pooling_method()
    config = delivering('head')
    config['distiller']['distill_deliveries']['other'] = dict(
        type='FunctionOutputs', func_path=path, max_keep_data=1
    )
    with pytest.raises(ValueError, match=r'`distiller.distill_deliveries`'):
        build(config)
    assert pooling_method() is pooling


def test_method_that_does_not_exist():
    """It is found before anything runs."""
    config = delivering('head')
    config['distiller']['distill_deliveries']['given']['method_path'] = (
        'no_such_module.Class.method'
    )
    with pytest.raises(ValueError, match='`distiller` must be the config'):
        build(config)
