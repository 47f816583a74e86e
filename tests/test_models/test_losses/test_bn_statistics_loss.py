"""Tests of the distance to a teacher's BatchNorm statistics."""

import math

import pytest
import torch
from mmengine.model import revert_sync_batchnorm
from torch import nn
from torch.testing import assert_close

from mmrazor_ssdkd.models import BNStatisticsLoss
from mmrazor_ssdkd.models.losses import norm_layers

# Mean (2, 4) and unbiased variance (2, 8).
BATCH = torch.tensor([[1.0, 2.0], [3.0, 6.0]])
# From running means of 0 and variances of 1.
DISTANCE = torch.tensor(math.sqrt(4 + 16) + math.sqrt(1 + 49))


def measure(
    model: nn.Module, x: torch.Tensor, loss_weight: float = 1.0
) -> torch.Tensor:
    """Returns the loss of one forward pass."""
    loss = BNStatisticsLoss(loss_weight=loss_weight)
    with loss.watch(model):
        model(x)
        return loss()


class Branches(nn.Module):
    """Norms in parallel, so that each sees the network's input."""

    def __init__(self, *norms: nn.Module) -> None:
        super().__init__()
        self.norms = nn.ModuleList(norms)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the sum of all branches."""
        return sum(norm(x) for norm in self.norms)


def test_value():
    """The value computed by hand on two samples of two channels."""
    assert_close(measure(nn.BatchNorm1d(2).eval(), BATCH), DISTANCE)


def test_layers_are_summed():
    """Each layer adds the distance of its own input."""
    first, second = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    second.running_mean.copy_(torch.tensor([2.0, 1.0]))
    second.running_var.copy_(torch.tensor([2.0, 4.0]))
    # The second is off by (0, 3) and (0, 4).
    loss = measure(Branches(first, second).eval(), BATCH)
    assert_close(loss, DISTANCE + 3 + 4)


@pytest.mark.parametrize(
    ('norm', 'shape'),
    [
        (nn.BatchNorm1d, (5, 3)),
        (nn.BatchNorm1d, (5, 3, 4)),
        (nn.BatchNorm2d, (5, 3, 4, 2)),
        (nn.BatchNorm2d, (5, 3, 1, 1)),
        (nn.BatchNorm2d, (1, 3, 2, 2)),
        (nn.BatchNorm3d, (2, 3, 2, 2, 2)),
    ],
)
def test_batch_of_the_running_statistics(norm, shape):
    """It is 0 for the batch that PyTorch made the statistics of.

    Which is so only with the unbiased variance.
    """
    layer = norm(3, momentum=1.0)
    x = 3 * torch.randn(shape) + 7
    layer(x)
    loss = measure(layer.eval(), x)
    assert_close(loss, torch.tensor(0.0), atol=1e-4, rtol=0)
    assert measure(layer, x + 1) > 1


def test_biased_variance_would_not_do():
    """With PyTorch's own forward variance the loss would not be 0."""
    layer = nn.BatchNorm1d(2).eval()
    layer.running_mean.copy_(BATCH.mean(dim=0))
    layer.running_var.copy_(BATCH.var(dim=0, correction=0))
    # (2, 8) against (1, 4).
    assert_close(measure(layer, BATCH), torch.tensor(math.sqrt(1 + 16)))


def test_sync_batchnorm():
    """SyncBN counts, and so does what mmengine turns it into."""
    model = nn.Sequential(nn.SyncBatchNorm(2)).eval()
    x = BATCH.view(2, 2, 1, 1)
    assert_close(measure(model, x), DISTANCE)
    reverted = revert_sync_batchnorm(model)
    assert not isinstance(reverted[0], (nn.SyncBatchNorm, nn.BatchNorm2d))
    assert_close(measure(reverted, x), DISTANCE)


def test_conversion_between_two_looks():
    """A layer that was replaced since the last look is found."""
    model = nn.Sequential(nn.SyncBatchNorm(2)).eval()
    loss = BNStatisticsLoss()
    x = BATCH.view(2, 2, 1, 1)
    with loss.watch(model):
        model(x)
    model = revert_sync_batchnorm(model)
    with loss.watch(model):
        model(x)
        assert_close(loss(), DISTANCE)


def test_other_norms_do_not_count():
    """InstanceNorm, even one that remembers, and GroupNorm are ignored."""
    others = [
        nn.InstanceNorm2d(2, track_running_stats=True),
        nn.GroupNorm(1, 2),
        nn.BatchNorm2d(2, track_running_stats=False),
    ]
    x = torch.randn(4, 2, 3, 3)
    alone = measure(nn.BatchNorm2d(2).eval(), x)
    together = Branches(*others, nn.BatchNorm2d(2)).eval()
    assert_close(measure(together, x), alone)
    assert norm_layers(together) == [together.norms[3]]


def test_layer_that_is_used_twice_counts_twice():
    """Two passes through one layer are two terms."""
    layer = nn.BatchNorm1d(2).eval()
    assert_close(measure(Branches(layer, layer), BATCH), 2 * DISTANCE)


def test_layers_that_the_pass_does_not_reach():
    """What the forward pass leaves out does not count."""
    model = nn.Sequential(nn.BatchNorm1d(2)).eval()
    model.add_module('auxiliary', nn.Identity())
    model.auxiliary.norm = nn.BatchNorm1d(2)
    assert len(norm_layers(model)) == 2
    assert_close(measure(model, BATCH), DISTANCE)


def test_hooks_are_gone_after_the_context():
    """No forward pass outside the context pays or is collected."""
    model = nn.Sequential(nn.BatchNorm1d(2)).eval()
    loss = BNStatisticsLoss()
    with loss.watch(model):
        assert len(model[0]._forward_pre_hooks) == 1
        model(BATCH)
        loss()
    assert len(model[0]._forward_pre_hooks) == 0
    model(BATCH)
    with pytest.raises(ValueError, match='none fired'):
        loss()


def test_hooks_are_gone_after_an_exception():
    """A forward pass that fails leaves nothing behind."""
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(3, 1)).eval()
    loss = BNStatisticsLoss()
    with pytest.raises(RuntimeError, match='shapes'), loss.watch(model):
        model(BATCH)
    assert len(model[0]._forward_pre_hooks) == 0
    with pytest.raises(ValueError, match='none fired'):
        loss()


def test_loss_forgets_what_it_returned():
    """Each call covers the passes since the last one."""
    model = nn.BatchNorm1d(2).eval()
    loss = BNStatisticsLoss()
    with loss.watch(model):
        model(BATCH)
        assert_close(loss(), DISTANCE)
        with pytest.raises(ValueError, match='none fired'):
            loss()
        model(BATCH)
        assert_close(loss(), DISTANCE)


@pytest.mark.parametrize(
    'model', [nn.Linear(2, 2), nn.Sequential(nn.LayerNorm(2))]
)
def test_teacher_without_batchnorm_raises(model):
    """A loss of nothing is an error, not a 0."""
    with pytest.raises(ValueError, match='`teacher` must have a BatchNorm'):
        measure(model, BATCH)


def test_torchscript_raises():
    """Its layers take no hooks; the way on is said."""
    model = torch.jit.script(nn.Sequential(nn.BatchNorm1d(2))).eval()
    match = r'`bn_loss.loss_weight=0` .*TorchScript cannot be watched'
    with pytest.raises(ValueError, match=match):
        measure(model, BATCH)


def test_one_value_per_channel_and_image():
    """A pooled branch is measured over the batch's values."""
    model = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.BatchNorm2d(2)).eval()
    x = BATCH.view(2, 2, 1, 1) + torch.tensor([[-1.0, 1.0], [1.0, -1.0]])
    assert_close(measure(model, x), DISTANCE)


@pytest.mark.parametrize('shape', [(1, 2), (1, 2, 1, 1)])
def test_too_small_batch_raises(shape):
    """One value has no variance: the message names the batch size."""
    layer = nn.BatchNorm1d(2) if len(shape) == 2 else nn.BatchNorm2d(2)
    message = '`synthesis.batch_size` must be >= 2 .* but got 1'
    with pytest.raises(ValueError, match=message):
        measure(layer.eval(), torch.zeros(shape))


def test_gradient_reaches_the_input_alone():
    """A frozen teacher passes the gradient on and stays as it is."""
    model = nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.BatchNorm2d(2)
    )
    model.eval().requires_grad_(False)
    before = {k: v.clone() for k, v in model.state_dict().items()}
    x = torch.randn(3, 1, 5, 5, requires_grad=True)
    measure(model, x).backward()
    assert (x.grad != 0).all()
    assert all(parameter.grad is None for parameter in model.parameters())
    after = model.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)


def test_gradient_value():
    """One channel, mean term alone: d |mean - E| / d x = 1 / N."""
    layer = nn.BatchNorm1d(1).eval()
    x = torch.tensor([[1.0], [3.0]], requires_grad=True)
    layer.running_var.fill_(1.0)
    measure(layer, x).backward()
    # And of the variance 2 against 1: 2 (x - mean) / (N - 1).
    assert_close(x.grad, torch.tensor([[0.5 - 2], [0.5 + 2]]))


@pytest.mark.parametrize('loss_weight', [0.5, 10.0])
def test_loss_weight(loss_weight):
    """The loss is multiplied by its weight."""
    loss = measure(nn.BatchNorm1d(2).eval(), BATCH, loss_weight)
    assert_close(loss, loss_weight * DISTANCE)


def test_weight_0_does_not_look():
    """Turned off it is 0, hooks nothing and asks for no BatchNorm."""
    loss = BNStatisticsLoss(loss_weight=0.0)
    layer = nn.BatchNorm1d(2).eval()
    with loss.watch(layer):
        assert len(layer._forward_pre_hooks) == 0
        layer(BATCH)
        assert loss() == 0
    assert measure(nn.Linear(2, 2), BATCH, loss_weight=0.0) == 0


def test_half_precision_inputs():
    """Statistics are float32's, whatever the layer is handed."""
    layer = nn.BatchNorm2d(2).eval()
    x = (torch.randn(8, 2, 16, 16) + 30).bfloat16()
    with torch.autocast('cpu', dtype=torch.bfloat16):
        loss = measure(layer, x)
    assert loss.dtype == torch.float32
    assert_close(loss, measure(layer, x.float()))


def test_half_precision_gradients():
    """No copy in single precision is kept, and each value is rounded once."""
    layer = nn.BatchNorm2d(2).eval()
    x = (torch.randn(8, 2, 16, 16) + 30).bfloat16()
    half, single = x.clone().requires_grad_(), x.float().requires_grad_()
    kept = []

    def keep(tensor):
        kept.append((tensor.dtype, tensor.numel()))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = measure(layer, half)
    assert (torch.bfloat16, x.numel()) in kept
    assert (torch.float32, x.numel()) not in kept
    loss.backward()
    measure(layer, single).backward()
    assert half.grad.dtype == torch.bfloat16
    assert_close(half.grad.float(), single.grad, rtol=2**-8, atol=1e-9)
    # Unlike a sum of rounded terms, which 30 standard deviations would ruin.
    error = (half.grad.float() - single.grad).mean().abs()
    assert error < 1e-3 * single.grad.abs().mean()


@pytest.mark.parametrize(
    ('loss_weight', 'error', 'message'),
    [
        (-1.0, ValueError, '`loss_weight` must be >= 0.0, but got -1.0'),
        (None, TypeError, '`loss_weight` must be a number, but got None'),
    ],
)
def test_bad_loss_weight_raises(loss_weight, error, message):
    """The message has the name, rule and value."""
    with pytest.raises(error, match=message):
        BNStatisticsLoss(loss_weight=loss_weight)
