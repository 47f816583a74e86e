"""What a training step of SSD-KD changes, keeps, logs and saves."""

import copy

import pytest
import torch
from mmengine.model import revert_sync_batchnorm
from mmrazor.registry import MODELS
from torch import nn
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    same,
    segmentation,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.engine import Bf16OptimWrapper
from mmrazor_ssdkd.models.losses import (
    ModulatedTaskLoss,
    class_weight,
    kl_divergence,
)
from mmrazor_ssdkd.replay import importance_weight, sampling_probability

CASES = pytest.mark.parametrize('config', [ssdkd, segmentation])


@CASES
def test_step_moves_student_and_generator_alone(config):
    """Three steps move both, grow the buffer, leave the teacher as it was."""
    algorithm = build(config())
    wrapper = optimizers(algorithm)
    teacher = snapshot(algorithm.teacher)
    student = snapshot(algorithm.student)
    generator = snapshot(algorithm.generator)
    steps(algorithm, wrapper, 3)
    assert same(snapshot(algorithm.teacher), teacher)
    assert not algorithm.teacher.training
    assert learnt(student, algorithm.student)
    assert learnt(generator, algorithm.generator)
    # Warm-up and iterations 0 and 2 make a round of 8 each.
    assert len(algorithm.replay_buffer) == 24
    assert algorithm.num_synthesized == 24


@CASES
@pytest.mark.parametrize('latent', ['fresh', 'optimized'])
def test_synthesis_leaves_student_bit_identical(config, latent):
    """Weights, BN statistics, gradients, modes and flags come out as in."""
    algorithm = build(config(synthesis=dict(latent=latent)))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    student = algorithm.student
    student.backbone.eval()
    for parameter in student.parameters():
        parameter.grad = torch.randn_like(parameter)
    frozen_one = next(student.parameters()).requires_grad_(False)
    before = snapshot(student)
    modes = [module.training for module in student.modules()]
    images, _ = algorithm.synthesize(wrapper['generator'])
    algorithm.admit_best(images)
    assert same(snapshot(student), before)
    assert [module.training for module in student.modules()] == modes
    assert not frozen_one.requires_grad
    assert sum(p.requires_grad for p in student.parameters()) > 1


def test_no_weight_gradient_is_computed_in_either_network(monkeypatch):
    """In generator steps no parameter of teacher or student wants one."""
    algorithm = build(ssdkd())
    seen = []
    predict = algorithm.predict_student

    def spy(*args):
        networks = (algorithm.teacher, algorithm.student)
        seen.append(
            any(p.requires_grad for n in networks for p in n.parameters())
        )
        return predict(*args)

    monkeypatch.setattr(algorithm, 'predict_student', spy)
    wrapper = optimizers(algorithm)
    algorithm.synthesize(wrapper['generator'])
    assert seen == [False, False]
    assert all(p.grad is None for p in algorithm.teacher.parameters())
    assert all(p.grad is None for p in algorithm.student.parameters())


def test_student_gradient_is_free_of_the_generator_loss():
    """The student's update is that of its own loss on the drawn batch."""
    algorithm = build(
        ssdkd(synthesis=dict(warmup_rounds=0), distillation=dict(tau=2.0))
    )
    wrapper = optimizers(algorithm, lr=0.1)
    twin = copy.deepcopy(algorithm.student)
    drawn = {}
    sample = algorithm.replay_buffer.sample

    def keep(batch_size):
        drawn.update(sample(batch_size))
        return dict(drawn)

    algorithm.replay_buffer.sample = keep
    steps(algorithm, wrapper, 1)
    preprocessed = (drawn['images'].float() - 100.0) / 50.0
    logits = twin(preprocessed, mode='tensor')
    divergence = kl_divergence(logits, drawn['preds_T'], tau=2.0)
    (drawn['weight'] * divergence).mean().backward()
    for mine, theirs in zip(algorithm.student.parameters(), twin.parameters()):
        torch.testing.assert_close(mine, theirs - 0.1 * theirs.grad)


def test_order_of_a_priority_sampling_step():
    """P from stored priorities, w from P, then w times the new KL stored."""
    algorithm = build(ssdkd(synthesis=dict(warmup_rounds=0)))
    buffer = algorithm.replay_buffer
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    stored = buffer.state_dict()['samples']
    batch = {}
    sample = buffer.sample

    def keep(batch_size):
        batch.update(sample(batch_size))
        return dict(batch)

    buffer.sample = keep
    logits = {}
    handle = algorithm.student.register_forward_hook(
        lambda *args: logits.update(S=args[2].detach())
    )
    steps(algorithm, wrapper, 1)
    handle.remove()
    probability = sampling_probability(stored['priority'], 0.6, 1e-6)
    weight = importance_weight(probability[batch['index']], 0.4, len(buffer))
    torch.testing.assert_close(batch['weight'], weight)
    divergence = kl_divergence(logits['S'], batch['preds_T'])
    after = buffer.state_dict()['samples']
    index = batch['index']
    torch.testing.assert_close(after['priority'][index], weight * divergence)
    torch.testing.assert_close(after['weight'][index], weight)
    others = torch.ones(len(buffer), dtype=torch.bool)
    others[index] = False
    assert others.any()
    assert torch.equal(after['priority'][others], stored['priority'][others])


@CASES
def test_stored_values_can_be_recomputed_from_the_stored_image(config):
    """The teacher says of a stored image exactly what is stored of it."""
    algorithm = build(config())
    steps(algorithm, optimizers(algorithm), 1)
    stored = algorithm.replay_buffer.state_dict()['samples']
    with torch.no_grad():
        preds_T = algorithm.predict_teacher(stored['images'])
    torch.testing.assert_close(preds_T, stored['preds_T'])
    assert torch.equal(preds_T.argmax(1), stored['labels'].long())
    confidence = preds_T.softmax(1).amax(1)
    torch.testing.assert_close(confidence, stored['confidence'])


def test_candidates_of_the_largest_phi_enter():
    """Of 8 candidates the 3 of the largest phi do, by the buffer before."""
    algorithm = build(ssdkd(synthesis=dict(admit=3, warmup_rounds=0)))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    assert len(algorithm.replay_buffer) == 3
    images, _ = algorithm.synthesize(wrapper['generator'])
    with torch.no_grad():
        preds_T = algorithm.predict_teacher(images)
    frequency = algorithm.class_frequency
    assert frequency.sum() == 1
    phi = algorithm.task_loss.phi(preds_T, frequency)
    algorithm.admit_best(images)
    entered = algorithm.replay_buffer.state_dict()['samples']['images'][3:]
    with torch.no_grad():
        preds_T = algorithm.predict_teacher(entered)
    theirs = algorithm.task_loss.phi(preds_T, frequency)
    theirs = theirs.sort(descending=True).values
    torch.testing.assert_close(theirs, phi.topk(3).values)
    assert theirs[0] > phi.median()


def test_teacher_runs_in_the_student_step_only_without_logits():
    """With stored logits the teacher never sees a drawn batch."""
    for store_logits, calls in ((True, 0), (False, 1)):
        algorithm = build(ssdkd(replay_buffer=dict(store_logits=store_logits)))
        wrapper = optimizers(algorithm)
        steps(algorithm, wrapper, 1)
        seen = []
        handle = algorithm.teacher.register_forward_hook(
            lambda *args, seen=seen: seen.append(len(args[2]))
        )
        # No round is due at iteration 1.
        steps(algorithm, wrapper, 1)
        handle.remove()
        assert seen == [6] * calls


def test_stored_logits_give_the_student_the_same_step():
    """Stored or recomputed, the teacher's logits are the same numbers."""
    states = []
    for store_logits in (True, False):
        algorithm = build(ssdkd(replay_buffer=dict(store_logits=store_logits)))
        steps(algorithm, optimizers(algorithm), 3)
        states.append(snapshot(algorithm.student))
    for key in states[0]:
        torch.testing.assert_close(states[0][key], states[1][key])


def test_teacher_looks_at_the_same_views_as_the_student(monkeypatch):
    """The logits of the image as stored are not those of a view of it."""
    flip = dict(type='mmrazor_ssdkd.RandomView', flip=1.0, shift=0.0)
    algorithm = build(ssdkd(distillation=dict(augmentation=flip)))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    seen = {}
    for name in ('teacher', 'student'):
        predict = getattr(algorithm, f'predict_{name}')

        def record(images, *preds_T, name=name, predict=predict):
            seen[name] = images
            return predict(images, *preds_T)

        monkeypatch.setattr(algorithm, f'predict_{name}', record)
    batch = algorithm.distillation.view(algorithm.replay_buffer.sample(4))
    algorithm.distill(batch, wrapper['architecture'])
    stored = algorithm.replay_buffer._storage.read('images', batch['index'])
    for name in ('teacher', 'student'):
        torch.testing.assert_close(
            seen[name], stored.flip(-1).float(), atol=1e-2, rtol=0
        )


@pytest.mark.parametrize('kind', ['OptimWrapper', 'Bf16OptimWrapper'])
def test_teacher_runs_in_the_students_precision(kind):
    """On views of a batch; what is stored is computed in full precision."""
    algorithm = build(
        ssdkd(
            distillation=dict(
                augmentation=dict(type='mmrazor_ssdkd.RandomView')
            )
        )
    )
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    if kind == 'Bf16OptimWrapper':
        optimizer = wrapper['architecture'].optimizer
        wrapper.optim_wrappers['architecture'] = Bf16OptimWrapper(
            optimizer=optimizer, enabled=True
        )
    seen = []
    for model in (algorithm.teacher, algorithm.student):
        layer = next(m for m in model.modules() if isinstance(m, nn.Conv2d))
        layer.register_forward_hook(
            lambda _, __, output: seen.append(output.dtype)
        )
    algorithm.admit_best(torch.zeros(4, 1, 16, 16, dtype=torch.uint8))
    batch = algorithm.distillation.view(algorithm.replay_buffer.sample(4))
    algorithm.distill(batch, wrapper['architecture'])
    half = torch.bfloat16 if kind == 'Bf16OptimWrapper' else torch.float32
    assert seen == [torch.float32, torch.float32, half, half]


@pytest.mark.parametrize(
    'change, silent',
    [
        (dict(bn_loss=dict(loss_weight=0.0)), 'loss_bn'),
        (dict(task_loss=dict(loss_weight=0.0)), 'loss_task'),
        (dict(synthesis=dict(adversarial_weight=0.0)), 'loss_kd'),
    ],
)
def test_every_generator_loss_can_be_turned_off_alone(change, silent):
    """The one is 0, the others are not."""
    algorithm = build(ssdkd(**change))
    (log,) = steps(algorithm, optimizers(algorithm), 1)
    for name in ('loss_bn', 'loss_task', 'loss_kd'):
        assert (log[f'generator.{name}'] == 0) == (name == silent)


def test_signs_of_the_generator_losses():
    """The generator minimises L_BN and L_Task and maximises L_KD."""
    algorithm = build(ssdkd())
    (log,) = steps(algorithm, optimizers(algorithm), 1)
    assert log['generator.loss_bn'] > 0
    assert log['generator.loss_task'] > 0
    assert log['generator.loss_kd'] < 0


def test_untrained_generator_stays_untrained():
    """With no generator steps only its BN statistics move."""
    algorithm = build(ssdkd(synthesis=dict(iters=0)))
    before = {k: p.clone() for k, p in algorithm.generator.named_parameters()}
    log = steps(algorithm, optimizers(algorithm), 2)[0]
    after = dict(algorithm.generator.named_parameters())
    before.pop('latent')
    assert all(torch.equal(value, after[key]) for key, value in before.items())
    assert not any(key.startswith('generator.') for key in log)


def test_log_keys():
    """Each loss by name, and the state of the buffer after a round."""
    algorithm = build(ssdkd(distillation=dict(task_weight=0.5)))
    first, second = steps(algorithm, optimizers(algorithm), 2)
    student = {'loss', 'distill.loss_kd', 'distill.loss_task'}
    assert set(second) == student
    assert set(first) == student | {
        'generator.loss_bn',
        'generator.loss_task',
        'generator.loss_kd',
        'buffer.size',
        'buffer.synthesized',
        'buffer.class_balance',
        'buffer.confidence',
    }
    total = first['distill.loss_kd'] + first['distill.loss_task']
    torch.testing.assert_close(first['loss'], total)
    assert first['buffer.size'] == 16
    assert 0 <= first['buffer.class_balance'] <= 1
    assert 0 < first['buffer.confidence'] <= 1
    assert not any(value.requires_grad for value in first.values())


@pytest.mark.parametrize(
    ('until', 'expected'),
    [
        (None, [24, 24, 24, 32, 32, 32, 40]),
        (6, [24, 24, 24, 32, 32, 32, 32]),
        (3, [24] * 7),
        (0, [24] * 7),
    ],
)
def test_rounds_come_before_every_interval_th_step(until, expected):
    """Warm-up counts in no schedule, and comes where nothing else does."""
    algorithm = build(
        ssdkd(synthesis=dict(interval=3, until=until, warmup_rounds=2))
    )
    wrapper = optimizers(algorithm)
    made = []
    for _ in range(7):
        steps(algorithm, wrapper, 1)
        made.append(algorithm.num_synthesized)
    assert made == expected


def test_optimised_noise_starts_anew_in_every_round():
    """The noise moves within a round; Adam forgets it between two."""
    algorithm = build(ssdkd(synthesis=dict(interval=1, warmup_rounds=0)))
    wrapper = optimizers(algorithm)
    generator = algorithm.generator
    wrapper['generator'].optimizer = torch.optim.Adam(generator.parameters())
    steps(algorithm, wrapper, 3)
    state = wrapper['generator'].optimizer.state
    assert state[generator.latent]['step'] == 2
    assert state[generator.linear.weight]['step'] == 6


def test_adversarial_term_of_later_rounds_alone():
    """The student runs in no step of a round before."""
    algorithm = build(ssdkd(synthesis=dict(interval=2, adversarial_from=3)))
    logs = steps(algorithm, optimizers(algorithm), 5)
    key = 'generator.loss_kd'
    assert [bool(log[key]) for log in logs if key in log] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize('labels', ['uniform', 'rare'])
def test_drawn_labels(labels):
    """Rare labels are those the buffer lacks, uniform ones are all."""
    algorithm = build(
        ssdkd(
            synthesis=dict(labels=labels, batch_size=512),
            replay_buffer=dict(max_size=512),
        )
    )
    frequency = torch.tensor([0.0, 0.2, *[0.1] * 8])
    drawn = algorithm.synthesis.draw_labels(frequency)
    share = torch.bincount(drawn, minlength=10) / 512
    if labels == 'rare':
        assert share[0] > 0.95
    else:
        assert share.max() < 0.2 and share.min() > 0.04


def test_sync_bn_that_the_runner_converts_still_fires():
    """L_BN is the same before and after mmengine's conversion."""
    config = ssdkd(synthesis=dict(iters=1))
    algorithm = build(config)
    algorithm.teacher = nn.SyncBatchNorm.convert_sync_batchnorm(
        algorithm.teacher
    )
    algorithm.teacher = revert_sync_batchnorm(algorithm.teacher)
    converted = steps(algorithm, optimizers(algorithm), 1)[0]
    plain = build(config)
    expected = steps(plain, optimizers(plain), 1)[0]
    torch.testing.assert_close(
        converted['generator.loss_bn'], expected['generator.loss_bn']
    )


@CASES
@pytest.mark.parametrize('outside', [0, 3])
def test_resume_gives_the_same_student(config, outside):
    """Also where validation drew random numbers in between."""
    straight = build(config())
    wrapper = optimizers(straight)
    steps(straight, wrapper, 3)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    torch.rand(outside)
    steps(straight, wrapper, 4)

    resumed = build(config(), seed=1)
    resumed.load_state_dict(state)
    resumed_wrapper = optimizers(resumed)
    resumed_wrapper.load_state_dict(optimizer_state)
    steps(resumed, resumed_wrapper, 4)
    assert same(snapshot(resumed.student), snapshot(straight.student))
    assert resumed.num_synthesized == straight.num_synthesized
    left = straight.replay_buffer.state_dict()['samples']
    right = resumed.replay_buffer.state_dict()['samples']
    assert same(left, right)


@CASES
@pytest.mark.parametrize('power', [0.0, 1.0])
def test_rare_classes_count_more(config, power):
    """By the buffer's shares, in the loss alone and not in the priority."""
    algorithm = build(config(distillation=dict(class_weight_power=power)))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    batch = algorithm.replay_buffer.sample(6)
    preds_T = batch['preds_T']
    algorithm.student.eval()  # Without dropout.
    with torch.no_grad():
        preds_S = algorithm.predict_student(batch['images'], preds_T)
    pixels = class_weight(algorithm.class_frequency, power)[batch['labels']]
    assert torch.allclose(pixels, torch.ones(())) == (not power)
    delta, log = algorithm.distill(batch, wrapper['architecture'])
    weighted = kl_divergence(
        preds_S, preds_T, algorithm.distillation.tau, pixels
    )
    torch.testing.assert_close(
        log['distill.loss_kd'], (batch['weight'] * weighted).mean()
    )
    torch.testing.assert_close(
        delta, batch['weight'] * kl_divergence(preds_S, preds_T)
    )


def test_save_images_interval():
    """Samples are saved at its multiples; without them a run refills."""
    algorithm = build(ssdkd(save_images_interval=2))
    wrapper = optimizers(algorithm)
    saved = []
    for _ in range(4):
        steps(algorithm, wrapper, 1)
        state = algorithm.get_extra_state()
        saved.append(bool(state['replay_buffer']['samples']))
    assert saved == [False, True, False, True]
    steps(algorithm, wrapper, 1)
    resumed = build(ssdkd())
    resumed.load_state_dict(algorithm.state_dict())
    assert len(resumed.replay_buffer) == 0
    made = resumed.num_synthesized
    steps(resumed, optimizers(resumed), 1)
    # As many rounds as before.
    assert resumed.num_synthesized == 2 * made == 64


def test_shared_data_preprocessor_reaches_both():
    """Models whose configs have none take the algorithm's."""
    shared = dict(type='mmpretrain.ClsDataPreprocessor', mean=[9.0], std=[3.0])
    models = {}
    for name in ('architecture', 'teacher'):
        models[name] = classifier()
        models[name].pop('data_preprocessor')
    algorithm = build(ssdkd(**models, data_preprocessor=shared))
    assert algorithm.data_preprocessor.mean.item() == 9
    assert algorithm.teacher.data_preprocessor.std.item() == 3


def test_each_model_normalises_for_itself():
    """The student's and the teacher's statistics may differ."""
    config = ssdkd()
    config['architecture']['data_preprocessor']['mean'] = [0.0]
    algorithm = build(config)
    images = torch.full((2, 1, 16, 16), 100.0)
    seen = {}
    for name in ('student', 'teacher'):
        getattr(algorithm, name).backbone.register_forward_pre_hook(
            lambda _, args, name=name: seen.update({name: args[0].mean()})
        )
    algorithm.predict_student(images, algorithm.predict_teacher(images))
    assert seen['teacher'] == 0
    assert seen['student'] == 2


@pytest.mark.parametrize('kind', ['DAFLGenerator', 'ZSKTGenerator'])
def test_mmrazor_generators_in_the_slot(kind):
    """They train through the adapter."""
    generator = dict(
        type='mmrazor_ssdkd.ImageSpaceGenerator',
        generator=dict(
            type=kind, img_size=16, latent_dim=8, hidden_channels=16
        ),
        image_size=16,
        mean=[120.0] * 3,
        std=[60.0] * 3,
    )
    config = ssdkd(
        architecture=classifier(4, channels=3),
        teacher=classifier(4, channels=3),
    )
    config['generator'] = generator
    algorithm = build(config)
    before = snapshot(algorithm.generator)
    steps(algorithm, optimizers(algorithm), 2)
    assert learnt(before, algorithm.generator)
    assert len(algorithm.replay_buffer) == 16


def test_teacher_stays_frozen_under_train():
    """`train()` returns the algorithm and keeps the teacher in eval mode."""
    algorithm = build(ssdkd())
    assert algorithm.train() is algorithm
    assert algorithm.student.training
    assert not any(m.training for m in algorithm.teacher.modules())
    assert not any(p.requires_grad for p in algorithm.teacher.parameters())


@pytest.mark.parametrize(
    ('name', 'match'),
    [
        ('teacher.head.fc.bias', '`preds_T` must be finite'),
        ('architecture.head.fc.bias', '`preds_S` must be finite'),
        ('generator.linear.bias', 'the images of `generator` must be finite'),
    ],
)
def test_network_that_breaks_stops_the_run(name, match):
    """A NaN in any of the three is named, not trained on."""
    algorithm = build(ssdkd(synthesis=dict(iters=0)))
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 2)
    with torch.no_grad():
        algorithm.get_parameter(name)[0] = float('nan')
    with pytest.raises(ValueError, match=match):
        steps(algorithm, wrapper, 1)


def test_broken_student_is_not_saved():
    """Where no round comes to find it, the last good checkpoint stays."""
    algorithm = build(ssdkd(synthesis=dict(until=0)))
    wrapper = optimizers(algorithm)
    (log,) = steps(algorithm, wrapper, 1)
    assert torch.isfinite(log['loss'])
    algorithm.state_dict()
    batch = algorithm.replay_buffer.sample(4)
    # As on an accelerator, where `priority` does not look.
    broken = torch.full((4,), float('nan'))
    algorithm.replay_buffer.update_priority(
        batch['index'], broken, batch['weight']
    )
    with pytest.raises(ValueError, match='`preds_S` must be finite, but 4'):
        algorithm.state_dict()


def test_broken_teacher_is_found_at_build_time():
    """Its logits of a gray image are looked at."""
    teacher = MODELS.build(classifier())
    with torch.no_grad():
        teacher.head.fc.bias[0] = float('nan')
    with pytest.raises(
        ValueError, match=r'logits of teacher.* must be finite'
    ):
        build(ssdkd(teacher=teacher))


def test_one_optimizer_is_too_few():
    """The message has the keys and the constructor."""
    algorithm = build(ssdkd())
    one = optimizers(algorithm)['architecture']
    with pytest.raises(ValueError, match='`optim_wrapper` must have the keys'):
        algorithm.train_step(dict(inputs=[0, 1]), one)


def test_admitted_samples_leave_in_the_order_they_were_made():
    """The best of a round are not the first to go."""
    algorithm = build(ssdkd(synthesis=dict(admit=4, warmup_rounds=0)))
    wrapper = optimizers(algorithm)
    images, _ = algorithm.synthesize(wrapper['generator'])
    algorithm.admit_best(images)
    stored = algorithm.replay_buffer.state_dict()['samples']['images']
    places = [
        next(i for i, image in enumerate(images) if torch.equal(image, s))
        for s in stored
    ]
    assert places == sorted(places)


def test_plain_module_as_teacher():
    """A module without OpenMMLab's modes is named."""
    with pytest.raises(ValueError, match=r"`teacher` must be.*'mode'"):
        build(ssdkd(teacher=nn.Sequential(nn.Flatten(), nn.Linear(256, 10))))


def test_samples_loaded_to_another_device_follow(monkeypatch):
    """A step moves the buffer to the generator's device first."""
    algorithm = build(ssdkd())
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    asked = []
    prepare = algorithm.replay_buffer.prepare
    monkeypatch.setattr(
        algorithm.replay_buffer,
        'prepare',
        lambda *args: (asked.append(args), prepare(*args)),
    )
    steps(algorithm, wrapper, 1)
    assert asked[0] == (10, algorithm.generator.device)


@pytest.mark.parametrize(
    'change, error, match',
    [
        *(
            (dict(distillation=change), error, f'`distillation.{match}')
            for change, error, match in (
                (dict(tau=0), ValueError, 'tau` must be >= 0.001.*got 0'),
                (
                    dict(priority_tau=1e-40),
                    ValueError,
                    'priority_tau` must be >= 0.001.*got 1e-40',
                ),
                (dict(kd_weight=-1), ValueError, 'kd_weight`.*-1'),
                (dict(task_weight='a'), TypeError, 'task_weight`.*a'),
                (
                    dict(class_weight_power=-1),
                    ValueError,
                    'class_weight_power`.*-1',
                ),
                (dict(augmentation=5), TypeError, 'augmentation`.*5'),
                (
                    dict(augmentation=dict(type='mmrazor_ssdkd.ImagePrior')),
                    TypeError,
                    'augmentation` must be a mmrazor_ssdkd.RandomView',
                ),
                (
                    dict(distiller_uniform='off'),
                    TypeError,
                    "distiller_uniform` must be True or False.*'off'",
                ),
            )
        ),
        *(
            (dict(synthesis=change), error, f'`synthesis.{match}')
            for change, error, match in (
                (
                    dict(adversarial_weight=-1),
                    ValueError,
                    'adversarial_weight`.*-1',
                ),
                (
                    dict(adversarial_from=-1),
                    ValueError,
                    'adversarial_from`.*-1',
                ),
                (dict(iters=-1), ValueError, 'iters`.*-1'),
                (dict(interval=0), ValueError, 'interval`.*0'),
                (dict(until=-1), ValueError, 'until`.*-1'),
                (dict(until=1.0), TypeError, 'until`.*1.0'),
                (dict(batch_size=1), ValueError, 'batch_size`.*1'),
                (dict(batch_size=10**9), ValueError, 'batch_size`.*memory'),
                (dict(warmup_rounds=-2), ValueError, 'warmup_rounds`.*-2'),
                (dict(warmup_rounds=1.5), TypeError, 'warmup_rounds`.*1.5'),
                (dict(admit=0), ValueError, 'admit` must be >= 1.* got 0'),
                (dict(admit=9), ValueError, 'admit` must be <= .*8.*got 9'),
                (dict(latent='frozen'), ValueError, "latent`.*'frozen'"),
                (dict(labels='all'), ValueError, "labels`.*'all'"),
                (
                    dict(labels='uniform', latent='fresh'),
                    ValueError,
                    "labels` must be 'predicted' where .*latent.* is 'fresh'",
                ),
                (dict(image_prior=5), TypeError, 'image_prior`.*5'),
            )
        ),
        (dict(save_images_interval=-1), ValueError, 'save_images_interval'),
        (dict(synthesis=5), TypeError, '`synthesis` must be a config.*5'),
        (
            dict(distillation='a'),
            TypeError,
            "`distillation` must be a config.*'a'",
        ),
        (
            dict(synthesis=dict(iter=2)),
            ValueError,
            "`synthesis` must be the config of .*argument 'iter'",
        ),
        (
            dict(distillation=dict(type='mmrazor_ssdkd.ImagePrior')),
            TypeError,
            '`distillation` must be a mmrazor_ssdkd.Distillation, but got Im',
        ),
        (dict(synthesis_iter=2), TypeError, "argument 'synthesis_iter'"),
        (
            dict(replay_buffer=dict(max_size=4)),
            ValueError,
            'max_size` must be >= .*8, but got 4',
        ),
        (dict(replay_buffer=dict(alpha=-1.0)), ValueError, '`alpha`.*-1'),
        (dict(replay_buffer=dict(beta=-0.5)), ValueError, '`beta`.*-0.5'),
        (dict(replay_buffer=dict(eps=0.0)), ValueError, '`eps`.*0.0'),
        (dict(task_loss=dict(gamma=-1)), ValueError, '`gamma`.*-1'),
        (
            dict(task_loss=dict(diversity='off')),
            TypeError,
            "`diversity` must be True or False, but got 'off'",
        ),
        (dict(bn_loss=dict(loss_weight=-1)), ValueError, 'loss_weight.*-1'),
        (
            dict(architecture=classifier(num_classes=7)),
            ValueError,
            'as many classes as `teacher`, but got 7 and 10',
        ),
        (
            dict(generator=dict(channels=3)),
            ValueError,
            r'`generator` must make images that `teacher` takes.*3, 16, 16',
        ),
        (
            dict(generator=dict(image_size=1)),
            ValueError,
            '`image_size` must be >= 2 .. num_upsamples.*got',
        ),
        (dict(teacher=3), TypeError, '`teacher` must be a config dict.*3'),
        (
            dict(bn_loss=dict(type='mmrazor_ssdkd.ModulatedTaskLoss')),
            TypeError,
            '`bn_loss` must be a mmrazor_ssdkd.BNStatisticsLoss',
        ),
        (
            dict(teacher_ckpt='/no/such/file.pth'),
            ValueError,
            "`teacher_ckpt` must be an existing file.*'/no/such/file.pth'",
        ),
    ],
)
def test_mistakes_are_named_at_build_time(change, error, match):
    """Each argument, its rule and the value stand in the message."""
    with pytest.raises(error, match=match):
        build(ssdkd(**change))


def test_teacher_without_batch_norm():
    """L_BN on asks for a BatchNorm that fires; off it does not."""
    teacher = dict(
        _scope_='mmpretrain',
        type='ImageClassifier',
        backbone=dict(type='LeNet5'),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=10, in_channels=120),
    )
    generator = dict(image_size=32)
    with pytest.raises(ValueError, match='`teacher` must have a BatchNorm'):
        build(ssdkd(teacher=teacher, generator=generator))
    off = dict(loss_weight=0.0)
    algorithm = build(ssdkd(teacher=teacher, generator=generator, bn_loss=off))
    steps(algorithm, optimizers(algorithm), 1)


def test_mmrazor_generator_without_adapter():
    """The message says what to wrap it in."""
    config = ssdkd()
    config['generator'] = dict(
        type='DAFLGenerator', img_size=16, latent_dim=8, hidden_channels=8
    )
    with pytest.raises(
        TypeError, match=r'`generator` must be .*ImageGenerator, but got DAFL'
    ):
        build(config)


def test_classifier_under_a_segmentor():
    """Teacher and student do one task."""
    config = segmentation(architecture=classifier(num_classes=5, channels=3))
    with pytest.raises(ValueError, match='both classify or both segment'):
        build(config)


def test_drawn_labels_under_segmentation():
    """One label cannot stand for all pixels of a scene."""
    with pytest.raises(
        ValueError, match=r"`synthesis.labels` must be 'predicted'"
    ):
        build(segmentation(synthesis=dict(labels='uniform')))


def test_padding_preprocessor():
    """A preprocessor that would pad is named, not silently skipped."""
    config = ssdkd()
    config['teacher']['data_preprocessor']['pad_size_divisor'] = 32
    with pytest.raises(ValueError, match=r'`teacher.data_preprocessor`'):
        build(config)


def test_registered_under_mmrazor():
    """MMRazor's registry builds it by its full name."""
    assert MODELS.get('mmrazor_ssdkd.SSDKD') is not None


class OwnPhi(ModulatedTaskLoss):
    """Says anew how much a sample counts."""

    def phi(self, preds_T, class_frequency, labels=None):
        return preds_T.new_ones(len(preds_T))


class OwnBoth(OwnPhi):
    """Says so of what is stored, too."""

    def modulate(self, labels, confidence, class_frequency):
        return torch.ones_like(confidence)


def test_evicting_by_a_phi_of_its_own():
    """Which would be another than the one that its samples entered by."""
    match = "`replay_buffer.evict` must not be 'phi'.*got OwnPhi"
    for loss, evict in ((OwnPhi, 'oldest'), (OwnBoth, 'phi')):
        build(
            ssdkd(task_loss=dict(type=loss), replay_buffer=dict(evict=evict))
        )
    with pytest.raises(ValueError, match=match):
        build(
            ssdkd(task_loss=dict(type=OwnPhi), replay_buffer=dict(evict='phi'))
        )
