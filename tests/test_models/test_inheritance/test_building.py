"""Tests of what a config says of a student's first weights."""

import pytest
from torch import nn
from toy_models import classifier, segmentor

from mmrazor_ssdkd.models.inheritance import (
    StudentInit,
    TeacherWeights,
    build_student_init,
)
from mmrazor_ssdkd.registry import MODELS


@pytest.mark.parametrize(
    ('cfg', 'kind'),
    [
        ('random', type(None)),
        ('teacher', TeacherWeights),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', num_images=2),
            TeacherWeights,
        ),
    ],
)
def test_words_and_configs(cfg, kind):
    assert isinstance(build_student_init(cfg, classifier()), kind)


@pytest.mark.parametrize(
    ('cfg', 'error', 'match'),
    [
        ('pretrained', ValueError, "`student_init` must be.*'pretrained'"),
        (None, TypeError, '`student_init` must be.*None'),
        (3, TypeError, '`student_init` must be.*3'),
        (True, TypeError, '`student_init` must be.*True'),
        (
            dict(type='mmrazor_ssdkd.BNStatisticsLoss'),
            TypeError,
            '`student_init` must be a mmrazor_ssdkd.StudentInit',
        ),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', teacher=1),
            TypeError,
            '`student_init.teacher` must be.*1',
        ),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', num_images=-1),
            ValueError,
            '`student_init.num_images` must be.*-1',
        ),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', num_images=1),
            ValueError,
            '`student_init.num_images` must be 0 or >= 2, but got 1',
        ),
        (
            dict(
                type='mmrazor_ssdkd.CheckpointWeights',
                checkpoint='a.pth',
                num_images=1,
            ),
            ValueError,
            '`student_init.num_images` must be 0 or >= 2, but got 1',
        ),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', num_images=1.5),
            TypeError,
            '`student_init.num_images` must be.*1.5',
        ),
        (
            dict(type='mmrazor_ssdkd.TeacherWeights', fit=1),
            TypeError,
            '`student_init.fit` must be.*1',
        ),
        (
            dict(type='mmrazor_ssdkd.PrunedWeights', fit='norms'),
            ValueError,
            "`student_init.fit` must be.*'norms'",
        ),
    ],
)
def test_mistakes_are_named(cfg, error, match):
    with pytest.raises(error, match=match):
        build_student_init(cfg, classifier())


def loaded(part=None, **changes):
    """Returns a student that says of weights that it loads."""
    config = classifier() if part != 'decode_head' else segmentor()
    (config[part] if part else config).update(changes)
    return config


PRETRAINED = dict(type='Pretrained', checkpoint='x.pth')
OTHERS = [
    (dict(cfg_path='mmpretrain::x.py', pretrained=True), r'\.pretrained'),
    (loaded(pretrained='x.pth'), r'\.pretrained'),
    (loaded(init_cfg=PRETRAINED), r'\.init_cfg'),
    (loaded('backbone', init_cfg=PRETRAINED), r'\.backbone\.init_cfg'),
    (
        loaded('decode_head', init_cfg=[dict(type='Normal'), PRETRAINED]),
        r'\.decode_head\.init_cfg\[1\]',
    ),
]


@pytest.mark.parametrize(('architecture', 'match'), OTHERS)
def test_a_student_that_loads_other_weights(architecture, match):
    match = rf'`architecture{match}` must not stand beside a `student_init`'
    with pytest.raises(ValueError, match=match):
        build_student_init('teacher', architecture)
    assert build_student_init('random', architecture) is None


@pytest.mark.parametrize(
    'architecture',
    [
        nn.Linear(2, 2),
        dict(cfg_path='mmpretrain::x.py', pretrained=False),
        loaded(pretrained=None),
        loaded(init_cfg=dict(type='Normal', layer='Linear')),
    ],
)
def test_a_student_that_loads_nothing(architecture):
    init = build_student_init('teacher', architecture)
    assert isinstance(init, TeacherWeights)


def test_other_components_may_build_on_loaded_weights():
    @MODELS.register_module(name='ToyInit', force=True)
    class ToyInit(StudentInit):
        """Does nothing."""

    cfg = dict(type='mmrazor_ssdkd.ToyInit')
    assert isinstance(build_student_init(cfg, OTHERS[0][0]), ToyInit)
