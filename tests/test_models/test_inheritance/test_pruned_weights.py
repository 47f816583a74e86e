"""A student that is its teacher, pruned, or that comes from a file."""

import pytest
import torch
from inherited_networks import Attention, Grouped, Network, Transposed
from inherited_networks import layer as normed
from mmrazor.models.mutators import ChannelMutator
from mmrazor.registry import MODELS
from torch import nn
from torch.testing import assert_close
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

from mmrazor_ssdkd.models.inheritance import (
    PrunedWeights,
    l1_pruning,
    pruned_weights,
)
from mmrazor_ssdkd.models.inheritance.feature_hints import FeatureHints
from mmrazor_ssdkd.models.inheritance.l1_pruning import L1Pruner, analyzer

PRUNED = dict(type='mmrazor_ssdkd.PrunedWeights')


def shaken(config):
    """Builds a network whose BatchNorm matters, as a trained one's does."""
    torch.manual_seed(1)
    network = MODELS.build(config)
    network.init_weights()
    for name, tensor in network.state_dict().items():
        if 'num_batches' in name:
            tensor.fill_(7)
        else:
            tensor.mul_(torch.rand_like(tensor) + 0.5)
    return network.eval()


def widths(pruner, share=0.5):
    """Returns units of a share of their channels."""
    return {name: int(n * share) for name, n in pruner.widths.items()}


@pytest.mark.parametrize(
    ('config', 'size'),
    [(classifier(8), (1, 16, 16)), (segmentor(8), (3, 32, 48))],
    ids=['classifier', 'segmentor'],
)
def test_static_network_is_the_dynamic_one(config, size):
    """What is cut out gives what MMRazor's own pruned network gives."""
    network = shaken(config)
    dynamic = MODELS.build(config)
    mutator = ChannelMutator(
        channel_unit_cfg=dict(type='L1MutableChannelUnit'),
        parse_cfg=analyzer(size),
    )
    mutator.prepare_from_supernet(dynamic)
    dynamic.load_state_dict(network.state_dict())
    before = snapshot(network)
    pruner = L1Pruner(network, size)
    chosen = widths(pruner, 0.4)
    mutator.set_choices(chosen)
    pruned = pruner.cut(chosen)
    images = torch.randn(3, *size)
    with torch.no_grad():
        expected = dynamic.eval()(images, mode='tensor')
        whole = network(images, mode='tensor')
        assert_close(pruned(images, mode='tensor'), expected)
    assert not torch.allclose(whole, expected)
    assert same(before, snapshot(network))


def test_half_of_the_channels_is_the_narrow_network():
    """Half of each unit is the same network of half the width."""
    network = shaken(classifier(8))
    pruner = L1Pruner(network, (1, 16, 16))
    pruned = pruner.cut(widths(pruner))
    narrow = MODELS.build(classifier(4))
    shapes = {k: v.shape for k, v in narrow.state_dict().items()}
    assert shapes == {k: v.shape for k, v in pruned.state_dict().items()}


def test_channels_of_the_largest_norms_stay():
    """The inner layer of a block keeps what its own weights say."""
    network = shaken(classifier(8))
    name = 'backbone.layer1.0.conv1'
    weight = network.get_submodule(name).weight
    norms = torch.tensor([1.0, 8, 2, 7, 3, 6, 4, 5])
    shares = norms / weight.abs().flatten(1).sum(1)
    weight.data.mul_(shares[:, None, None, None])
    pruner = L1Pruner(network, (1, 16, 16))
    pruned = pruner.cut({f'{name}_(0, 8)_8': 4})
    kept = pruned.get_submodule(name).weight.abs().flatten(1).sum(1)
    assert_close(kept, torch.tensor([8.0, 7, 6, 5]))


def test_leaves_random_draws_alone():
    """What comes after it draws what it would have drawn."""
    network = shaken(classifier(4))
    state = torch.get_rng_state()
    L1Pruner(network, (1, 16, 16))
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize(
    'config',
    [ssdkd(), segmentation(architecture=segmentor(4))],
    ids=['classification', 'segmentation'],
)
def test_pruned_student_trains(config):
    """It starts as the teacher's best channels, then learns."""
    if 'SegDataPreProcessor' in str(config):
        # Of the same strides and head, but half the backbone's channels.
        config['teacher'] = segmentor(8)
        config['architecture'] = segmentor(4)
    config['student_init'] = PRUNED
    algorithm = build(config)
    algorithm.init_weights()
    first = algorithm.teacher.state_dict()['backbone.layer1.0.conv1.weight']
    start = snapshot(algorithm.student)
    kept = start['backbone.layer1.0.conv1.weight']
    rows = first.abs().flatten(1).sum(1)
    assert set(kept[:, 0, 0, 0].tolist()) <= set(first.flatten().tolist())
    assert kept.shape[0] == rows.shape[0] // 2
    steps(algorithm, optimizers(algorithm), 2)
    assert learnt(start, algorithm.student)


def _silence(network, left):
    """Lets a classifier's channels that are to go give nothing but zeros."""
    for name, outputs in left.items():
        norm = name.replace('conv', 'bn').replace('sample.0', 'sample.1')
        for layer in map(network.get_submodule, {name, norm}):
            for weight in layer.parameters():
                weight.data[~outputs] = 0.0


def test_features_are_of_the_channels_left():
    """Where all that goes is zeros, nothing is lost and the features agree."""
    network = shaken(classifier(8))
    pruner = L1Pruner(network, (1, 16, 16))
    chosen = widths(pruner)
    _silence(network, pruner.left(chosen))
    student = MODELS.build(classifier(4))
    init = PrunedWeights()
    assert init.features is None
    images = torch.rand(2, 1, 16, 16) * 255
    init.prepare(student, dict(teacher=network), images)
    hints = FeatureHints(init.features, 1.0)
    init.initialize()
    assert same(snapshot(student), snapshot(pruner.cut(chosen)))
    logits = []
    for role, model in (('teacher', network), ('student', student.eval())):
        with hints.watch(role):
            logits.append(model(images, mode='tensor'))
    assert_close(logits[0], logits[1])
    assert logits[0].std() > 0.1
    assert hints.losses()['loss_features'].item() < 1e-9
    # Not because all channels are alike.
    index = init.features.index
    assert len(index) == 8 and not torch.equal(index, torch.arange(8))


def test_channels_that_cannot_be_followed(monkeypatch):
    """Where other channels were cut than are found, statistics are all."""
    left = L1Pruner.left
    monkeypatch.setattr(
        L1Pruner,
        'left',
        lambda *args: {name: ~kept for name, kept in left(*args).items()},
    )
    init = PrunedWeights()
    student, network = MODELS.build(classifier(4)), shaken(classifier(8))
    images = torch.rand(16, 1, 16, 16) * 255
    init.prepare(student, dict(teacher=network), images[:2])
    assert init.features is None
    init.initialize()
    start = snapshot(student)
    init.settle(images)
    changed = {
        k for k, v in snapshot(student).items() if (v != start[k]).any()
    }
    assert 'backbone.bn1.running_mean' in changed
    assert all('running' in k or 'num_batches' in k for k in changed)


@pytest.mark.parametrize(
    ('preprocessor', 'said'),
    [
        (dict(to_rgb=False), 'the student is not refitted'),
        (
            dict(to_rgb=True),
            'not refitted or adapted to images that it prepares otherwise',
        ),
        (dict(std=[9.0] * 3), 'not refitted or adapted to images'),
    ],
)
def test_what_is_not_done_is_said(monkeypatch, preprocessor, said):
    """Where the channels cannot be followed."""
    lines = []
    monkeypatch.setattr(PrunedWeights, '_agrees', lambda *_: False)
    monkeypatch.setattr(
        pruned_weights, 'print_log', lambda text, **_: lines.append(text)
    )
    config = classifier(4, channels=3)
    teacher = shaken(config)
    config['data_preprocessor'].update(preprocessor)
    images = torch.rand(2, 3, 16, 16) * 255
    student = MODELS.build(config)
    PrunedWeights().prepare(student, dict(teacher=teacher), images)
    assert said in lines[-1]
    assert ('adapted' in lines[-1]) == ('adapted' in said)


def test_refit_mends_what_was_cut():
    """The student's features come nearer to its teacher's than statistics."""
    images = torch.rand(64, 1, 16, 16) * 255
    losses = []
    for fit in (False, True):
        torch.manual_seed(0)
        network = shaken(classifier(8))
        student = MODELS.build(classifier(4)).eval()
        init = PrunedWeights(fit=fit)
        assert init.num_images == 1024
        init.prepare(student, dict(teacher=network), images[:2])
        init.initialize()
        init.settle(images)
        hints = FeatureHints(init.features, 1.0)
        for role, model in (('teacher', network), ('student', student)):
            with hints.watch(role):
                model(images, mode='tensor')
        losses.append(hints.losses()['loss_features'].item())
    assert losses[1] < 0.9 * losses[0]


@pytest.mark.parametrize('kind', ['classification', 'segmentation'])
def test_features_of_a_pruned_student_are_a_loss(kind):
    """It is logged beside the others."""
    changes = dict(student_init=PRUNED, distillation=dict(feature_weight=10.0))
    if kind == 'segmentation':
        config = segmentation(
            teacher=segmentor(8), architecture=segmentor(4), **changes
        )
    else:
        config = ssdkd(**changes)
    algorithm = build(config)
    algorithm.init_weights()
    logged = steps(algorithm, optimizers(algorithm), 2)
    assert 0 < logged[-1]['distill.loss_features'] < 40


def test_statistics_are_those_of_the_buffer():
    """They move before the first step where that is wanted."""
    moved = []
    for count in (16, 0):
        init = dict(PRUNED, fit=False, num_images=count)
        config = ssdkd(student_init=init)
        algorithm = build(config)
        algorithm.init_weights()
        start = snapshot(algorithm.student)
        # Without rounds there would be no images.
        steps(algorithm, optimizers(algorithm, lr=0.0), 1)
        after = snapshot(algorithm.student)
        key = 'backbone.layer2.1.bn2.num_batches_tracked'
        moved.append(int(after[key] - start[key]))
    assert moved == [2, 1]


def test_other_structure():
    """A student that the teacher cannot be cut to is named."""
    student = classifier(4)
    student['backbone']['depth'] = 34
    with pytest.raises(
        ValueError, match=r"`architecture` .* for 'backbone.layer1.2"
    ):
        build(ssdkd(architecture=student, student_init=PRUNED))


def test_wider_student():
    """Pruning adds no channels."""
    with pytest.raises(ValueError, match='teacher with fewer channels'):
        build(ssdkd(architecture=classifier(16), student_init=PRUNED))


class Twice(Network):
    """A layer under two names."""

    def __init__(self, width):
        super().__init__()
        self.stem, self.one = normed(3, width), normed(width, width)
        self.other, self.fc = self.one, nn.Linear(width, 3)

    def run(self, x):
        x = self.stem(x)
        x = x + self.one(x)
        return self.fc((x + self.other(x)).mean((2, 3)))


class Volumes(Network):
    """A convolution over volumes."""

    def __init__(self, width):
        super().__init__()
        self.stem, self.fc = (
            nn.Conv3d(3, width, (1, 3, 3)),
            nn.Linear(width, 3),
        )

    def run(self, x):
        return self.fc(self.stem(x[:, :, None]).mean((2, 3, 4)))


@pytest.mark.parametrize(
    ('make', 'cause'),
    [
        (lambda w: Attention(w, 2, 'module'), 'KeyError: '),
        (lambda w: Transposed(w, 2), 'KeyError: '),
        (Volumes, 'KeyError: '),
        (Twice, 'Exception: no zero degree node'),
    ],
)
def test_teachers_that_cannot_be_followed_are_named(make, cause):
    """Whatever MMRazor raises; TeacherWeights takes them."""
    teacher = make(8).eval()
    init = PrunedWeights()
    images = torch.rand(2, 3, 8, 8) * 255
    with pytest.raises(
        ValueError,
        match='`student_init` must be mmrazor_ssdkd.TeacherWeights unless '
        "MMRazor's ChannelAnalyzer can follow the teacher "
        rf'\(here {type(teacher).__name__}\), but that fails: {cause}',
    ) as caught:
        init.prepare(make(4), dict(teacher=teacher), images)
    assert caught.value.__cause__ is not None
    assert '\n' not in str(caught.value)


def test_teacher_that_cannot_be_copied():
    """A weight that a hook makes is no leaf."""
    teacher = Grouped(8, 2)
    nn.utils.spectral_norm(teacher.stem[0])
    teacher(torch.rand(2, 3, 8, 8))
    init = PrunedWeights()
    with pytest.raises(ValueError, match=r'`student_init` .*deepcopy'):
        init.prepare(
            Grouped(4, 2), dict(teacher=teacher), torch.rand(2, 3, 8, 8)
        )


@pytest.mark.parametrize(
    ('error', 'expected'),
    [(AttributeError, ValueError), (KeyboardInterrupt, KeyboardInterrupt)],
)
@pytest.mark.parametrize(
    'place', ['load_fix_subnet', 'export_fix_subnet', 'ChannelMutator']
)
def test_each_of_its_steps_is_blamed(monkeypatch, place, error, expected):
    """But a run that is stopped is stopped."""

    def fail(*_args, **_kwargs):
        raise error('an inner matter')

    monkeypatch.setattr(l1_pruning, place, fail)
    with pytest.raises(expected, match='an inner matter'):
        build(ssdkd(student_init=PRUNED))


@pytest.mark.parametrize(
    ('init', 'error', 'message'),
    [
        (dict(PRUNED, teacher=3), TypeError, r'`student_init.teacher` must'),
        (dict(PRUNED, teacher='x'), ValueError, r"one of \['teacher'\]"),
        (dict(PRUNED, num_images=-1), ValueError, r'num_images` must be >= 0'),
        (
            dict(type='mmrazor_ssdkd.CheckpointWeights', checkpoint=None),
            TypeError,
            r'`student_init.checkpoint` must be a path or URL',
        ),
        (
            dict(type='mmrazor_ssdkd.CheckpointWeights', checkpoint='gone'),
            ValueError,
            r'`student_init.checkpoint`',
        ),
    ],
)
def test_wrong_use(init, error, message):
    """Each names the argument."""
    with pytest.raises(error, match=message):
        build(ssdkd(student_init=init))


def test_weights_of_a_file(tmp_path):
    """They are the student's, and those of another network are refused."""
    network = shaken(classifier(4))
    torch.save(network.state_dict(), tmp_path / 'a.pth')
    init = dict(
        type='mmrazor_ssdkd.CheckpointWeights',
        checkpoint=str(tmp_path / 'a.pth'),
    )
    algorithm = build(ssdkd(student_init=init))
    assert not same(snapshot(algorithm.student), snapshot(network))
    algorithm.init_weights()
    assert same(snapshot(algorithm.student), snapshot(network))
    with pytest.raises(ValueError, match=r'\.checkpoint` must fit'):
        build(ssdkd(student_init=init, architecture=classifier(6)))
