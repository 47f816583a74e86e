"""Several teachers answer as one, and mistakes in their config are named."""

import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close
from toy_models import classifier, segmentor

from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.forward import predict_logits
from mmrazor_ssdkd.models.teacher_ensemble import (
    TeacherEnsemble,
    build_teachers,
    named_teachers,
)


def entries(**configs):
    """Config of teachers by name."""
    return {key: dict(build_cfg=value) for key, value in configs.items()}


def own_logits(teacher, images):
    """Returns what a teacher says on its own."""
    return predict_logits(teacher, images, teacher.data_preprocessor)


def test_mean_of_the_logits():
    """Each teacher's own, behind its own data preprocessor."""
    other = classifier(8)
    other['data_preprocessor'].update(mean=[3.0], std=[9.0])
    ensemble = build_teachers(teachers=entries(a=classifier(), b=other))
    seen = {}
    for name, teacher in ensemble.items():
        teacher.backbone.register_forward_pre_hook(
            lambda _, inputs, name=name: seen.update({name: inputs[0]})
        )
    images = torch.randint(0, 256, (4, 1, 16, 16), dtype=torch.uint8)
    logits = predict_logits(ensemble, images, None)
    assert torch.equal(seen['a'], (images.float() - 100) / 50)
    assert torch.equal(seen['b'], (images.float() - 3) / 9)
    own = [own_logits(teacher, images) for teacher in ensemble.values()]
    assert not torch.allclose(*own)
    assert_close(logits, (own[0] + own[1]) / 2)


def test_temperature_commutes_with_the_mean():
    """Softened, it is the geometric mean of the softened teachers."""
    configs = entries(a=classifier(), b=classifier())
    ensemble = build_teachers(teachers=configs)
    images = 255 * torch.rand(4, 1, 16, 16)
    softened = (predict_logits(ensemble, images, None) / 4).softmax(1)
    a, b = (
        (own_logits(teacher, images) / 4).softmax(1)
        for teacher in ensemble.values()
    )
    geometric = (a * b).sqrt()
    assert_close(softened, geometric / geometric.sum(1, keepdim=True))


def test_gradient_reaches_the_images_through_every_teacher():
    """It is the mean of the teachers' gradients; weights get none."""
    configs = entries(a=classifier(), b=classifier())
    ensemble = build_teachers(teachers=configs)
    images = (255 * torch.rand(2, 1, 16, 16)).requires_grad_()
    predict_logits(ensemble, images, None)[:, 0].sum().backward()
    own = [
        torch.autograd.grad(own_logits(t, images)[:, 0].sum(), images)[0]
        for t in ensemble.values()
    ]
    assert all(grad.abs().max() > 0 for grad in own)
    assert_close(images.grad, (own[0] + own[1]) / 2)
    assert all(p.grad is None for p in ensemble.parameters())


@pytest.mark.parametrize('first', [False, True])
def test_maps_meet_at_the_first_teachers_resolution(first):
    """Each is resized with its own `align_corners`."""
    fine, coarse = segmentor(), segmentor(strides=(2, 2))
    fine['decode_head']['align_corners'] = first
    coarse['decode_head']['align_corners'] = not first
    ensemble = build_teachers(teachers=entries(fine=fine, coarse=coarse))
    images = 255 * torch.rand(2, 3, 32, 48)
    own = [own_logits(teacher, images) for teacher in ensemble.values()]
    size = own[0].shape[2:]
    assert own[1].shape[2:] != size
    resized = F.interpolate(
        own[1], size, mode='bilinear', align_corners=not first
    )
    logits = predict_logits(ensemble, images, None)
    assert_close(logits, (own[0] + resized) / 2)
    assert ensemble.align_corners == first


def test_frozen_for_good():
    """All of it is in eval mode and without gradients."""
    ensemble = build_teachers(teachers=entries(a=classifier()))
    assert not any(module.training for module in ensemble.modules())
    assert not any(p.requires_grad for p in ensemble.parameters())


def test_weights_are_each_checkpoints(tmp_path):
    """As with MMRazor's `ckpt_path`."""
    configs = entries(a=classifier(), b=classifier(8))
    sources = {}
    for name, entry in configs.items():
        sources[name] = build_model(entry['build_cfg'], name)
        entry['ckpt_path'] = str(tmp_path / name)
        torch.save(sources[name].state_dict(), entry['ckpt_path'])
    ensemble = build_teachers(teachers=configs)
    for name, source in sources.items():
        state = ensemble[name].state_dict()
        assert all(
            torch.equal(state[key], value)
            for key, value in source.state_dict().items()
        )


def test_shared_data_preprocessor():
    """Taken by those that have none."""
    shared = dict(type='mmpretrain.ClsDataPreprocessor', mean=[7.0], std=[3.0])
    configs = entries(a=classifier(), b=classifier())
    del configs['b']['build_cfg']['data_preprocessor']
    ensemble = build_teachers(teachers=configs, data_preprocessor=shared)
    assert ensemble['a'].data_preprocessor.mean.item() == 100
    assert ensemble['b'].data_preprocessor.mean.item() == 7


def test_one_teacher_is_no_ensemble():
    """It is built as it was, and is called what the argument is called."""
    teacher = build_teachers(classifier())
    assert not isinstance(teacher, TeacherEnsemble)
    assert named_teachers(teacher) == {'teacher': teacher}
    ensemble = build_teachers(teachers=entries(a=classifier(), b=teacher))
    assert named_teachers(ensemble) == {
        'teachers.a': ensemble['a'],
        'teachers.b': teacher,
    }


def test_other_modes():
    """A loss or a prediction of several teachers is not defined."""
    ensemble = TeacherEnsemble(dict(a=nn.Flatten()))
    with pytest.raises(ValueError, match=r"`mode` must be .*'loss'"):
        ensemble(torch.zeros(1), mode='loss')


@pytest.mark.parametrize(
    'arguments, error, match',
    [
        ({}, ValueError, 'Exactly one of `teacher` and `teachers`.*got none'),
        (
            dict(teacher=classifier(), teachers=entries(a=classifier())),
            ValueError,
            'Exactly one of `teacher` and `teachers`.*got both',
        ),
        (
            dict(teacher_ckpt='a.pth', teachers=entries(a=classifier())),
            ValueError,
            "`teacher_ckpt` must be None beside `teachers`.*'a.pth'",
        ),
        (dict(teachers={}), ValueError, '`teachers` must have at least one'),
        (dict(teachers=[1]), TypeError, r'`teachers` must be a dict.*\[1\]'),
        (dict(teachers=dict(a=3)), TypeError, '`teachers.a` must be.*got 3'),
        (
            dict(teachers=dict(a=classifier())),
            ValueError,
            "`teachers.a` must have a 'build_cfg'.*'backbone'",
        ),
        (
            dict(teachers=dict(a=dict(build_cfg=classifier(), ckpt='x'))),
            ValueError,
            "`teachers.a` must have .*'ckpt_path'.*'ckpt'",
        ),
        (
            dict(teachers=dict(a=dict(build_cfg=None))),
            TypeError,
            '`teachers.a.build_cfg` must be a config dict.*None',
        ),
        (
            dict(
                teachers=dict(
                    a=dict(build_cfg=classifier(), ckpt_path='/no/file.pth')
                )
            ),
            ValueError,
            "`teachers.a.ckpt_path` must be an existing.*'/no/file.pth'",
        ),
    ],
)
def test_mistakes_are_named(arguments, error, match):
    """By key and value."""
    with pytest.raises(error, match=match):
        build_teachers(**copy.deepcopy(arguments))


@pytest.mark.parametrize(
    'name', ['a.b', '', 'a b', 'forward', 'align_corners', 'training', 'keys']
)
def test_names_that_no_part_of_a_network_can_have(name):
    """A recorder's source could not start with them."""
    with pytest.raises(
        ValueError, match=f"`teachers` must have names.*'{name}'"
    ):
        TeacherEnsemble({name: nn.Identity()})


def test_name_that_is_no_string():
    """Its value is shown."""
    with pytest.raises(TypeError, match=r'`teachers` must have names.*3'):
        TeacherEnsemble({3: nn.Identity()})
