"""Tests of what the runner does under a launcher."""

from types import SimpleNamespace

import pytest
from mmengine.logging import MMLogger
from mmengine.runner import Runner
from peers import build_peer, peer
from toy_models import build, optimizers, ssdkd


def scaled(model):
    """Returns by how much each optimizer's rate grows with 4 processes."""
    wrapper = optimizers(model)
    before = {k: v.param_groups[0]['lr'] for k, v in wrapper.items()}
    runner = SimpleNamespace(
        model=model,
        world_size=4,
        _train_dataloader=dict(batch_size=16),
        param_schedulers=None,
        logger=MMLogger.get_current_instance(),
    )
    auto_scale_lr = dict(enable=True, base_batch_size=32)
    Runner.scale_lr(runner, wrapper, auto_scale_lr=auto_scale_lr)
    return {k: v.param_groups[0]['lr'] / before[k] for k, v in wrapper.items()}


@pytest.mark.parametrize(
    ('model', 'generators'),
    [
        # Its batch is another one.
        (lambda: build(ssdkd()), 1.0),
        # They make as many images as the student sees.
        (lambda: build_peer(peer()), 2.0),
    ],
)
def test_scaled_rates(model, generators):
    """The student's goes by the batch of all processes together."""
    assert scaled(model()) == dict(architecture=2.0, generator=generators)
