"""A student that is its teacher, pruned, or that comes from a file."""

import pytest
import torch
from mmrazor.models.mutators import ChannelMutator
from mmrazor.registry import MODELS
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

from mmrazor_ssdkd.models.inheritance.l1_pruning import L1Pruner, analyzer

PRUNED = dict(type='mmrazor_ssdkd.PrunedWeights')


def shaken(config):
    """Builds a network whose BatchNorm matters, as a trained one's does."""
    torch.manual_seed(1)
    network = MODELS.build(config)
    network.init_weights()
    for name, tensor in network.state_dict().items():
        if 'num_batches' not in name:
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


def test_statistics_are_those_of_the_buffer():
    """They move before the first step where that is wanted."""
    moved = []
    for count in (16, 0):
        config = ssdkd(student_init=dict(PRUNED, num_images=count))
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
