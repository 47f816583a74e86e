"""Tests of statistics that are estimated anew."""

import pytest
import torch
from inherited_networks import Network, layer, pool
from torch import nn
from torchvision.ops import FrozenBatchNorm2d

from mmrazor_ssdkd.models.inheritance.batch_norm_statistics import (
    estimate_statistics,
)


class Normed(Network):
    """A layer that is reached, one that is not and one that is frozen."""

    def __init__(self):
        super().__init__()
        self.stem, self.unused = layer(3, 4), layer(4, 4)
        self.frozen, self.fc = FrozenBatchNorm2d(4), nn.Linear(4, 3)
        self.drop = nn.Dropout(0.5)

    def run(self, x):
        return self.drop(self.fc(pool(self.frozen(self.stem(x)))))


def images():
    """Returns images in 0 to 255."""
    return 255 * torch.rand(15, 3, 8, 8)


def test_statistics_are_those_of_the_images():
    model, batch = Normed(), images()
    estimate_statistics(model, batch)
    with torch.no_grad():
        features = model.stem[0](batch)
    mean, var = features.mean((0, 2, 3)), features.var((0, 2, 3))
    assert torch.allclose(model.stem[1].running_mean, mean, rtol=1e-4)
    assert torch.allclose(model.stem[1].running_var, var, rtol=1e-4)


def test_a_model_that_fails_comes_out_as_it_went_in():
    model = Normed().train()
    model.stem.eval()
    modes = [module.training for module in model.modules()]
    with pytest.raises(RuntimeError):
        estimate_statistics(model, torch.rand(2, 5, 8, 8))
    assert [module.training for module in model.modules()] == modes
    assert model.stem[1].momentum == 0.1


@pytest.mark.parametrize('training', [True, False])
def test_nothing_else_changes(training):
    model = Normed().train(training)
    model.stem.eval()
    model.unused[1].running_mean.fill_(3.0)
    modes = [module.training for module in model.modules()]
    before = {k: v.clone() for k, v in model.state_dict().items()}
    batch = images()
    random_state = torch.get_rng_state()
    estimate_statistics(model, batch)
    assert torch.get_rng_state().equal(random_state)
    after = model.state_dict()
    changed = {k for k in before if not before[k].equal(after[k])}
    assert changed == {
        f'stem.1.{key}'
        for key in ('running_mean', 'running_var', 'num_batches_tracked')
    }
    assert [module.training for module in model.modules()] == modes
    assert model.stem[1].momentum == 0.1
    assert all(p.grad is None for p in model.parameters())
