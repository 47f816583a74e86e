"""Every registered class, how it is built and what its arguments may be."""

import inspect
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

import torch
from torch import nn

from mmrazor_ssdkd.registry import DATASETS, MODELS, OPTIM_WRAPPERS

from . import networks as net
from .rules import (
    Rule,
    count,
    flag,
    flag_or_layers,
    maybe,
    never,
    number,
    several,
    size,
    statistics,
    text,
    word,
)

REGISTRIES = (MODELS, DATASETS, OPTIM_WRAPPERS)


class Subject(NamedTuple):
    """A class with arguments that it takes."""

    sound: Callable[[], dict[str, Any]]
    rules: dict[str, Rule]
    build: Optional[Callable[..., Any]] = None


def _init_cfg(value: Any) -> bool:
    """Is None, a dict or a list of dicts, which mmengine reads later."""
    dicts = isinstance(value, list) and all(isinstance(v, dict) for v in value)
    return value is None or isinstance(value, dict) or dicts


def _pipeline(value: Any) -> bool:
    """Is a list of transforms, here of none."""
    return isinstance(value, (list, tuple)) and not value


def _loss(value: Any) -> bool:
    """Is None, or a config, empty or of a type."""
    return value is None or (
        isinstance(value, dict)
        and (not value or isinstance(value.get('type'), str))
    )


def _empty(value: Any) -> bool:
    """Is None, or a config that leaves all as it comes."""
    return value is None or (isinstance(value, dict) and not value)


def _network(value: Any) -> bool:
    """Is a network, or a config that names one."""
    return isinstance(value, nn.Module) or (
        isinstance(value, dict) and isinstance(value.get('type'), str)
    )


def _optimizer() -> torch.optim.Optimizer:
    """Returns one that a wrapper takes."""
    return torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)


_MODULE = dict(architecture=never, teacher=never)
_SAMPLES = dict(seed=count(0), split=word('train', 'test'))
_STATISTICS = dict(mean=[1.0], std=[1.0])

SUBJECTS: dict[str, Subject] = {
    'SSDKD': Subject(
        net.algorithm,
        dict(
            _MODULE,
            generator=never,
            replay_buffer=never,
            bn_loss=never,
            task_loss=never,
            teacher_ckpt=lambda value: value is None,
            teachers=lambda value: value is None,
            student_init=word('random', 'teacher'),
            distiller=lambda value: value is None,
            synthesis=never,
            distillation=_empty,
            save_images_interval=count(0),
            channels_last=flag,
            data_preprocessor=lambda value: value is None,
            init_cfg=_init_cfg,
        ),
    ),
    'DataInversion': Subject(
        dict,
        dict(
            iters=count(0),
            interval=count(),
            until=maybe(count(0)),
            batch_size=count(2),
            warmup_rounds=count(0),
            admit=maybe(count(1, 256)),
            latent=word('fresh', 'optimized'),
            labels=word('predicted', 'uniform', 'rare'),
            adversarial_weight=number(),
            adversarial_where=word('all', 'agree'),
            adversarial_from=count(0),
            image_prior=lambda value: value is None,
        ),
    ),
    'ReptileInversion': Subject(
        dict, dict(meta_rate=number(0, exclusive=True, maximum=1))
    ),
    'Distillation': Subject(
        dict,
        dict(
            tau=number(0, exclusive=True),
            kd_weight=number(),
            class_weight_power=number(),
            task_weight=number(),
            feature_weight=number(),
            augmentation=lambda value: value is None,
            # Views want an augmentation.
            stored_views=lambda value: type(value) is int and value == 0,
            distiller_uniform=flag,
            normalize_weights=flag,
            priority_tau=number(0, exclusive=True, maximum=50),
            refresh_interval=count(0),
        ),
    ),
    'SSDKDGenerator': Subject(
        net.sizes,
        dict(
            image_size=size(4),
            channels=count(1, 10**4),
            latent_dim=count(1, 10**7),
            base_channels=count(1, 10**4),
            num_upsamples=count(1, 3),
            init_cfg=_init_cfg,
        ),
    ),
    'ImageSpaceGenerator': Subject(
        lambda: dict(
            generator=net.foreign_generator(),
            image_size=8,
            mean=[1.0] * 3,
            std=[1.0] * 3,
        ),
        dict(
            generator=never,
            image_size=lambda value: type(value) is int and value == 8,
            mean=statistics(3, positive=False),
            std=statistics(3, positive=True),
            init_cfg=_init_cfg,
        ),
    ),
    'NormalizedGenerator': Subject(
        lambda: dict(generator=net.generator(), **_STATISTICS),
        dict(
            generator=never,
            mean=statistics(1, positive=False),
            std=statistics(1, positive=True),
            init_cfg=_init_cfg,
        ),
    ),
    'PrioritizedReplayBuffer': Subject(
        lambda: dict(max_size=4),
        dict(
            max_size=count(1, 10**9),
            alpha=number(),
            beta=number(),
            eps=number(0, exclusive=True),
            evict=word('oldest', 'priority', 'phi'),
            store_logits=flag,
        ),
    ),
    'RandomView': Subject(
        dict,
        dict(
            flip=number(maximum=1),
            zoom=several(2, number(0, exclusive=True)),
            shift=number(maximum=1),
            padding=word('zeros', 'border', 'reflection'),
        ),
    ),
    'MixedView': Subject(
        dict, dict(mix=word('cut', 'blend'), share=number(maximum=1))
    ),
    'SmoothedBNLoss': Subject(
        dict,
        dict(
            momentum=lambda v: number(maximum=1)(v) and v < 1,
            loss_weight=number(),
        ),
    ),
    'BNStatisticsLoss': Subject(dict, dict(loss_weight=number())),
    'ModulatedTaskLoss': Subject(
        dict,
        dict(
            gamma=number(), diversity=flag, detach=flag, loss_weight=number()
        ),
    ),
    'RecentTaskLoss': Subject(
        lambda: dict(num_classes=3),
        dict(
            num_classes=count(2, 32767),
            window=count(1, 10**8),
            gamma=number(),
            diversity=flag,
            detach=flag,
            loss_weight=number(),
        ),
    ),
    'ImagePrior': Subject(
        dict,
        dict(
            tv_weight=number(),
            norm_weight=number(),
            statistics_weight=number(),
        ),
    ),
    'PatchSimilarity': Subject(dict, dict(similarity_weight=number())),
    'TorchClassifier': Subject(
        lambda: dict(module=nn.Linear(2, 2), **_STATISTICS),
        dict(module=_network, loss=_loss),
    ),
    'TorchSegmentor': Subject(
        lambda: dict(module=nn.Conv2d(1, 2, 1), **_STATISTICS),
        dict(
            module=_network,
            loss=_loss,
            align_corners=flag,
            ignore_index=lambda value: type(value) is int,
        ),
    ),
    'TeacherWeights': Subject(
        dict,
        dict(
            teacher=maybe(text), fit=flag_or_layers, num_images=maybe(count(0))
        ),
    ),
    'PrunedWeights': Subject(
        dict,
        dict(
            teacher=maybe(text), fit=flag_or_layers, num_images=maybe(count(0))
        ),
    ),
    'CheckpointWeights': Subject(
        lambda: dict(checkpoint='a.pth'),
        dict(checkpoint=text, num_images=count(0)),
    ),
    'LatentDataset': Subject(lambda: dict(length=3), dict(length=count())),
    'Digits': Subject(
        lambda: dict(split='test'),
        dict(
            split=word('train', 'test'),
            image_size=lambda v: count(8, 1024)(v) and v % 8 == 0,
            channels=lambda v: type(v) is int and v in (1, 3),
            imbalance=number(1),
            pipeline=_pipeline,
        ),
    ),
    'DigitPairs': Subject(
        lambda: dict(split='test', length=2),
        dict(
            split=word('train', 'test'),
            length=count(1, 10**5),
            image_size=lambda v: count(8, 1024)(v) and v % 8 == 0,
            imbalance=number(1),
            seed=count(0, 2**32 - 1),
            pipeline=_pipeline,
        ),
    ),
    'DigitSets': Subject(
        lambda: dict(split='test', length=2),
        dict(
            split=word('train', 'test'),
            length=count(1, 10**5),
            seed=count(0, 2**32 - 1),
            pipeline=_pipeline,
        ),
    ),
    'DigitScenes': Subject(
        lambda: dict(split='test', length=2),
        dict(
            split=word('train', 'test'),
            length=count(1, 10**5),
            image_size=lambda v: count(16, 1024)(v) and v % 16 == 0,
            seed=count(0, 2**32 - 1),
            pipeline=_pipeline,
        ),
    ),
    'Bf16OptimWrapper': Subject(
        lambda: dict(optimizer=_optimizer()), dict(enabled=maybe(flag))
    ),
}


def registered() -> dict[str, type]:
    """Returns the classes of the package's registries by name."""
    return {
        name: kind
        for registry in REGISTRIES
        for name, kind in registry.module_dict.items()
        if kind.__module__.startswith('mmrazor_ssdkd.')
    }


def parameters(kind: type) -> list[str]:
    """Returns the arguments of a class, but for those of its bases."""
    found = inspect.signature(kind.__init__).parameters.values()  # type: ignore[misc]
    starred = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in found if p.kind not in starred][1:]
