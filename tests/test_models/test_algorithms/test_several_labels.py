"""SSD-KD where images have several labels, from the noise to the student."""

import copy

import pytest
import torch
from distillers import logits, recorder
from torch.testing import assert_close
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    same,
    segmentation,
    segmentor,
    several_labels,
    snapshot,
    steps,
)

from mmrazor_ssdkd.fidelity import FidelityMetric, HeldOutImages
from mmrazor_ssdkd.fidelity.comparison import Comparison
from mmrazor_ssdkd.models.forward import predict_logits
from mmrazor_ssdkd.models.losses import class_weight
from mmrazor_ssdkd.reporting.samples import compare


def csra(width):
    """Config of a classifier whose head attends to the map."""
    config = classifier(width)
    config.pop('neck')
    config['head'].update(type='CSRAClsHead', num_heads=1, lam=0.1)
    return config


def binary(width):
    """Config of a segmentor of one logit a pixel."""
    config = segmentor(width)
    config['decode_head'].update(
        num_classes=2,
        out_channels=1,
        threshold=0.3,
        loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True),
    )
    return config


def raw(model, images):
    """Returns a network's own logits."""
    with torch.no_grad():
        return predict_logits(model, images, model.data_preprocessor)


@pytest.fixture
def trained():
    """An algorithm after a round, whose networks give labels."""
    algorithm = build(several_labels())
    for network in (algorithm.teacher, algorithm.student):
        torch.nn.init.normal_(network.head.fc.weight, std=3.0)
    wrapper = optimizers(algorithm, lr=1e-4)
    steps(algorithm, wrapper, 1)
    return algorithm, wrapper


@pytest.mark.parametrize(
    'model',
    [
        several_labels(),
        several_labels(teacher=csra(8), architecture=csra(4)),
        segmentation(teacher=binary(8), architecture=binary(4)),
    ],
    ids=['linear', 'CSRA', 'binary maps'],
)
def test_trains_all_its_parts(model):
    """The teacher alone stays, and every loss is finite."""
    algorithm = build(model)
    parts = (algorithm.student, algorithm.generator, algorithm.teacher)
    before = [snapshot(part) for part in parts]
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    moved = [learnt(old, part) for old, part in zip(before, parts)]
    assert moved == [True, True, False]


def test_buffer_counts_each_label(trained):
    """The shares are those of the images whose teacher says a label."""
    algorithm, _ = trained
    samples = algorithm.replay_buffer.state_dict()['samples']
    z = raw(algorithm.teacher, samples['images'])
    on = z > 0
    assert on.any() and not on.all()
    assert torch.equal(samples['labels'].bool(), on)
    share = on.float().mean(dim=0)
    assert_close(algorithm.class_frequency, torch.stack([1 - share, share]))
    p = z.sigmoid()
    assert_close(samples['confidence'], torch.maximum(p, 1 - p))
    log = algorithm._buffer_vars()
    assert_close(log['buffer.confidence'], torch.maximum(p, 1 - p).mean())
    entropy = torch.special.entr(torch.stack([1 - share, share])).sum(dim=0)
    balance = (entropy / torch.tensor(2.0).log()).mean()
    assert_close(log['buffer.class_balance'], balance)
    assert samples['preds_T'].shape == (len(on), 2, 10)


@pytest.mark.parametrize('power', [0.0, 1.0])
def test_student_minimises_the_binary_divergence(power):
    """Weighed by w, and by the rarity of each label's state."""
    distillation = dict(class_weight_power=power, tau=2.0)
    algorithm = build(several_labels(distillation=distillation))
    torch.nn.init.normal_(algorithm.teacher.head.fc.weight, std=3.0)
    wrapper = optimizers(algorithm)
    steps(algorithm, wrapper, 1)
    batch = algorithm.replay_buffer.sample(6)
    algorithm.student.eval()
    z_S = raw(algorithm.student, batch['images'])
    z_T = raw(algorithm.teacher, batch['images'])
    on = (z_T > 0).long()
    table = class_weight(algorithm.class_frequency, power)
    weight = torch.where(on == 1, table[1], table[0])
    assert torch.allclose(weight, torch.ones(())) == (not power)

    def divergence(tau, weight):
        p, q = (z_T / tau).sigmoid(), (z_S / tau).sigmoid()
        kl = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
        return tau**2 * (weight * kl).sum(dim=1)

    delta, log = algorithm.distill(batch, wrapper['architecture'])
    expected = (batch['weight'] * divergence(2.0, weight)).mean()
    assert_close(log['distill.loss_kd'], expected, rtol=1e-4, atol=1e-6)
    expected = batch['weight'] * divergence(1.0, torch.ones(()))
    assert_close(delta, expected, rtol=1e-3, atol=1e-6)


def test_best_candidates_enter(trained):
    """Those of the largest mean phi of their labels."""
    algorithm, _ = trained
    algorithm.synthesis.admit = 3
    images = torch.randint(0, 256, (8, 1, 16, 16), dtype=torch.uint8)
    with torch.no_grad():
        preds_T = algorithm.predict_teacher(images)
    phi = algorithm.task_loss.phi(preds_T, algorithm.class_frequency)
    best = images[phi.mean(dim=1).topk(3).indices]
    algorithm.admit_best(images)
    samples = algorithm.replay_buffer.state_dict()['samples']
    newest = samples['images'][samples['order'].topk(3).indices]
    assert sorted(x.tobytes() for x in newest.numpy()) == sorted(
        x.tobytes() for x in best.numpy()
    )


@pytest.mark.parametrize('evict', ['oldest', 'priority', 'phi'])
def test_full_buffer_keeps_its_counts(evict):
    """Whoever leaves is counted out, label by label."""
    algorithm = build(
        several_labels(replay_buffer=dict(max_size=10, evict=evict))
    )
    torch.nn.init.normal_(algorithm.teacher.head.fc.weight, std=3.0)
    steps(algorithm, optimizers(algorithm), 5)
    labels = algorithm.replay_buffer.state_dict()['samples']['labels']
    assert len(labels) == 10
    share = labels.float().mean(dim=0)
    assert_close(algorithm.class_frequency[1], share)


@pytest.mark.parametrize('labels', ['uniform', 'rare'])
def test_labels_that_are_asked_for(labels):
    """Rare ones are those that fewer images have than the mean label."""
    synthesis = dict(labels=labels, batch_size=512)
    algorithm = build(
        several_labels(synthesis=synthesis, replay_buffer=dict(max_size=512))
    )
    share = torch.tensor([0.0, *[0.6] * 9])
    drawn = algorithm.synthesis.draw_labels(
        algorithm.label_model.shares(torch.stack([1 - share, share]))
    )
    found = torch.bincount(drawn, minlength=10) / 512
    assert (found[0] > 0.95) == (labels == 'rare')
    assert (found.min() > 0.04) == (labels == 'uniform')


def test_asked_label_comes():
    """It is likelier than where the generator is asked for another."""
    config = several_labels(
        synthesis=dict(
            labels='uniform', iters=15, batch_size=16, adversarial_weight=0.0
        ),
        bn_loss=dict(loss_weight=0.0),
        task_loss=dict(gamma=0.0, diversity=False),
        replay_buffer=dict(max_size=16),
    )
    config['task_loss']['loss_weight'] = 100.0
    found = []
    for asked in (0, 7):
        algorithm = build(config)
        torch.nn.init.normal_(algorithm.teacher.head.fc.weight, std=0.3)
        wrapper = optimizers(algorithm, lr=1.0)
        drawn = torch.full((16,), asked)
        algorithm.synthesis.draw_labels = lambda _, drawn=drawn: drawn
        images, _ = algorithm.synthesize(wrapper['generator'])
        found.append(raw(algorithm.teacher, images)[:, 7].mean())
    assert found[1] > found[0] + 0.05


def test_resume_gives_the_same_student():
    """Bit for bit, with the counts of each label."""
    straight = build(several_labels())
    wrapper = optimizers(straight)
    steps(straight, wrapper, 3)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    steps(straight, wrapper, 3)
    resumed = build(several_labels(), seed=1)
    resumed.load_state_dict(state)
    other = optimizers(resumed)
    other.load_state_dict(optimizer_state)
    steps(resumed, other, 3)
    assert same(snapshot(resumed.student), snapshot(straight.student))
    assert torch.equal(resumed.class_frequency, straight.class_frequency)


def test_several_teachers():
    """Their logits are averaged before they become probabilities."""
    config = several_labels()
    second = copy.deepcopy(config['architecture'])
    first = dict(build_cfg=config.pop('teacher'))
    config['teachers'] = dict(a=first, b=dict(build_cfg=second))
    algorithm = build(config)
    images = torch.randint(0, 256, (3, 1, 16, 16)).float()
    mean = sum(raw(t, images) for t in algorithm.teacher.values()) / 2
    with torch.no_grad():
        found = algorithm.predict_teacher(images)
    assert_close(algorithm.label_model.merge(found), mean)
    steps(algorithm, optimizers(algorithm), 2)


def test_distiller_and_the_loss_that_it_looks_at():
    """Pseudo labels are the set that the teacher says."""
    distiller = logits(type='KLDivergence')
    distiller['student_recorders']['loss'] = recorder(
        'head.loss_module', 'ModuleInputs'
    )
    algorithm = build(several_labels(distiller=distiller))
    torch.nn.init.normal_(algorithm.teacher.head.fc.weight, std=3.0)
    steps(algorithm, optimizers(algorithm), 2)
    images = torch.randint(0, 256, (4, 1, 16, 16)).float()
    slot = algorithm._slot
    slot.run_student(images, slot.run_teacher(images))
    recorders = slot.distiller.student_recorders.recorders
    (_, target), *_ = recorders['loss'].data_buffer
    on = raw(algorithm.teacher, images) > 0
    assert torch.equal(target, on.float())


@torch.no_grad()
def test_fidelity(trained):
    """The share of labels that are alike, and the divergence."""
    algorithm, _ = trained
    quick = dict(rounds=1, iters=1, batch_size=4)
    compared = Comparison(algorithm, 8, **quick)(torch.arange(8))
    metric = FidelityMetric()
    metric.process(None, compared)
    found = metric.evaluate(8)
    images = HeldOutImages(**quick).make(algorithm, 8)
    algorithm.eval()
    z_S, z_T = (raw(m, images) for m in (algorithm.student, algorithm.teacher))
    same_labels = ((z_S > 0) == (z_T > 0)).float().mean().item()
    assert found['fidelity/agreement'] == pytest.approx(100 * same_labels)
    p, q = z_T.double().sigmoid(), z_S.double().sigmoid()
    kl = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
    assert found['fidelity/divergence'] == pytest.approx(
        kl.sum(dim=1).mean().item(), rel=0.01
    )


@torch.no_grad()
def test_answers(trained):
    """How often the student gives a label that the teacher gives."""
    algorithm, _ = trained
    samples = algorithm.replay_buffer.state_dict()['samples']
    algorithm.eval()
    answers = compare(algorithm, samples)
    images = samples['images'][answers.index]
    on_S, on_T = (
        raw(m, images) > 0 for m in (algorithm.student, algorithm.teacher)
    )
    assert answers.agreement == pytest.approx((on_S == on_T).double().mean())
    for label in range(10):
        found = answers.agreement_of(label)
        if on_T[:, label].any():
            expected = on_S[on_T[:, label], label].double().mean().item()
            assert found == pytest.approx(expected)
        else:
            assert found is None
