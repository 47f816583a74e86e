"""DeepLabs as teachers and students, in the shapes that they come in."""

import pytest
import torch
from mmengine.model import revert_sync_batchnorm
from mmrazor.registry import MODELS
from toy_models import build, optimizers, segmentation, snapshot, steps

HEADS = ['ASPPHead', 'DepthwiseSeparableASPPHead']


def deeplab(
    head='ASPPHead',
    backbone='ResNetV1c',
    auxiliary=False,
    align_corners=False,
    norm='BN',
    stride=8,
):
    """Config of a slim DeepLab."""
    norm_cfg = dict(type=norm)
    last = 2 if stride == 16 else 1
    if backbone == 'ResNetV1c':
        low, high = 4, 32
        body = dict(
            depth=18,
            stem_channels=4,
            base_channels=4,
            strides=(1, 2, last, 1),
            dilations=(1, 1, 2 // last, 4 // last),
            out_indices=(0, 1, 2, 3),
        )
    else:
        low, high = 8, 80
        body = dict(
            widen_factor=0.25,
            strides=(1, 2, 2, last, 1, 1, 1),
            dilations=(1, 1, 1, 2 // last, 2 // last, 4 // last, 4 // last),
            out_indices=(1, 2, 4, 6),
        )
    common = dict(
        num_classes=5,
        norm_cfg=norm_cfg,
        align_corners=align_corners,
        loss_decode=dict(type='CrossEntropyLoss'),
    )
    decode = dict(
        type=head,
        in_channels=high,
        in_index=3,
        channels=8,
        dilations=(1, 2, 3),
        **common,
    )
    if head == 'DepthwiseSeparableASPPHead':
        decode.update(c1_in_channels=low, c1_channels=4)
    config = dict(
        _scope_='mmseg',
        type='EncoderDecoder',
        data_preprocessor=dict(
            type='SegDataPreProcessor', mean=[100.0] * 3, std=[50.0] * 3
        ),
        backbone=dict(type=backbone, norm_cfg=norm_cfg, **body),
        decode_head=decode,
        train_cfg=dict(),
        test_cfg=dict(mode='whole'),
    )
    if auxiliary:
        config['auxiliary_head'] = dict(
            type='FCNHead', in_channels=low, in_index=0, channels=4, **common
        )
    return config


def algorithm_of(teacher, student, **changes):
    """Builds SSD-KD of two DeepLabs on images of 32x48."""
    return build(
        segmentation(teacher=teacher, architecture=student, **changes)
    )


@pytest.mark.parametrize('teacher_head', HEADS)
@pytest.mark.parametrize('student_head', HEADS)
@pytest.mark.parametrize('align_corners', [False, True])
def test_heads(teacher_head, student_head, align_corners):
    """Logits of a fourth, an eighth and a sixteenth meet at the teacher's."""
    algorithm = algorithm_of(
        deeplab(teacher_head, auxiliary=True, align_corners=align_corners),
        deeplab(
            student_head,
            'MobileNetV2',
            align_corners=align_corners,
            stride=16,
        ),
    )
    images = torch.rand(2, 3, 32, 48) * 255
    preds_T = algorithm.predict_teacher(images)
    scale = 8 if teacher_head == 'ASPPHead' else 4
    assert preds_T.shape == (2, 5, 32 // scale, 48 // scale)
    assert algorithm.predict_student(images, preds_T).shape == preds_T.shape
    before = snapshot(algorithm.student)
    teacher = snapshot(algorithm.teacher)
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert all(torch.isfinite(v) for log in logs for v in log.values())
    changed = [
        name
        for name, weight in algorithm.student.named_parameters()
        if not torch.equal(before[name], weight)
    ]
    assert any('backbone' in key for key in changed)
    assert any('decode_head' in key for key in changed)
    after = snapshot(algorithm.teacher)
    assert all(torch.equal(teacher[key], after[key]) for key in teacher)


def test_align_corners_is_the_students_own():
    """Resizing differs with it, and follows the student's head."""
    torch.manual_seed(0)
    images = torch.rand(2, 3, 32, 48) * 255
    results = []
    for align_corners in (False, True):
        algorithm = algorithm_of(
            deeplab(align_corners=not align_corners),
            deeplab(stride=16, align_corners=align_corners),
        ).eval()
        logits = algorithm.student(
            (images - 100) / 50,  # As its data preprocessor does.
            mode='tensor',
        )
        expected = torch.nn.functional.interpolate(
            logits, (4, 6), mode='bilinear', align_corners=align_corners
        )
        preds_T = algorithm.predict_teacher(images)
        results.append(algorithm.predict_student(images, preds_T))
        torch.testing.assert_close(results[-1], expected)
    assert not torch.allclose(*results)


def test_auxiliary_heads_do_not_run():
    """Neither side spends time on what it does not use."""
    both = deeplab(auxiliary=True)
    algorithm = algorithm_of(both, deeplab(auxiliary=True, stride=16))

    def fail(*_):
        raise AssertionError('an auxiliary head ran')

    for model in (algorithm.teacher, algorithm.student):
        model.auxiliary_head.register_forward_pre_hook(fail)
    steps(algorithm, optimizers(algorithm), 2)


@pytest.mark.slow
@pytest.mark.parametrize('auxiliary', [False, True])
def test_model_zoo_checkpoint(tmp_path, auxiliary):
    """Trained with SyncBN and an auxiliary head, loaded into either norm.

    And what mmengine turns SyncBN into is watched by L_BN.
    """
    trained = MODELS.build(deeplab(auxiliary=True, norm='SyncBN'))
    path = tmp_path / 'zoo.pth'
    torch.save(
        dict(state_dict=trained.state_dict(), meta=dict(classes=())), path
    )
    for norm in ('BN', 'SyncBN'):
        algorithm = algorithm_of(
            deeplab(auxiliary=auxiliary, norm=norm),
            deeplab(stride=16, norm=norm),
            teacher_ckpt=str(path),
        )
        weights = algorithm.teacher.state_dict()
        for key, value in trained.state_dict().items():
            if key in weights:
                assert torch.equal(weights[key], value), key
        # As the runner does where nothing is distributed.
        algorithm = revert_sync_batchnorm(algorithm)
        (log, *_) = steps(algorithm, optimizers(algorithm), 1)
        assert log['generator.loss_bn'] > 0
