"""Tests of the modulated task loss without a replay buffer."""

import pytest
import torch
from distillers import distiller, mapping, recorder
from mmrazor.registry import MODELS
from peers import KINDS, build_peer, peer
from torch.testing import assert_close
from toy_models import optimizers

from mmrazor_ssdkd.models import ModulatedTaskLoss, RecentTaskLoss


def logits(*labels: int) -> torch.Tensor:
    """Returns logits of three classes whose largest are the labels'."""
    chosen = torch.nn.functional.one_hot(torch.tensor(labels), 3)
    return torch.rand(len(labels), 3) + 2 * chosen


def shares(loss: RecentTaskLoss) -> list[float]:
    """Returns the loss's class shares."""
    return loss.class_frequency.tolist()


def test_without_phi_it_is_the_loss_of_mmrazor():
    """Value and gradient of DAFL's `OnehotLikeLoss`."""
    ours = RecentTaskLoss(3, gamma=0, diversity=False, loss_weight=0.5)
    theirs = MODELS.build(dict(type='mmrazor.OnehotLikeLoss', loss_weight=0.5))
    preds_T = torch.randn(8, 3, requires_grad=True)
    for _ in range(2):
        left, right = ours(preds_T), theirs(preds_T)
        assert_close(left, right)
        assert_close(
            *(torch.autograd.grad(loss, preds_T) for loss in (left, right))
        )


def test_phi_is_of_the_samples_before():
    """The first batch meets an empty window, the next one the first."""
    loss = RecentTaskLoss(3, gamma=1.0)
    plain = ModulatedTaskLoss(gamma=1.0)
    first, second = logits(0, 0, 1, 2), logits(0, 1)
    assert_close(loss(first), plain(first, torch.zeros(3)))
    shares_of_first = torch.tensor([0.5, 0.25, 0.25])
    assert_close(loss(second), plain(second, shares_of_first))


def test_oldest_samples_leave():
    """The window holds the last samples, whatever the batches were."""
    loss = RecentTaskLoss(3, window=4)
    assert shares(loss) == [0, 0, 0]
    loss(logits(0, 0, 1))
    assert_close(shares(loss), [2 / 3, 1 / 3, 0.0])
    loss(logits(2, 2))
    # 0, 1, 2, 2
    assert shares(loss) == [0.25, 0.25, 0.5]
    loss(logits(1, 1, 1))
    assert shares(loss) == [0, 0.75, 0.25]


def test_batch_that_is_larger_than_the_window():
    """Its last samples stay."""
    loss = RecentTaskLoss(3, window=2)
    loss(logits(0, 0, 0, 1, 2))
    assert shares(loss) == [0, 0.5, 0.5]


def test_pixels_count_and_images_leave():
    """A segmentor's shares are of pixels, its window of images."""
    loss = RecentTaskLoss(3, window=2)
    for labels in ([0, 0, 0, 1], [1, 1, 2, 2], [0, 2, 2, 2]):
        loss(logits(*labels).t().reshape(1, 3, 2, 2))
    assert shares(loss) == [1 / 8, 2 / 8, 5 / 8]


def test_eval_mode_counts_nothing():
    """A look at the loss is no step."""
    loss = RecentTaskLoss(3).eval()
    loss(logits(0, 1))
    assert shares(loss) == [0, 0, 0]


def test_checkpoint_has_the_window():
    """A loaded loss forgets the same samples next."""
    losses = [RecentTaskLoss(3, window=3) for _ in range(2)]
    losses[0](logits(0, 0, 1, 2))
    losses[1].load_state_dict(losses[0].state_dict())
    for loss in losses:
        loss(logits(2))
        assert_close(shares(loss), [0.0, 1 / 3, 2 / 3])


@pytest.mark.parametrize('kind', KINDS)
def test_trains_a_generator_of_mmrazor(kind):
    """It is a loss of the `generator_distiller`, and all that it has."""
    config = peer(
        kind,
        generator_distiller=distiller(
            dict(
                loss_task=dict(
                    type='mmrazor_ssdkd.RecentTaskLoss', num_classes=10
                )
            ),
            dict(loss_task=mapping(preds_T=(False, 'logits'))),
            {},
            dict(logits=recorder('teacher.head.fc')),
        ),
    )
    algorithm = build_peer(config)
    wrapper = optimizers(algorithm)
    data = dict(inputs=torch.zeros(6))
    before = [p.clone() for p in algorithm.generator.parameters()]
    logs = [algorithm.train_step(data, wrapper) for _ in range(2)]
    # An untrained teacher may see one class, whose phi is 0 from then on.
    assert logs[0]['generator.loss_task'] > 0
    moved = zip(before, algorithm.generator.parameters())
    assert any(not torch.equal(*pair) for pair in moved)
    loss = algorithm.generator_distiller.distill_losses['loss_task']
    assert loss.histograms.sum() == loss.num_seen == 12


def test_other_number_of_classes_raises():
    """The message names the config's key."""
    with pytest.raises(ValueError, match=r'`num_classes` must be 3.* got 5'):
        RecentTaskLoss(5)(logits(0))


@pytest.mark.parametrize(
    'settings',
    [dict(window=0), dict(num_classes=1), dict(gamma=-1.0)],
    ids=str,
)
def test_out_of_range_raises(settings):
    """Sizes and weights are checked when the loss is built."""
    (name,) = settings
    with pytest.raises(ValueError, match=f'`{name}` must be >='):
        RecentTaskLoss(**{'num_classes': 3, **settings})
