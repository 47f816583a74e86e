"""The same refits in one process and in two, each on its own images."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from inherited_networks import Attention, Grouped, Shared, randomize
from shared_training import given, share_of
from torch import nn
from toy_models import build, classifier, segmentation, segmentor, ssdkd

from mmrazor_ssdkd.distributed import (
    num_processes,
    pool_batch_norms,
    pooled_statistics,
)
from mmrazor_ssdkd.models.inheritance import TeacherWeights, layer_places

# Of all processes together.
IMAGES = 64
# Two channels of four samples, two of each process.
FEATURES = ((1.0, 10.0), (3.0, 10.0), (5.0, 50.0), (7.0, 90.0))


class Mirrored(nn.Module):
    """Convolutions that are refitted and one that cannot be."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.mirrored = nn.Conv2d(width, width, 3, 1, 1, 1, 1, True, 'reflect')
        self.wide = nn.Linear(36 * width, 3)

    def forward(self, x: torch.Tensor, mode: str = 'tensor') -> torch.Tensor:
        """Returns logits."""
        x = self.mirrored(self.norm(self.stem(x)).relu())
        return self.wide(x.flatten(1))


def pictures(*shape: int) -> torch.Tensor:
    """Returns images of all processes, the second half's brighter."""
    noise = torch.rand(IMAGES, *shape, generator=given(3))
    level = torch.linspace(0, 1, IMAGES).round().view(-1, 1, 1, 1)
    return 255 * (0.8 * noise + 0.2 * level)


def logits() -> torch.Tensor:
    """Returns maps of two images in which two of three classes are."""
    labels = torch.tensor([[[0, 0], [0, 1]], [[1, 1], [1, 1]]])
    return nn.functional.one_hot(labels, 3).movedim(3, 1).float()


def born(config: Callable[..., dict], **changes: Any) -> Any:
    """Returns an algorithm whose student has its teacher's weights."""
    init = dict(type='mmrazor_ssdkd.TeacherWeights', num_images=IMAGES)
    init.update(changes)
    # With fewer pixels a refit hangs on roundings.
    kind = classifier if config is ssdkd else segmentor
    networks = dict(architecture=kind(4), teacher=kind(8))
    for network in networks.values():
        network['backbone']['strides'] = (2, 2)
    algorithm = build(config(**networks, student_init=init))
    algorithm.init_weights()
    # Otherwise all logits are of one class.
    randomize(algorithm.teacher)
    algorithm._student_init.initialize()
    return algorithm


def settle(config: Callable[..., dict], **changes: Any) -> dict[str, Any]:
    """Settles a student; returns its state and how many images ran."""
    algorithm = born(config, **changes)
    channels, *size = algorithm._image_shape[1:]
    own = share_of(pictures(channels, *size))
    wanted: list[int] = []

    def sample(number: int, uniform: bool) -> dict[str, torch.Tensor]:
        wanted.append(number)
        return dict(images=own)

    algorithm.replay_buffer.sample = sample
    ran: dict[str, int] = {}
    for name in ('teacher', 'student'):
        getattr(algorithm, name).backbone.register_forward_hook(
            lambda _layer, inputs, _output, name=name: ran.update(
                {name: ran.get(name, 0) + len(inputs[0])}
            )
        )
    algorithm.settle_student()
    state = algorithm.student.state_dict()
    return dict(state=state, wanted=wanted, ran=ran)


def settle_plain(network: Callable[[int], nn.Module]) -> dict[str, Any]:
    """Settles a student of PyTorch alone."""
    torch.manual_seed(5)
    student, teacher = network(4).eval(), randomize(network(8))
    init = TeacherWeights()
    images = pictures(3, 8, 8) / 255
    init.prepare(student, {'teacher': teacher}, images[:2])
    init.initialize()
    init.settle(share_of(images))
    return dict(state=student.state_dict())


def balanced() -> torch.Tensor:
    """Returns how much each pixel of this process's images counts."""
    places = layer_places.Places(2)
    own = share_of(logits())
    places.balance(own)
    shares = places.shares(torch.Size((2, 2)), 4 * len(own))
    assert shares is not None
    return shares


def norm_twice(norm: nn.Module) -> dict[str, Any]:
    """Runs a norm twice on rows whose statistics are known."""
    norm.momentum = 1.0
    features = torch.tensor(FEATURES)
    with pooled_statistics([norm]), torch.no_grad():
        for _ in range(2):
            output = norm(share_of(features)[..., None, None])
    return dict(state=norm.state_dict(), output=output.flatten(1))


class Named(nn.BatchNorm2d):
    """A norm that its caller gives its features by their name."""

    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        """Runs it."""
        return super().__call__(input=features)


class LastChannels(nn.BatchNorm1d):
    """A norm of (N, L, C), of which the second dimension is no channel."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Normalises the last dimension."""
        return super().forward(features.transpose(1, 2)).transpose(1, 2)


def norm_by_itself() -> torch.Tensor:
    """Returns the mean that a norm keeps which is not pooled."""
    norm = LastChannels(2, momentum=1.0)
    with pooled_statistics([norm]), torch.no_grad():
        norm(share_of(torch.tensor(FEATURES))[:, None].repeat(1, 3, 1))
    return norm.running_mean


def norm_of_half(kind: type[nn.Module]) -> torch.Tensor:
    """Returns what a norm makes of features in half precision."""
    holder = nn.Sequential(kind(2))
    pool_batch_norms(holder)
    features = share_of(torch.tensor(FEATURES))[..., None, None]
    return holder(features.bfloat16())


def settle_on_few() -> dict[str, Any]:
    """Settles a segmentor on a part of each map's places."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layer_places, '_ROWS', 64 * IMAGES)
        return settle(segmentation)


def refit_all() -> dict[str, Any]:
    """Refits every kind of student."""
    found = dict(
        classifier=settle(ssdkd),
        segmentor=settle(segmentation),
        few_places=settle_on_few(),
        statistics=settle(ssdkd, fit=False),
        shares=balanced(),
        norm=norm_twice(nn.BatchNorm2d(2)),
        named=norm_twice(Named(2)),
        by_itself=norm_by_itself(),
        grouped=settle_plain(lambda width: Grouped(width, 2)),
        attention=settle_plain(lambda width: Attention(width, 2)),
        shared=settle_plain(Shared),
        mirrored=settle_plain(Mirrored),
    )
    if num_processes() == 2:
        found['sync'] = norm_twice(nn.SyncBatchNorm(2))
        found['half'] = norm_of_half(nn.SyncBatchNorm)
    return found
