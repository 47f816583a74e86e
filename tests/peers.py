"""MMRazor's own data-free algorithms over the toy models."""

from typing import Any

import torch
from distillers import distiller, mapping, recorder
from mmrazor.registry import MODELS
from toy_models import classifier

KINDS = ('DataFreeDistillation', 'DAFLDataFreeDistillation')
OURS = dict(
    type='mmrazor_ssdkd.NormalizedGenerator',
    generator=dict(
        type='mmrazor_ssdkd.SSDKDGenerator',
        image_size=16,
        latent_dim=8,
        base_channels=8,
    ),
    mean=[100.0] * 3,
    std=[50.0] * 3,
)


def razor_generator(kind: str = 'DAFLGenerator') -> dict[str, Any]:
    """Config of one of MMRazor's generators."""
    return dict(type=kind, img_size=16, latent_dim=8, hidden_channels=16)


def l1(weight: float) -> dict[str, Any]:
    """Config of a distiller of DFAD, the student's or the generator's."""
    return distiller(
        dict(loss_l1=dict(type='L1Loss', loss_weight=weight)),
        dict(
            loss_l1=mapping(
                s_feature=(True, 'logits'), t_feature=(False, 'logits')
            )
        ),
        dict(logits=recorder('head.fc')),
        dict(logits=recorder('teacher.head.fc')),
    )


def peer(kind: str = KINDS[0], **changes: Any) -> dict[str, Any]:
    """Config of one of the two, with DFAD's losses."""
    return dict(
        type=kind,
        _scope_='mmrazor',
        architecture=classifier(width=4, channels=3),
        teachers=dict(teacher=dict(build_cfg=classifier(width=8, channels=3))),
        generator=changes.pop('generator', razor_generator()),
        distiller=changes.pop('distiller', l1(1.0)),
        generator_distiller=changes.pop('generator_distiller', l1(-1.0)),
        **changes,
    )


def build_peer(config: dict[str, Any], seed: int = 0) -> Any:
    """Builds an algorithm as the runner would, in training mode."""
    torch.manual_seed(seed)
    return MODELS.build(config).train()
