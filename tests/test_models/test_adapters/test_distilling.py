"""Plain networks as teacher and student."""

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MMLogger
from mmengine.registry import MODELS
from mmpretrain import get_model
from plain_networks import Outputs, PlainNet, adapter
from torch import nn
from torch.testing import assert_close
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

from mmrazor_ssdkd.cli.student_export import export_student
from mmrazor_ssdkd.models.building import build_model, build_teacher

FC = dict(fc=dict(type='ModuleOutputs', source='network.fc'))


def pair(**changes):
    """Config of SSD-KD over two plain networks."""
    networks = dict(architecture=adapter(4), teacher=adapter(8))
    return ssdkd(**{**networks, **changes})


@pytest.mark.parametrize('other', ['architecture', 'teacher', 'neither'])
def test_distils(other):
    """With each other, and with OpenMMLab's own."""
    algorithm = build(
        pair(**({} if other == 'neither' else {other: classifier()}))
    )
    before = {
        n: snapshot(getattr(algorithm, n)) for n in ('student', 'teacher')
    }
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    assert learnt(before['student'], algorithm.student)
    assert same(before['teacher'], snapshot(algorithm.teacher))


def test_segments():
    """Maps of another resolution, from a dict."""
    config = adapter(
        type='mmrazor_ssdkd.TorchSegmentor',
        module=dict(
            type='plain_networks:PlainNet', channels=3, maps=True, gives='dict'
        ),
        mean=[100.0] * 3,
        std=[50.0] * 3,
        output='out',
    )
    algorithm = build(segmentation(teacher=config, architecture=config))
    before = snapshot(algorithm.student)
    steps(algorithm, optimizers(algorithm), 2)
    assert learnt(before, algorithm.student)


class Auxiliary(PlainNet):
    """Trains by two logits, as GoogLeNet and Inception do."""

    def __init__(self):
        super().__init__()
        self.aux = nn.Linear(8, 10)

    def forward(self, x):
        """Returns the second ones while it trains alone."""
        x = self.norm(self.stem(x)).relu()
        aux = self.aux(x.mean(dim=(2, 3)))
        x = self.body_norm(self.body(x)).relu()
        logits = self.fc(x.mean(dim=(2, 3)))
        return Outputs(logits, aux) if self.training else logits


@pytest.mark.parametrize(('output', 'warns'), [(None, False), (1, True)])
def test_student_with_auxiliary_logits(caplog, output, warns):
    """Its logits are found; others that are named are not passed over."""
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    network = adapter(module=Auxiliary(), output=output)
    algorithm = build(pair(architecture=network))
    logger.removeHandler(caplog.handler)
    before = snapshot(algorithm.student.network)
    steps(algorithm, optimizers(algorithm), 1)
    after = snapshot(algorithm.student.network)
    trained = 'aux' if warns else 'fc'
    for name in ('aux', 'fc'):
        same_weights = torch.equal(
            before[f'{name}.weight'], after[f'{name}.weight']
        )
        assert same_weights == (name != trained)
    said = '`architecture` must give in training mode' in caplog.text
    assert said == warns


def test_goes_on_from_a_checkpoint(tmp_path):
    """Weights and state are all there."""
    one, two = build(pair()), build(pair(), seed=1)
    one_wrapper, two_wrapper = optimizers(one), optimizers(two)
    steps(one, one_wrapper, 2)
    torch.save((one.state_dict(), one_wrapper.state_dict()), tmp_path / 'a')
    state, wrapper = torch.load(tmp_path / 'a', weights_only=False)
    two.load_state_dict(state)
    two_wrapper.load_state_dict(wrapper)
    for algorithm, optimizer in ((one, one_wrapper), (two, two_wrapper)):
        steps(algorithm, optimizer, 2)
    assert same(snapshot(one.student), snapshot(two.student))


def test_inherits_its_teacher():
    """Chosen channels of every layer; nothing is random."""
    algorithm = build(pair(student_init='teacher'))
    algorithm.init_weights()
    counts = algorithm._student_init._heritage.counts()
    weights = dict(algorithm.student.named_parameters())
    assert counts == {k: v.numel() for k, v in weights.items()}
    steps(algorithm, optimizers(algorithm), 1)


@pytest.mark.parametrize('loss', [False, True])
def test_takes_recorders(loss):
    """By the names inside, and of the loss that gives the labels."""
    recorders, mapping = dict(FC), dict()
    kind = dict(type='DISTLoss')
    if loss:
        recorders['gt_labels'] = dict(
            type='ModuleInputs', source='head.loss_module'
        )
        mapping = dict(
            gt_labels=dict(recorder='gt_labels', from_student=True, data_idx=1)
        )
        kind = dict(type='WSLD', tau=4, num_classes=10)
    names = ('student', 'teacher') if loss else ('logits_S', 'logits_T')
    sides = {
        name: dict(recorder='fc', from_student=side)
        for name, side in zip(names, (True, False))
    }
    distiller = dict(
        type='ConfigurableDistiller',
        student_recorders=recorders,
        teacher_recorders=FC,
        distill_losses=dict(loss_own=kind),
        loss_forward_mappings=dict(loss_own={**sides, **mapping}),
    )
    algorithm = build(pair(distiller=distiller))
    (log,) = steps(algorithm, optimizers(algorithm), 1)
    assert log['distill.loss_own'] > 0


@pytest.mark.parametrize('place', [None, 'model'])
@pytest.mark.parametrize('prefix', ['', 'module.', 'network.'])
def test_teacher_of_a_bare_checkpoint(tmp_path, place, prefix):
    """As the network's owner saved it."""
    source = PlainNet(8)
    state = {prefix + k: v for k, v in source.state_dict().items()}
    path = tmp_path / 'teacher.pth'
    torch.save({place: state} if place else state, path)
    teacher = build_teacher(adapter(8), str(path))
    assert same(snapshot(teacher.network), snapshot(source))
    with pytest.raises(ValueError, match='`teacher_ckpt` must fit the model'):
        build_teacher(adapter(4), str(path))


def test_teacher_that_brings_its_weights_keeps_them():
    """Without a `teacher_ckpt`."""
    network = PlainNet()
    teacher = build_teacher(adapter(module=network))
    assert same(snapshot(teacher.network), snapshot(network))


def test_export_is_the_bare_networks(tmp_path):
    """The network loads it strictly, and plain mmpretrain the adapter."""
    config = Config(dict(model=pair(), default_scope='mmpretrain'))
    algorithm = build(pair()).eval()
    torch.save(dict(state_dict=algorithm.state_dict()), tmp_path / 'epoch.pth')
    out = tmp_path / 'student.pth'
    export_student(config, str(tmp_path / 'epoch.pth'), str(out))
    network = PlainNet(4)
    network.load_state_dict(torch.load(out)['state_dict'], strict=True)
    assert same(snapshot(network), snapshot(algorithm.student.network))
    plain = get_model(
        Config.fromfile(out.with_suffix('.py')), pretrained=str(out)
    )
    images = torch.rand(2, 1, 16, 16)
    assert_close(plain.eval()(images), algorithm.student(images))


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_output_that_is_not_named(name):
    """The generator's images are not blamed."""
    network = adapter(module=PlainNet(gives='dict'))
    match = rf"`{name}` must give logits, but its `output` must .*'out'"
    with pytest.raises(ValueError, match=match):
        build(pair(**{name: network}))


class Moded(PlainNet):
    """A plain network that takes what it does not know."""

    def forward(self, x, **kwargs):
        """Returns logits."""
        return super().forward(x)


MODELS.register_module(name='Moded', module=Moded, force=True)


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize(
    'network', [PlainNet(), nn.Linear(3, 2), Moded(), 'mmengine.Moded']
)
def test_plain_network_is_sent_to_an_adapter(name, network):
    """The error has the argument that it was given as."""
    given = dict(type=network) if isinstance(network, str) else network
    message = f'`{name}` must be a model.*TorchClassifier.*got a plain'
    with pytest.raises(ValueError, match=message):
        build_model(given, name)
    with pytest.raises(ValueError, match=message):
        build(ssdkd(**{name: given}))
