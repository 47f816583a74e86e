"""Tests of spectral norms whose weights have changed."""

import pytest
import torch
from inherited_networks import Network, inherit, layer, pool, randomize
from torch import nn
from toy_models import same, snapshot

from mmrazor_ssdkd.models.inheritance.spectral_norms import estimate_spectra

KINDS = dict(
    parametrized=nn.utils.parametrizations.spectral_norm,
    hooked=nn.utils.spectral_norm,
)


class Spectral(Network):
    """A convolution of a spectral norm between two others."""

    def __init__(self, width, kind, **settings):
        super().__init__()
        self.stem = layer(3, width)
        self.conv = KINDS[kind](nn.Conv2d(width, width, 3), **settings)
        self.fc = nn.Linear(width, 3)

    def run(self, x):
        return self.fc(pool(self.conv(self.stem(x))))


def largest(model, images):
    """Returns the largest singular value of what the layer takes."""
    with torch.no_grad():
        model.eval()(images)
    return torch.linalg.svdvals(model.conv.weight.detach().flatten(1))[0]


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('shape', [(2, 2), (2, 3), (3, 2)])
def test_vectors_by_hand(kind, shape):
    """Of 3 and -4 the larger one in size is 4."""
    norm = nn.Linear(shape[1], shape[0], bias=False)
    norm.weight.data.zero_()
    norm.weight.data[0, 0], norm.weight.data[1, 1] = 3.0, -4.0
    expected = norm.weight.detach() / 4
    norm = KINDS[kind](norm).eval()
    for name, buffer in norm.named_buffers():
        if name.endswith(('_u', '_v')):
            # The other singular vector.
            buffer.copy_(torch.eye(len(buffer))[0])
    inputs = torch.eye(shape[1])
    assert torch.allclose(norm(inputs), expected.mT * 4 / 3)
    estimate_spectra(norm, lambda _: True)
    assert torch.allclose(norm(inputs), expected.mT * 4 / 3)
    estimate_spectra(norm, lambda name: not name.endswith('_v'))
    assert torch.allclose(norm(inputs), expected.mT)


def test_a_weight_that_several_parts_make():
    """The norm divides what comes out of the part before."""
    part = nn.Linear(2, 2, bias=False)
    nn.utils.parametrizations.weight_norm(part)
    nn.utils.parametrizations.spectral_norm(part)
    with torch.no_grad():
        parts = part.parametrizations.weight
        # 5 * (3, 4) / 5 and 1 * (0, 1).
        parts.original0.copy_(torch.tensor([[5.0], [1.0]]))
        parts.original1.copy_(torch.tensor([[6.0, 8.0], [0.0, 9.0]]))
        estimate_spectra(part.eval(), lambda _: False)
        matrix = torch.tensor([[3.0, 4.0], [0.0, 1.0]])
        expected = matrix / torch.linalg.svdvals(matrix)[0]
        assert torch.allclose(part.weight, expected)


def test_one_dimension_has_no_vectors():
    """Nor has a weight that is not finite any to be found."""
    norm = nn.utils.parametrizations.spectral_norm(nn.LayerNorm(2))
    estimate_spectra(norm, lambda _: False)
    broken = nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2))
    broken.parametrizations.weight.original.data[0, 0] = float('inf')
    before = snapshot(broken)
    estimate_spectra(broken, lambda _: False)
    assert same(before, snapshot(broken))


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('width', [2, 4])
def test_a_student_is_divided_by_its_own_largest_value(kind, width):
    """Before its first step, and nothing of it is left random."""
    student, teacher = Spectral(width, kind), Spectral(4, kind)
    torch.manual_seed(0)
    images = torch.rand(2, 3, 8, 8)
    for _ in range(99):
        randomize(teacher) if _ == 0 else teacher.train()(images)
    teacher.eval()
    report = str(inherit(student, teacher))
    assert 'random' not in report and 'buffers' not in report
    one = torch.ones(())
    assert torch.allclose(largest(teacher, images), one, rtol=1e-3)
    assert torch.allclose(largest(student, images), one, rtol=1e-3)


@pytest.mark.parametrize('kind', KINDS)
def test_vectors_of_whole_weights_are_the_teachers(kind):
    """However far they are from those that it will have."""
    student, teacher = Spectral(4, kind), randomize(Spectral(4, kind))
    inherit(student, teacher)
    assert same(snapshot(student), snapshot(teacher))


def test_a_layer_of_outputs_of_its_own():
    """Its weight is another one, though its vectors have the same size."""

    class Wider(Spectral):
        def __init__(self, inner):
            super().__init__(4, 'parametrized')
            self.stem = layer(3, inner)
            self.conv = KINDS['parametrized'](nn.Conv2d(inner, 4, 3))

    student, teacher = Wider(5), randomize(Wider(3))
    images = torch.rand(2, 3, 8, 8)
    assert 'conv.parametrizations' in str(inherit(student, teacher))
    value = largest(student, images)
    assert torch.allclose(value, torch.ones(()), rtol=1e-3)
