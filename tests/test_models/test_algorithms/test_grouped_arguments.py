"""What SSD-KD's groups of arguments take, and what they are built as."""

import pytest
import torch
from mmengine.config import Config
from toy_models import build, optimizers, ssdkd, steps

from mmrazor_ssdkd.models import DataInversion, Distillation
from mmrazor_ssdkd.models.algorithms.renamed_keys import RENAMED
from mmrazor_ssdkd.registry import MODELS


@pytest.mark.parametrize(('old', 'new'), RENAMED.items())
def test_old_key(old, new):
    """Its new name is said, and the value."""
    match = f'`{old}` must be given as `{new}`, but got 7'
    with pytest.raises(ValueError, match=match):
        build(ssdkd(**{old: 7}))


@pytest.mark.parametrize('new', RENAMED.values())
def test_new_key(new):
    """Every new name is one of a group's, whose messages have it in full."""
    group, key = new.split('.')
    with pytest.raises((TypeError, ValueError), match=f'`{new}` must'):
        build(ssdkd(**{group: {key: object()}}))


@pytest.mark.parametrize('empty', [None, {}, Config(dict(a={})).a])
def test_groups_may_be_left_out(empty):
    """Then all is as it comes."""
    config = ssdkd(replay_buffer=dict(max_size=256))
    config.update(synthesis=empty, distillation=empty)
    algorithm = build(config)
    assert type(algorithm.synthesis) is DataInversion
    assert type(algorithm.distillation) is Distillation
    assert algorithm.synthesis.iters == 10
    assert algorithm.synthesis.admit == algorithm.synthesis.batch_size == 256
    assert algorithm.distillation.tau == 4
    assert not any(
        key.startswith(('synthesis', 'distillation'))
        for key in algorithm.state_dict()
    )


def test_own_components():
    """Subclasses say when rounds run, what enters and what is minimised."""

    @MODELS.register_module(force=True)
    class EveryStep(DataInversion):
        """A round before each step, whose first two candidates enter."""

        def due(self, iteration, stored):
            yield iteration

        def choose(self, phi):
            return torch.arange(2)

    @MODELS.register_module(force=True)
    class Nothing(Distillation):
        """A loss that is its own argument."""

        def __init__(self, share, **settings):
            super().__init__(**settings)
            self.share = share

        def losses(self, algorithm, batch, preds_S, preds_T):
            found = super().losses(algorithm, batch, preds_S, preds_T)
            return dict(loss_share=self.share * found['loss_kd'])

    algorithm = build(
        ssdkd(
            synthesis=dict(type='mmrazor_ssdkd.EveryStep'),
            distillation=dict(type='mmrazor_ssdkd.Nothing', share=0.0, tau=2),
        )
    )
    assert algorithm.distillation.tau == 2
    logs = steps(algorithm, optimizers(algorithm), 3)
    assert len(algorithm.replay_buffer) == 6
    assert all(log['distill.loss_share'] == log['loss'] == 0 for log in logs)
