"""The same training in one process and in two, given all that is drawn."""

from typing import Any

import pytest
import torch
from mmengine.model import convert_sync_batchnorm
from toy_models import (
    build,
    classifier,
    optimizers,
    segmentation,
    segmentor,
    ssdkd,
)

from mmrazor_ssdkd.distributed import (
    average_buffers,
    num_processes,
    pool_batch_norms,
    process_number,
)

# Of a step of all processes together.
IMAGES, DRAWS, STEPS = 8, 6, 3


def configs() -> dict[str, dict]:
    """Returns what is compared: both tasks, and all that is pooled."""
    buffer = dict(max_size=32, alpha=0.0)
    common = dict(
        synthesis=dict(batch_size=IMAGES // num_processes()),
        replay_buffer=buffer,
    )
    student = segmentor(width=4, strides=(2, 2))
    student['decode_head']['dropout_ratio'] = 0.0
    networks = dict(architecture=classifier(4), teacher=classifier(8))
    for network in networks.values():
        # With fewer pixels a refit hangs on roundings.
        network['backbone']['strides'] = (2, 2)
    return dict(
        classifier=ssdkd(**common, distillation=dict(task_weight=0.5)),
        inherited=ssdkd(
            **common,
            **networks,
            student_init=dict(
                type='mmrazor_ssdkd.TeacherWeights', num_images=64
            ),
        ),
        segmentor=segmentation(
            **common,
            architecture=student,
            distillation=dict(class_weight_power=1.0),
        ),
    )


def given(seed: int, *shape: int) -> torch.Generator:
    """Returns the same generator of numbers in every process."""
    return torch.Generator().manual_seed(seed)


def share_of(rows: torch.Tensor) -> torch.Tensor:
    """Returns this process's rows."""
    return rows.chunk(num_processes())[process_number()]


def fix_draws(algorithm: Any, patch: pytest.MonkeyPatch) -> None:
    """Gives all processes together the noise and draws that one has."""
    counts = dict(rounds=0, steps=0)

    def renew(generator: Any, wrapper: Any) -> None:
        held = generator.latent
        counts['rounds'] += 1
        noise = torch.randn(
            IMAGES, held.shape[1], generator=given(counts['rounds'])
        )
        held.data.copy_(share_of(noise))
        held.grad = None
        wrapper.optimizer.state.pop(held, None)

    def draw(probability: torch.Tensor, number: int, **_: Any) -> torch.Tensor:
        counts['steps'] += 1
        # A place in a shard of one of two; in the first half of a round
        # lie the first process's images.
        half, rounds = IMAGES // 2, len(algorithm.replay_buffer)
        rounds = rounds * num_processes() // IMAGES
        generator = given(100 + counts['steps'])
        draws = number * num_processes()
        number_of = torch.randint(rounds, (draws,), generator=generator)
        inside = torch.randint(half, (draws,), generator=generator)
        if num_processes() == 2:
            return share_of(number_of * half + inside)
        second = torch.arange(draws) >= draws // 2
        return number_of * IMAGES + inside + half * second

    patch.setattr(algorithm.synthesis, '_renew_latent', renew)
    patch.setattr(torch, 'multinomial', draw)


def train(name: str) -> dict[str, Any]:
    """Takes three steps and returns what came of them."""
    algorithm = build(configs()[name])
    if name == 'inherited':
        # Building has drawn noise for the process's own batch.
        torch.manual_seed(1)
        algorithm.init_weights()
    if num_processes() == 2:
        algorithm = convert_sync_batchnorm(algorithm)
        pool_batch_norms(algorithm)
        # The new layers are in training mode, the teacher's, too.
        algorithm.train()
    # So small that roundings do not grow from step to step.
    wrapper = optimizers(algorithm, lr=0.01)
    # Adam makes whole steps of gradients that are but rounding errors.
    wrapper['generator'].optimizer = torch.optim.SGD(
        algorithm.generator.parameters(), lr=1e-4, momentum=0.5
    )
    seen: dict[str, Any] = {}
    for part in ('generator', 'architecture'):
        keep_gradients(wrapper[part], algorithm, part, seen)
    with pytest.MonkeyPatch.context() as patch:
        fix_draws(algorithm, patch)
        batch = dict(inputs=torch.zeros(DRAWS // num_processes()))
        logs = [algorithm.train_step(batch, wrapper) for _ in range(STEPS)]
    average_buffers(algorithm)
    return dict(
        logs=logs,
        weights={
            k: v
            for k, v in algorithm.state_dict().items()
            if isinstance(v, torch.Tensor) and 'latent' not in k
        },
        gradients=seen,
        frequency=algorithm.class_frequency,
        images=algorithm.replay_buffer.state_dict()['samples']['images'],
    )


def keep_gradients(
    wrapper: Any, algorithm: Any, part: str, seen: dict[str, Any]
) -> None:
    """Notes the gradients that an optimizer steps by."""

    def note(*_: Any) -> None:
        for name, parameter in getattr(algorithm, part).named_parameters():
            if parameter.grad is not None and name != 'latent':
                key = f'{part}.{name}'
                seen.setdefault(key, []).append(parameter.grad.clone())

    wrapper.optimizer.register_step_pre_hook(note)


def train_all() -> dict[str, Any]:
    """Trains every config, in float64.

    Networks in float32 are one rounding away from another side of a ReLU, and
    how far a rounding reaches depends on the processor.
    """
    torch.set_default_dtype(torch.float64)
    try:
        return {name: train(name) for name in configs()}
    finally:
        torch.set_default_dtype(torch.float32)
