"""Teachers and students that are no networks of their own."""

import copy

import pytest
import torch
from mmrazor.registry import MODELS
from torch import nn
from toy_models import build, classifier, ssdkd

from mmrazor_ssdkd.models.algorithms.model_pairs import check_pair


class Wrapper(nn.Module):
    """Hides what it wraps."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images, mode):
        return self.model(images, mode=mode)


@pytest.fixture
def model():
    """A small classifier."""
    return MODELS.build(classifier())


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
@pytest.mark.parametrize('wrapper', [nn.DataParallel, Wrapper])
def test_wrapper(name, wrapper, model):
    """Its data preprocessor would be passed over."""
    kind = wrapper.__name__
    with pytest.raises(ValueError, match=f'`{name}` must be.*{kind}'):
        build(ssdkd(**{name: wrapper(model)}))


def test_wrapper_that_normalises_for_itself(model):
    """It says so."""
    wrapper = Wrapper(model)
    wrapper.data_preprocessor = None
    check_pair(wrapper, {})


@pytest.mark.parametrize('name', ['teacher', 'architecture'])
def test_no_values(name, model):
    """A runner cannot move what is not there."""
    with pytest.raises(ValueError, match=f"`{name}` must.*'cpu'.*'meta'"):
        build(ssdkd(**{name: model.to('meta')}))


def test_lazy_weights(model):
    """Nothing loads into them."""
    model.head.fc = nn.LazyLinear(10)
    with pytest.raises(ValueError, match=r"'head.fc.weight' is on 'no dev"):
        check_pair(model, {})


def test_one_network_as_both(model):
    """Whichever way it is given."""
    with pytest.raises(ValueError, match='must be two networks'):
        build(ssdkd(teacher=model, architecture=model))
    teachers = dict(a=dict(build_cfg=model))
    with pytest.raises(ValueError, match=r'`teachers\.a` .*two networks'):
        build(ssdkd(teacher=None, teachers=teachers, architecture=model))


def share_weight(teacher, student):
    """One parameter in two modules."""
    student.head.fc.weight = teacher.head.fc.weight


def share_memory(teacher, student):
    """Two parameters over the same values."""
    student.head.fc.weight.data = teacher.head.fc.weight.data[:]


def share_statistics(teacher, student):
    """One buffer in two modules."""
    student.backbone.bn1.running_mean = teacher.backbone.bn1.running_mean


def share_part(teacher, student):
    """One module without values; a mode is all that it has."""
    student.neck = teacher.neck


@pytest.mark.parametrize(
    ('share', 'part'),
    [
        (share_weight, 'head.fc.weight'),
        (share_memory, 'head.fc.weight'),
        (share_statistics, 'backbone.bn1.running_mean'),
        (share_part, 'neck'),
    ],
)
def test_shared_part(share, part, model):
    """It is named."""
    student = copy.deepcopy(model)
    share(model, student)
    match = f"`teacher` and `architecture` must share no part, .*'{part}'"
    with pytest.raises(ValueError, match=match):
        build(ssdkd(teacher=model, architecture=student))


def test_shared_data_preprocessor(model):
    """Nothing of it changes in a training."""
    student = copy.deepcopy(model)
    student.data_preprocessor = model.data_preprocessor
    check_pair(student, {'teacher': model})


def test_frozen_student(model):
    """There is nothing to train."""
    model.requires_grad_(False)
    with pytest.raises(ValueError, match='`architecture` must have weights'):
        build(ssdkd(architecture=model))
    model.head.fc.bias.requires_grad_(True)
    check_pair(model, {})


def test_student_of_torchscript():
    """Neither its modes nor its weights are those of Python's modules."""
    student = nn.Sequential(torch.jit.script(nn.Linear(3, 2)))
    with pytest.raises(ValueError, match=r'`architecture` .*got TorchSc'):
        check_pair(student, {})


def test_empty_tensors_share_nothing(model):
    """Their memory is the same nowhere."""
    student = copy.deepcopy(model)
    for part in (model, student):
        part.register_buffer('empty', torch.zeros(0))
    check_pair(student, {'teacher': model})
