"""Patches that differ, for teachers of attention alone."""

import pytest
import torch
from torch import nn
from toy_models import (
    build,
    classifier,
    learnt,
    optimizers,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.models import PatchSimilarity
from mmrazor_ssdkd.models.building import build_model
from mmrazor_ssdkd.models.losses.patch_similarity import _attention, _entropy


def transformer():
    """Config of a small vision transformer."""
    config = classifier()
    config['backbone'] = dict(
        type='VisionTransformer',
        arch=dict(
            embed_dims=16,
            num_layers=2,
            num_heads=2,
            feedforward_channels=32,
        ),
        img_size=16,
        patch_size=4,
        in_channels=1,
    )
    config.update(
        neck=None,
        head=dict(
            type='VisionTransformerClsHead', num_classes=10, in_channels=16
        ),
    )
    return config


def distillation(teacher, **prior):
    """Config of a distillation whose generator has a prior alone."""
    image_prior = dict(type='mmrazor_ssdkd.PatchSimilarity', **prior)
    return ssdkd(
        teacher=teacher,
        bn_loss=dict(loss_weight=0),
        task_loss=dict(loss_weight=0),
        synthesis=dict(
            adversarial_weight=0,
            image_prior=image_prior,
            iters=20,
            warmup_rounds=0,
            interval=1,
        ),
    )


def test_entropy_tells_like_from_unlike():
    """Patches of many kinds have more of it than such that are all alike."""
    torch.manual_seed(0)
    alike = torch.ones(2, 16, 8) + 0.01 * torch.randn(2, 16, 8)
    spread = torch.randn(2, 16, 3)
    assert _entropy(spread) > _entropy(alike) + 0.5
    # That of a Gaussian as wide as the kernel, half of it beyond 1.
    assert -0.7 < _entropy(alike) < 0
    # Of similarities that are spread evenly from -1 to 1, log 2.
    assert _entropy(torch.randn(2, 400, 3)) == pytest.approx(0.69, abs=0.1)


@pytest.mark.parametrize(
    ('layer', 'kind'),
    [
        (nn.TransformerEncoderLayer(8, 2, batch_first=True), nn.Module),
        (nn.MultiheadAttention(8, 2), nn.MultiheadAttention),
    ],
)
def test_innermost_attention_is_watched(layer, kind):
    """Not the block that holds it."""

    class ManyAttentions(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([layer])

    found = _attention(ManyAttentions())
    assert [type(m) for m in found] == [nn.MultiheadAttention]
    assert isinstance(found[0], kind)


def test_generator_learns_from_patches_alone():
    """The entropy grows, hooks go, and the teacher stays as it was."""
    names = ('tv_weight', 'norm_weight', 'statistics_weight')
    teacher = build_model(transformer(), 'teacher')
    # A head of zeros, as it starts, lets no gradient through.
    nn.init.normal_(teacher.head.layers.head.weight)
    algorithm = build(distillation(teacher, **dict.fromkeys(names, 0)))
    before = snapshot(algorithm.generator)
    kept = snapshot(algorithm.teacher)
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert learnt(before, algorithm.generator)
    losses = [float(log['generator.loss_prior']) for log in logs]
    assert losses[-1] < losses[0]
    after = snapshot(algorithm.teacher)
    assert all(torch.equal(after[key], kept[key]) for key in kept)
    assert not any(m._forward_hooks for m in algorithm.teacher.modules())


def test_teacher_without_attention_raises():
    """The message has the argument and the way on; 0 turns it off."""
    config = classifier(8)
    config['backbone']['norm_cfg'] = dict(type='GN', num_groups=2)
    algorithm = build(distillation(config))
    match = '`synthesis.image_prior` must be .*without attention.*ImageClass'
    with pytest.raises(ValueError, match=match):
        steps(algorithm, optimizers(algorithm), 1)
    algorithm = build(distillation(config, similarity_weight=0))
    steps(algorithm, optimizers(algorithm), 1)


def test_unfit_weight_raises():
    """The message has it."""
    with pytest.raises(ValueError, match=r'`similarity_weight` must be >= 0'):
        PatchSimilarity(similarity_weight=-1)
