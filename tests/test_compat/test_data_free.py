"""Tests of what MMRazor's data-free algorithms could not do, and now do."""

import copy

import pytest
import torch
from distillers import recorder
from mmengine.dataset import pseudo_collate
from mmpretrain.structures import DataSample
from mmrazor.models.architectures.generators.base_generator import (
    BaseGenerator,
)
from peers import KINDS, build_peer, l1, peer, razor_generator
from torch import nn
from torch.testing import assert_close
from toy_models import optimizers, same, snapshot

from mmrazor_ssdkd.compat.data_free import mend_data_free_distillation
from mmrazor_ssdkd.datasets import LatentDataset

GENERATORS = ('DAFLGenerator', 'ZSKTGenerator')


def draws(number=6):
    """A batch as the loader makes it of `LatentDataset`."""
    dataset = LatentDataset(number)
    return pseudo_collate([dataset[i] for i in range(number)])


def samples(number=6):
    """A batch of real images with labels."""
    return dict(
        inputs=list(torch.randint(0, 256, (number, 3, 16, 16)).byte()),
        data_samples=[DataSample().set_gt_label(i) for i in range(number)],
    )


def unmended_step(algorithm, data, wrapper):
    """A training step as MMRazor has it."""
    return type(algorithm).train_step.__wrapped__(algorithm, data, wrapper)


def mended_step(algorithm, data, wrapper):
    """A training step as it is now."""
    return algorithm.train_step(data, wrapper)


class Gradients:
    """Watches what a student's steps apply and what they should.

    Attributes:
        applied (list[dict]): The gradients when the optimizer stepped.
        own (list[dict]): Those of the student's losses alone.
    """

    def __init__(self, algorithm, wrapper):
        self.algorithm = algorithm
        self.applied, self.own = [], []
        self.compute = algorithm.distiller.compute_distill_losses
        algorithm.distiller.compute_distill_losses = self.losses
        wrapper['architecture'].optimizer.register_step_pre_hook(self.step)

    def losses(self):
        """Computes the student's losses and, besides, their gradients."""
        losses = self.compute()
        names, weights = zip(*self.algorithm.student.named_parameters())
        gradients = torch.autograd.grad(
            sum(losses.values()), weights, retain_graph=True
        )
        self.own.append(dict(zip(names, gradients)))
        return losses

    def step(self, *_):
        """Copies what the optimizer is about to apply."""
        named = self.algorithm.student.named_parameters()
        self.applied.append({k: p.grad.clone() for k, p in named})


@pytest.mark.parametrize('kind', KINDS)
def test_bug_generator_needs_a_wrapper(kind, monkeypatch):
    """MMRazor reads `generator.module`, which no generator of its own has."""
    monkeypatch.delattr(BaseGenerator, 'module')
    algorithm = build_peer(peer(kind))
    with pytest.raises(AttributeError, match=r"'DAFLGenerator'.*'module'"):
        unmended_step(algorithm, samples(), optimizers(algorithm))


@pytest.mark.parametrize('kind', KINDS)
def test_bug_wants_real_samples(kind):
    """MMRazor preprocesses real images, and uses no more than their number."""
    algorithm = build_peer(peer(kind))
    with pytest.raises(AttributeError, match='float'):
        unmended_step(algorithm, draws(), optimizers(algorithm))


@pytest.mark.parametrize('generator', GENERATORS)
@pytest.mark.parametrize('kind', KINDS)
def test_bug_generator_step_leaks_into_the_student(kind, generator):
    """The student's step applies its own gradients plus those that the
    generator's loss left in it, which here cancel them."""
    algorithm = build_peer(peer(kind, generator=razor_generator(generator)))
    wrapper = optimizers(algorithm)
    seen = Gradients(algorithm, wrapper)
    unmended_step(algorithm, samples(), wrapper)
    (applied,), (own,) = seen.applied, seen.own
    size = own['head.fc.weight'].abs().max()
    assert (applied['head.fc.weight'] - own['head.fc.weight']).abs().max() > (
        0.5 * size
    )


@pytest.mark.parametrize('first', [False, True])
@pytest.mark.parametrize('generator', GENERATORS)
@pytest.mark.parametrize('kind', KINDS)
def test_student_applies_its_own_gradients(kind, generator, first):
    """In every step, whether the student or the generator comes first."""
    algorithm = build_peer(
        peer(
            kind,
            generator=razor_generator(generator),
            student_train_first=first,
            student_iter=2,
        )
    )
    wrapper = optimizers(algorithm)
    seen = Gradients(algorithm, wrapper)
    for _ in range(2):
        algorithm.train_step(draws(), wrapper)
    assert len(seen.applied) == (2 if kind == KINDS[1] else 4)
    assert_close(seen.applied, seen.own)


def test_student_keeps_what_it_accumulates():
    """A generator's step between two halves of a student's loses none."""
    algorithm = build_peer(peer())
    wrapper = optimizers(algorithm)
    wrapper['architecture']._accumulative_counts = 2
    seen = Gradients(algorithm, wrapper)
    for _ in range(2):
        algorithm.train_step(draws(), wrapper)
    (applied,), (first, second) = seen.applied, seen.own
    mean = {k: (first[k] + second[k]) / 2 for k in first}
    assert_close(applied, mean)


@pytest.mark.parametrize('kind', KINDS)
def test_generator_applies_its_own_gradients(kind):
    """Sparing the student takes nothing from the generator."""
    config = peer(kind, student_train_first=True)
    data = samples()
    after = []
    for step in (unmended_step, mended_step):
        # Nothing has leaked into the student before the generator's first
        # step.
        algorithm = build_peer(config)
        before = snapshot(algorithm.generator)
        torch.manual_seed(1)
        step(algorithm, copy.deepcopy(data), optimizers(algorithm))
        after.append(snapshot(algorithm.generator))
        assert not same(before, after[-1])
    assert same(*after)


@pytest.mark.parametrize('kind', KINDS)
def test_no_data_changes_no_number(kind):
    """Teacher and student learn from the generator alone, as with samples."""
    logs = []
    for data in (draws(), samples()):
        algorithm = build_peer(peer(kind))
        wrapper = optimizers(algorithm)
        torch.manual_seed(1)
        logs.append([algorithm.train_step(data, wrapper) for _ in range(2)])
    assert_close(*logs)


@pytest.mark.parametrize('kind', KINDS)
def test_teacher_stays_as_it_was(kind):
    """Weights and BatchNorm statistics, bit for bit, in eval mode."""
    algorithm = build_peer(peer(kind))
    teacher = algorithm.teachers['teacher']
    before = snapshot(teacher)
    modes = []
    teacher.register_forward_pre_hook(
        lambda module, _: modes.extend(m.training for m in module.modules())
    )
    wrapper = optimizers(algorithm)
    for _ in range(2):
        # As the runner does before every epoch.
        algorithm.train()
        algorithm.train_step(draws(), wrapper)
    assert modes
    assert not any(modes)
    assert same(before, snapshot(teacher))


def test_networks_see_what_the_generator_makes():
    """Nothing normalises it a second time."""
    algorithm = build_peer(peer())
    made, seen = [], []
    algorithm.generator.register_forward_hook(
        lambda *hook: made.append(hook[-1].detach())
    )
    for model in (algorithm.student, algorithm.teachers['teacher']):
        model.backbone.register_forward_pre_hook(
            lambda _, args: seen.append(args[0].detach())
        )
    algorithm.train_step(draws(), optimizers(algorithm))
    assert len(made) == 2
    assert len(seen) == 4
    assert all(torch.equal(made[i // 2], x) for i, x in enumerate(seen))


def test_all_is_put_back_after_an_error():
    """A step that fails leaves preprocessor and networks as they were."""
    algorithm = build_peer(peer())
    preprocessor = algorithm.data_preprocessor
    algorithm.distiller.compute_distill_losses = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        algorithm.train_step(draws(), optimizers(algorithm))
    assert algorithm.data_preprocessor is preprocessor
    images = torch.zeros(2, 3, 16, 16)
    labels = [DataSample().set_gt_label(i) for i in range(2)]
    for model in (algorithm.student, algorithm.teachers['teacher']):
        assert set(model(images, labels, mode='loss')) == {'loss'}


def test_real_samples_still_run_in_loss_mode():
    """A recorder on a loss finds the labels of a batch that has some."""
    config = peer()
    config['distiller'] = l1(1.0)
    config['distiller']['student_recorders']['gt'] = recorder(
        'head.loss_module', 'ModuleInputs'
    )
    algorithm = build_peer(config)
    algorithm.train_step(samples(), optimizers(algorithm))
    labels = algorithm.distiller.get_record('gt', True, data_idx=1)
    assert labels.tolist() == list(range(6))


def test_mending_twice_wraps_once():
    """A second call finds nothing to mend."""
    steps = [type(build_peer(peer(kind))).train_step for kind in KINDS]
    mend_data_free_distillation()
    again = [type(build_peer(peer(kind))).train_step for kind in KINDS]
    assert steps == again


def test_module_of_a_wrapped_generator_is_the_generator():
    """A wrapper's own attribute still counts."""
    generator = build_peer(peer()).generator
    assert generator.module is generator
    assert nn.DataParallel(generator).module is generator
    assert 'module' not in dict(generator.named_children())
