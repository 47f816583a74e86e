"""Networks that cannot work are found when the algorithm is built."""

import random

import numpy as np
import pytest
import torch
from mmrazor.registry import MODELS
from torch import nn
from torch.nn import functional as F
from toy_models import build, classifier, same, snapshot, ssdkd

from mmrazor_ssdkd.models.algorithms.model_behaviour import (
    check_student,
    check_teacher,
)

SIZE = (1, 8, 8)


class Toy(nn.Module):
    """A convolution, a norm, and logits; kinds of it are broken."""

    def __init__(self, norm=nn.BatchNorm2d):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = norm(4)
        self.fc = nn.Linear(4, 3)

    def forward(self, images, mode):
        return self.fc(self.features(images).mean((2, 3)))

    def features(self, images):
        return self.norm(self.conv(images)).relu()


class Detached(Toy):
    def features(self, images):
        return super().features(images).detach()


class NoGrad(Toy):
    @torch.no_grad()
    def forward(self, images, mode):
        return super().forward(images, mode)


class Inference(Toy):
    @torch.inference_mode()
    def forward(self, images, mode):
        return super().forward(images, mode)


class Rounded(Toy):
    def forward(self, images, mode):
        return super().forward(images.round(), mode)


class Blinded(Toy):
    def forward(self, images, mode):
        return super().forward(images.detach(), mode)


class InPlace(Toy):
    def forward(self, images, mode):
        return super().forward(images.sub_(100), mode)


class Clamping(Toy):
    """Leaves noise of the usual range as it is."""

    def forward(self, images, mode):
        return super().forward(images.clamp_(-1e4, 1e4), mode)


class Random(Toy):
    def features(self, images):
        return F.dropout(super().features(images))


class RarelyRandom(Toy):
    def features(self, images):
        dropped = super().features(images)
        return dropped * 2 if np.random.rand() < 0.3 else dropped


class PythonRandom(Toy):
    def features(self, images):
        return super().features(images) * random.random()


class Counting(Toy):
    """Says something else the more often it is asked."""

    calls = 0

    def features(self, images):
        self.calls += 1
        return super().features(images) * self.calls


class Remembering(Toy):
    """Keeps a moving average that nothing shows yet."""

    def __init__(self):
        super().__init__()
        self.register_buffer('average', torch.zeros(()))

    def features(self, images):
        self.average = 0.9 * self.average + images.mean()
        return super().features(images)


class Mixing(Toy):
    def features(self, images):
        maps = super().features(images)
        return maps + 0.1 * maps.mean(0, keepdim=True)


class ByPosition(Toy):
    def features(self, images):
        ramp = torch.arange(len(images)).view(-1, 1, 1, 1)
        return super().features(images) + ramp


class BreakingBackward(Toy):
    def features(self, images):
        maps = super().features(images).exp()
        return maps + maps.mul_(2).detach()


class Exploding(Toy):
    def forward(self, images, mode):
        logits = super().forward(images, mode)
        return logits + (logits.detach() - logits).sqrt()


class Breaking(Toy):
    def forward(self, images, mode):
        raise KeyError('a part')


class BreakingInTraining(Toy):
    def forward(self, images, mode):
        if self.training:
            raise NotImplementedError
        return super().forward(images, mode)


class TwoOutputsInTraining(Toy):
    def forward(self, images, mode):
        logits = super().forward(images, mode)
        return (logits, logits) if self.training else logits


class UnusedWeights(Toy):
    """What learns is not what answers."""

    def __init__(self):
        super().__init__()
        self.requires_grad_(False)
        self.auxiliary = nn.Linear(3, 3)


def no_statistics(channels):
    return nn.BatchNorm2d(channels, track_running_stats=False)


def frozen_toy(kind):
    torch.manual_seed(0)
    return kind().eval().requires_grad_(False)


@pytest.mark.parametrize(
    ('kind', 'match'),
    [
        (Detached, 'let gradients through to the images'),
        (NoGrad, 'let gradients through to the images'),
        (Inference, 'let gradients through to the images'),
        (Rounded, 'through to the images.*zeros'),
        (Exploding, 'through to the images.*NaN'),
        (BreakingBackward, 'to the images.*backward pass fails.*inplace'),
        (InPlace, 'not change its input in place'),
        (Clamping, 'not change its input in place'),
        (Random, 'same logits of the same images'),
        (RarelyRandom, 'same logits of the same images'),
        (PythonRandom, 'same logits of the same images'),
        (Counting, 'same logits of the same images'),
        (Remembering, "keep its state in eval mode, but 'average'"),
        (Mixing, 'not depend on the other images'),
        (ByPosition, 'not depend on the other images'),
        (lambda: Toy(no_statistics), 'not depend on the other images'),
        (Breaking, "take images .*eval mode.*'a part'"),
    ],
)
def test_teacher_that_cannot_teach(kind, match):
    """Each way is named, by the argument it came in as."""
    with pytest.raises(ValueError, match=f'`teachers.a` must .*{match}'):
        check_teacher('teachers.a', frozen_toy(kind), SIZE)


@pytest.mark.parametrize(
    ('kind', 'match'),
    [
        (Detached, None),
        (NoGrad, 'let gradients through to the images'),
        (Blinded, 'let gradients through to the images'),
        (InPlace, 'not change its input in place'),
        (Remembering, 'keep its state in eval mode'),
        (BreakingInTraining, 'train mode.*NotImplementedError'),
        (TwoOutputsInTraining, r'in train mode.*\(2, 3\), but got tuple'),
        (UnusedWeights, 'to its weights'),
    ],
)
def test_student_that_cannot_learn(kind, match):
    """In eval mode the generator learns from it, in train mode it does."""
    torch.manual_seed(0)
    match = match or 'let gradients through to the images'
    with pytest.raises(ValueError, match=f'`architecture` must .*{match}'):
        check_student(kind(), SIZE, adversarial=True)


@pytest.mark.parametrize('kind', [NoGrad, Inference])
def test_student_without_an_adversary(kind):
    """Its own weights need gradients all the same."""
    with pytest.raises(ValueError, match=r'`architecture` .*to its weights'):
        check_student(kind(), SIZE, adversarial=False)


class DropsOut(Toy):
    def features(self, images):
        return F.dropout(super().features(images), training=self.training)


class CheckpointingToy(Toy):
    """As `with_cp` does, which knows no `torch.autograd.grad`."""

    def features(self, images):
        if not images.requires_grad:
            return super().features(images)
        return torch.utils.checkpoint.checkpoint(
            super().features, images, use_reentrant=True
        )


class Bf16(Toy):
    def features(self, images):
        with torch.autocast('cpu', torch.bfloat16):
            return super().features(images)

    def forward(self, images, mode):
        with torch.autocast('cpu', torch.bfloat16):
            return super().forward(images, mode)


class DrawingInVain(Toy):
    """Draws in eval mode, too, and does nothing with it."""

    def features(self, images):
        torch.rand(())
        return super().features(images)


class Caching(Toy):
    """Keeps what depends on the size of its inputs alone."""

    def features(self, images):
        self.grid = torch.zeros(images.shape[2:])
        return super().features(images) + self.grid.mean()


def partly_frozen():
    toy = Toy()
    toy.conv.requires_grad_(False)
    return toy


GOOD = [Toy, DropsOut, CheckpointingToy, Bf16, DrawingInVain, Caching]


@pytest.mark.parametrize('kind', GOOD)
def test_good_teacher(kind):
    """A network with dropout, checkpointing or half precision is fine."""
    check_teacher('teacher', frozen_toy(kind), SIZE)


def test_good_teacher_runs_twice():
    """Each pass of a large one takes seconds."""
    teacher, calls = frozen_toy(Toy), []
    teacher.register_forward_hook(lambda *_: calls.append(0))
    check_teacher('teacher', teacher, SIZE)
    assert len(calls) == 2


@pytest.mark.parametrize(
    'kind',
    [
        *GOOD,
        Mixing,
        Random,
        partly_frozen,
        lambda: Toy(no_statistics),
        lambda: Toy(nn.SyncBatchNorm),
    ],
)
def test_good_student(kind):
    """What depends on its batch or on chance is fine where it learns."""
    check_student(kind(), SIZE, adversarial=True)


def test_blind_student_without_an_adversary():
    """Nobody asks it for gradients of the images."""
    check_student(Blinded(), SIZE, adversarial=False)


def in_eval_mode(model):
    """Returns a network of which one part is in eval mode."""
    model.train()
    model.backbone.bn1.eval()
    return model


def test_building_changes_nothing():
    """Weights, statistics, gradients, modes, hooks and random states."""
    student = in_eval_mode(MODELS.build(classifier()))
    teacher = MODELS.build(classifier(width=8)).eval()
    student.head.fc.weight.grad = torch.ones_like(student.head.fc.weight)
    student.backbone.conv1.weight.requires_grad_(False)
    student.backbone.register_forward_hook(lambda *_: None)
    models = [student, teacher]
    before = [snapshot(model) for model in models]
    modes = [m.training for model in models for m in model.modules()]
    wanted = [p.requires_grad for p in student.parameters()]
    hooks = [len(m._forward_hooks) for m in student.modules()]
    states = random_states()
    config = ssdkd(architecture=student, teacher=teacher, channels_last=False)
    config['generator'] = dict(
        type='mmrazor_ssdkd.SSDKDGenerator', image_size=16, channels=1
    )
    MODELS.build(config)
    drawn = random_states()
    assert all(map(same, before, map(snapshot, models)))
    assert modes == [m.training for model in models for m in model.modules()]
    assert wanted == [p.requires_grad for p in student.parameters()]
    assert hooks == [len(m._forward_hooks) for m in student.modules()]
    assert states[1:] == drawn[1:]


def random_states():
    """Returns the states of all random streams."""
    _, key, position, *_ = np.random.get_state()
    torchs = torch.get_rng_state().numpy().tobytes()
    return torchs, key.tobytes(), position, random.getstate()


@pytest.mark.parametrize('shape', [(1, 16, 16), (3, 16, 16)])
def test_generator_is_blamed_for_its_images(shape):
    """The network takes images of other channels."""
    teacher = classifier(channels=4 - shape[0])
    teacher['data_preprocessor'].update(mean=None, std=None)
    config = ssdkd(teacher=teacher, generator=dict(channels=shape[0]))
    with pytest.raises(ValueError, match='`generator` must make images'):
        build(config)


def test_network_is_blamed_for_what_always_fails():
    """The generator has no part in it."""
    teacher = MODELS.build(classifier())
    del teacher.head.fc
    with pytest.raises(ValueError, match=r'^`teacher` must take the images'):
        build(ssdkd(teacher=teacher))


def test_blamed_in_a_build():
    """The checks run when the algorithm is built."""
    teacher = MODELS.build(classifier())
    teacher.neck.register_forward_hook(lambda *a: (a[2][0].detach(),))
    with pytest.raises(ValueError, match='`teacher` must let gradients'):
        build(ssdkd(teacher=teacher))
    student = MODELS.build(classifier())
    student.head.register_forward_hook(lambda *a: a[2].detach())
    with pytest.raises(ValueError, match='`architecture` must let gradients'):
        build(ssdkd(architecture=student))
