"""Which layers are refitted, and which are left as they were copied."""

import pytest
import torch
from inherited_networks import Network, images, layer, pool, randomize
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance import TeacherWeights, layer_places


class SamePadding(nn.Conv2d):
    """Pads in its own forward, as EfficientNet's convolutions do."""

    def forward(self, x):
        more = self.kernel_size[0] - 1
        return super().forward(F.pad(x, (0, more, 0, more)))


class Scaled(nn.Conv2d):
    """Changes its weight first, as NFNet's convolutions do."""

    def forward(self, x):
        return self._conv_forward(x, self.weight / 2, self.bias)


class Doubled(nn.Conv2d):
    """Gives twice what its weight and its bias do."""

    def forward(self, x):
        return 2 * super().forward(x)


class ByKeyword(nn.Module):
    """Calls a convolution by its argument's name."""

    def __init__(self, *arguments):
        super().__init__()
        self.conv = nn.Conv2d(*arguments)

    def forward(self, x):
        return self.conv(input=x)


class Plain(Network):
    """A stem, a layer of some kind and a classifier."""

    def __init__(self, middle, stride=1):
        super().__init__()
        self.stem, self.middle = layer(3, 4), middle
        self.stem[0].stride = (stride, stride)
        self.norm, self.fc = nn.BatchNorm2d(4), nn.Linear(4, 3)

    def run(self, x):
        return self.fc(pool(self.norm(self.middle(self.stem(x))).relu()))


def settled(student, teacher, batch):
    """Lets a student start from its teacher, and settles it."""
    init = TeacherWeights()
    init.prepare(student, {'teacher': teacher}, batch[:2])
    init.initialize()
    init.settle(batch)
    return student.eval()


KINDS = {
    'plain': lambda: nn.Conv2d(4, 4, 2),
    'pads by itself': lambda: SamePadding(4, 4, 2),
    'pads by itself, as large as its input': lambda: SamePadding(4, 4, 2, 2),
    'changes its weight': lambda: Scaled(4, 4, 2),
    'changes its output': lambda: Doubled(4, 4, 2),
    'called by keyword': lambda: ByKeyword(4, 4, 2),
}


@pytest.mark.parametrize('rows', [2**16, 64 * 9])
@pytest.mark.parametrize('kind', KINDS)
def test_a_student_of_its_teachers_size_stays_its_teacher(
    kind, rows, monkeypatch
):
    """Whatever its layers make of their inputs, seen at all places or few."""
    monkeypatch.setattr(layer_places, '_ROWS', rows)
    torch.manual_seed(3)
    student, teacher = (Plain(KINDS[kind]()) for _ in '12')
    batch = images(64)
    settled(student, randomize(teacher), batch)
    torch.testing.assert_close(
        student(batch), teacher(batch), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize('size', [2, 4])
def test_a_map_smaller_than_the_padding_of_its_own(size):
    """Its layer would have no place at all by the padding it names."""
    student, teacher = (Plain(SamePadding(4, 4, size + 2)) for _ in '12')
    batch = images(8, size)
    settled(student, randomize(teacher), batch)
    torch.testing.assert_close(
        student(batch), teacher(batch), rtol=0, atol=1e-4
    )


@pytest.mark.parametrize('rows', [2**16, 64 * 9])
def test_maps_of_another_size_are_of_other_places(rows, monkeypatch):
    """However many places are looked at, nothing is fitted to them."""
    monkeypatch.setattr(layer_places, '_ROWS', rows)
    torch.manual_seed(3)
    student, teacher = (
        Plain(nn.Conv2d(4, 4, 3, padding=1), stride) for stride in (2, 1)
    )
    settled(student, randomize(teacher), images(64))
    for of in ('stem.0', 'middle'):
        ours, theirs = (n.get_submodule(of).weight for n in (student, teacher))
        assert torch.equal(ours, theirs)
    # Of pooled features all places are one.
    assert not torch.equal(student.fc.weight, teacher.fc.weight)
