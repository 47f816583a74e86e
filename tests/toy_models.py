"""Small real models and configs that tests are made of."""

from typing import Any

import torch
from mmengine.optim import OptimWrapperDict
from mmrazor.registry import MODELS, OPTIM_WRAPPER_CONSTRUCTORS
from torch import nn

from mmrazor_ssdkd.models.algorithms import SSDKD


def classifier(
    width: int = 4, num_classes: int = 10, channels: int = 1
) -> dict[str, Any]:
    """Config of a ResNet for small images, some channels wide.

    Two stages of a ResNet-18 have a block of each kind.
    """
    return dict(
        _scope_='mmpretrain',
        type='ImageClassifier',
        data_preprocessor=dict(
            type='ClsDataPreprocessor',
            mean=[100.0] * channels,
            std=[50.0] * channels,
        ),
        backbone=dict(
            type='ResNet_CIFAR',
            depth=18,
            num_stages=2,
            strides=(2, 4),
            dilations=(1, 1),
            out_indices=(1,),
            in_channels=channels,
            stem_channels=width,
            base_channels=width,
        ),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(
            type='LinearClsHead',
            num_classes=num_classes,
            in_channels=2 * width,
        ),
    )


def segmentor(
    width: int = 4, num_classes: int = 5, strides: tuple = (1, 2)
) -> dict[str, Any]:
    """Config of a small FCN on a ResNet of two stages."""
    return dict(
        _scope_='mmseg',
        type='EncoderDecoder',
        data_preprocessor=dict(
            type='SegDataPreProcessor',
            mean=[120.0, 110.0, 100.0],
            std=[60.0, 50.0, 55.0],
            bgr_to_rgb=True,
        ),
        backbone=dict(
            type='ResNetV1c',
            depth=18,
            num_stages=2,
            stem_channels=width,
            base_channels=width,
            strides=strides,
            dilations=(1, 1),
            out_indices=(0, 1),
            norm_cfg=dict(type='BN'),
        ),
        decode_head=dict(
            type='FCNHead',
            in_channels=2 * width,
            in_index=1,
            channels=8,
            num_convs=1,
            concat_input=False,
            dropout_ratio=0.1,
            num_classes=num_classes,
            norm_cfg=dict(type='BN'),
            align_corners=False,
            loss_decode=dict(type='CrossEntropyLoss'),
        ),
        train_cfg=dict(),
        test_cfg=dict(mode='whole'),
    )


def ssdkd(**changes: Any) -> dict[str, Any]:
    """Config of SSD-KD over two small classifiers.

    A dict among the changes is merged into the component's own.
    """
    config = dict(
        type='mmrazor_ssdkd.SSDKD',
        _scope_='mmrazor',
        architecture=classifier(width=4),
        teacher=classifier(width=8),
        generator=dict(
            type='mmrazor_ssdkd.SSDKDGenerator',
            image_size=16,
            channels=1,
            latent_dim=8,
            base_channels=8,
        ),
        replay_buffer=dict(
            type='mmrazor_ssdkd.PrioritizedReplayBuffer', max_size=24
        ),
        bn_loss=dict(type='mmrazor_ssdkd.BNStatisticsLoss'),
        task_loss=dict(type='mmrazor_ssdkd.ModulatedTaskLoss'),
        synthesis=dict(iters=2, interval=2, batch_size=8, warmup_rounds=1),
    )
    replaced = ('architecture', 'teacher')
    for key, value in changes.items():
        merge = isinstance(value, dict) and key not in replaced
        config[key] = {**config.get(key, {}), **value} if merge else value
    return config


def segmentation(**changes: Any) -> dict[str, Any]:
    """Config of SSD-KD over two small segmentors of different strides."""
    config = dict(
        architecture=segmentor(width=4, strides=(2, 2)),
        teacher=segmentor(width=8),
        generator=dict(image_size=(32, 48), channels=3),
    )
    return ssdkd(**{**config, **changes})


def several_labels(**changes: Any) -> dict[str, Any]:
    """Config of SSD-KD over two small classifiers with sigmoids."""
    config: dict[str, Any] = dict(architecture=classifier(4))
    config['teacher'] = classifier(8)
    for network in config.values():
        network['head']['type'] = 'MultiLabelLinearClsHead'
    return ssdkd(**{**config, **changes})


def build(config: dict[str, Any], seed: int = 0) -> SSDKD:
    """Builds an algorithm in training mode, initialised by a seed."""
    torch.manual_seed(seed)
    algorithm = MODELS.build(config)
    algorithm.train()
    return algorithm


def optimizers(
    algorithm: nn.Module, lr: float = 0.05, connectors: bool = False
) -> OptimWrapperDict:
    """Builds the optimizers as the runner does, with a state each."""
    parts = {
        'generator': dict(type='Adam', lr=0.02 * lr),
        'architecture': dict(type='SGD', lr=lr, momentum=0.5),
    }
    if connectors:
        parts['distiller'] = parts['architecture']
    wrappers = {
        name: dict(type='OptimWrapper', optimizer=optimizer)
        for name, optimizer in parts.items()
    }
    constructor = OPTIM_WRAPPER_CONSTRUCTORS.build(
        dict(
            type='SeparateOptimWrapperConstructor',
            _scope_='mmrazor',
            optim_wrapper_cfg=wrappers,
        )
    )
    return constructor(algorithm)


def steps(
    algorithm: SSDKD,
    wrapper: OptimWrapperDict,
    number: int,
    batch_size: int = 6,
) -> list[dict[str, torch.Tensor]]:
    """Takes training steps and returns what each logged."""
    draws = dict(inputs=torch.zeros(batch_size))
    return [algorithm.train_step(draws, wrapper) for _ in range(number)]


def snapshot(module: nn.Module) -> dict[str, torch.Tensor]:
    """Returns copies of a module's weights, statistics and gradients."""
    state = {k: v.clone() for k, v in module.state_dict().items()}
    for name, parameter in module.named_parameters():
        if parameter.grad is not None:
            state[f'{name}.grad'] = parameter.grad.clone()
    return state


def learnt(before: dict[str, torch.Tensor], module: nn.Module) -> bool:
    """Returns whether weights moved, since statistics do so by themselves."""
    weights = module.named_parameters()
    return any(not torch.equal(before[name], p) for name, p in weights)


def same(
    left: dict[str, torch.Tensor], right: dict[str, torch.Tensor]
) -> bool:
    """Returns whether two snapshots are equal bit for bit."""
    return left.keys() == right.keys() and all(
        torch.equal(left[key], right[key]) for key in left
    )
