"""What Fast-Datafree does otherwise, as settings."""

import copy

import pytest
import torch
from toy_models import (
    build,
    optimizers,
    same,
    segmentation,
    snapshot,
    ssdkd,
    steps,
)

from mmrazor_ssdkd.models.losses import kl_divergence


def reptile(**settings):
    """Returns an algorithm whose rounds begin from a learnt start."""
    synthesis = dict(type='mmrazor_ssdkd.ReptileInversion', iters=3)
    return build(ssdkd(synthesis={**synthesis, **settings}))


def weights(generator):
    """Returns copies of what the generator has learnt."""
    return {
        name: value.detach().clone()
        for name, value in generator.named_parameters()
        if name != 'latent'
    }


@pytest.mark.parametrize('meta_rate', [0.25, 1.0])
def test_the_start_moves_a_part_of_the_way(meta_rate, monkeypatch):
    algorithm = reptile(meta_rate=meta_rate)
    wrapper = optimizers(algorithm)['generator']
    ends = []
    parent = type(algorithm.synthesis).__mro__[1]
    run = parent.run

    def spy(*args):
        found = run(*args)
        ends.append(weights(algorithm.generator))
        return found

    monkeypatch.setattr(parent, 'run', spy)
    start = weights(algorithm.generator)
    algorithm.synthesize(wrapper)
    for name, value in weights(algorithm.generator).items():
        way = start[name] + meta_rate * (ends[0][name] - start[name])
        torch.testing.assert_close(value, way)
        assert not torch.equal(ends[0][name], start[name])


def test_no_gradient_of_a_round_reaches_the_next():
    """Not where steps wait for several gradients, either."""
    algorithm = reptile()
    wrapper = optimizers(algorithm)['generator']
    wrapper._accumulative_counts = 2
    algorithm.synthesize(wrapper)
    assert all(p.grad is None for p in algorithm.generator.parameters())


def test_each_round_has_a_new_optimizer():
    algorithm = reptile()
    wrapper = optimizers(algorithm)['generator']
    for _ in range(2):
        algorithm.synthesize(wrapper)
        taken = {int(s['step']) for s in wrapper.optimizer.state.values()}
        assert taken == {3}


@pytest.mark.parametrize('meta_rate', [0, 1.5, -1])
def test_meta_rate_out_of_range(meta_rate):
    with pytest.raises(ValueError, match=r'`synthesis\.meta_rate` must be'):
        reptile(meta_rate=meta_rate)


@pytest.mark.parametrize('config', [ssdkd, segmentation])
def test_adversarial_term_where_both_agree(config):
    """Elsewhere it is 0, and so is its gradient."""
    synthesis = dict(adversarial_where='agree', adversarial_weight=2.0)
    algorithm = build(config(synthesis=synthesis))
    algorithm.eval()
    images = 255 * torch.rand(8, algorithm.generator.channels, 32, 32)
    preds_T = algorithm.predict_teacher(images).detach().requires_grad_()
    preds_S = algorithm.predict_student(images, preds_T).detach()
    # Half of the images are the other's worst class.
    preds_S[:4].copy_(-preds_T.detach()[:4])
    preds_S[4:].copy_(2 * preds_T.detach()[4:])
    algorithm.predict_student = lambda *_: preds_S
    loss = algorithm.synthesis._adversarial_loss(algorithm, images, preds_T)
    expected = kl_divergence(preds_S[4:], preds_T[4:]).sum() / 8
    torch.testing.assert_close(loss, -2.0 * expected)
    loss.backward()
    assert not preds_T.grad[:4].any()
    assert preds_T.grad[4:].any()


def recipe(seed: int):
    """Returns an algorithm with all of it, and its optimizers."""
    config = ssdkd(
        bn_loss=dict(type='mmrazor_ssdkd.SmoothedBNLoss'),
        synthesis=dict(
            type='mmrazor_ssdkd.ReptileInversion',
            labels='uniform',
            adversarial_where='agree',
        ),
        replay_buffer=dict(alpha=0.0, beta=0.0),
    )
    algorithm = build(config, seed)
    return algorithm, optimizers(algorithm)


def test_the_whole_recipe_trains_and_resumes():
    straight, wrapper = recipe(seed=0)
    steps(straight, wrapper, 3)
    state = copy.deepcopy(straight.state_dict())
    optimizer_state = copy.deepcopy(wrapper.state_dict())
    steps(straight, wrapper, 4)

    resumed, wrapper = recipe(seed=1)
    resumed.load_state_dict(state)
    wrapper.load_state_dict(optimizer_state)
    steps(resumed, wrapper, 4)
    assert same(snapshot(resumed.student), snapshot(straight.student))
    assert same(snapshot(resumed.generator), snapshot(straight.generator))
