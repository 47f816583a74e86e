"""Tests of mixed precision without a loss scaler."""

import pytest
import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from mmrazor.models.losses import KLDivergence
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from mmrazor_ssdkd.engine import Bf16OptimWrapper, bf16_optim_wrapper
from mmrazor_ssdkd.engine.bf16_optim_wrapper import _pays, trial_ratio


def make(model: nn.Module, **settings) -> Bf16OptimWrapper:
    """Returns a wrapper around plain gradient descent, turned on."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    settings = {'enabled': True, **settings}
    return Bf16OptimWrapper(optimizer=optimizer, **settings)


def test_matmul_is_bfloat16_inside():
    """Inside matrix products are bfloat16, before and after float32."""
    model = nn.Linear(4, 3)
    wrapper = make(model)
    x = torch.randn(2, 4)
    assert model(x).dtype == torch.float32
    with wrapper.optim_context(model):
        assert (x @ x.t()).dtype == torch.bfloat16
        assert model(x).dtype == torch.bfloat16
    assert (x @ x.t()).dtype == torch.float32
    assert model(x).dtype == torch.float32


def test_model_without_parameters():
    """It runs where the optimizer's are."""
    x = torch.randn(2, 4)
    with make(nn.Linear(4, 3)).optim_context(nn.Identity()):
        assert (x @ x.t()).dtype == torch.bfloat16


def runs_in(model: nn.Module, **settings) -> torch.dtype:
    """Returns a layer's dtype, its processor asked anew."""
    _pays.cache_clear()
    with make(model, **settings).optim_context(model):
        dtype = model(torch.randn(2, 4)).dtype
    _pays.cache_clear()
    assert not torch.is_autocast_enabled('cpu')
    return dtype


@pytest.mark.parametrize('amx', [True, False])
@pytest.mark.parametrize('enabled', [True, False, None])
def test_enabled(amx, enabled, monkeypatch):
    """By itself where it pays, which it does with AMX."""
    monkeypatch.setattr(torch.cpu, '_is_amx_tile_supported', lambda: amx)
    monkeypatch.setattr(
        torch.cpu, '_is_avx512_bf16_supported', lambda: False, raising=False
    )
    on = amx if enabled is None else enabled
    expected = torch.bfloat16 if on else torch.float32
    assert runs_in(nn.Linear(4, 3), enabled=enabled) == expected


@pytest.mark.parametrize('ratio', [0.7, 1.3])
def test_a_trial_decides(ratio, monkeypatch):
    """On a processor that has bfloat16 in AVX-512 alone."""
    for name, there in (('amx_tile', False), ('avx512_bf16', True)):
        monkeypatch.setattr(
            torch.cpu,
            f'_is_{name}_supported',
            lambda there=there: there,
            raising=False,
        )
    monkeypatch.setattr(bf16_optim_wrapper, 'trial_ratio', lambda: ratio)
    expected = torch.bfloat16 if ratio < 1 else torch.float32
    assert runs_in(nn.Linear(4, 3), enabled=None) == expected


@pytest.mark.parametrize('ratio', [0.7, 1.3])
def test_a_resumed_run_goes_on_as_it_was(ratio, monkeypatch):
    """Whatever a trial would say by then; `enabled` has the last word."""
    model = nn.Linear(4, 3)
    first = make(model, enabled=ratio < 1)
    assert 'bfloat16' not in first.state_dict()
    with first.optim_context(model):
        pass
    state = first.state_dict()
    monkeypatch.setattr(bf16_optim_wrapper, '_pays', lambda _: ratio > 1)
    for enabled, on in ((None, ratio < 1), (True, True), (False, False)):
        resumed = make(model, enabled=enabled)
        resumed.load_state_dict(state)
        with resumed.optim_context(model):
            assert torch.is_autocast_enabled('cpu') == on
        assert resumed.state_dict()['bfloat16'] == on


def test_states_of_others(monkeypatch):
    """One from before, or of another wrapper; and one that says nonsense."""
    monkeypatch.setattr(bf16_optim_wrapper, '_pays', lambda _: True)
    model = nn.Linear(4, 3)
    wrapper = make(model, enabled=None)
    state = wrapper.state_dict()
    wrapper.load_state_dict(state)
    with wrapper.optim_context(model):
        assert torch.is_autocast_enabled('cpu')
    OptimWrapper(wrapper.optimizer).load_state_dict(wrapper.state_dict())
    with pytest.raises(TypeError, match=r"`optimizer.bfloat16`.*'yes'"):
        wrapper.load_state_dict({**state, 'bfloat16': 'yes'})


def test_the_trial_leaves_the_random_numbers_alone():
    """A run is the same whether its processor was tried or not."""
    state = torch.get_rng_state()
    with torch.no_grad():
        assert trial_ratio() > 0
    assert torch.equal(torch.get_rng_state(), state)


def test_enabled_is_a_switch():
    """Anything else is an error that names it."""
    with pytest.raises(TypeError, match=r"`enabled` .*'auto'"):
        make(nn.Linear(4, 3), enabled='auto')


def test_context_ends_with_an_exception():
    """A forward pass that fails does not leave autocast on."""
    model = nn.Linear(4, 3)
    with pytest.raises(RuntimeError), make(model).optim_context(model):
        model(torch.randn(2, 5))
    assert not torch.is_autocast_enabled('cpu')


def test_step_is_that_of_float32():
    """Weights and gradients stay float32, and nearly equal to its own."""
    model, plain = nn.Linear(64, 3), nn.Linear(64, 3)
    plain.load_state_dict(model.state_dict())
    x = torch.randn(32, 64)
    wrapper = make(model)
    with wrapper.optim_context(model):
        loss = model(x).float().square().mean()
    wrapper.update_params(loss)
    before = plain.weight.detach().clone()
    plain(x).square().mean().backward()
    expected = before - 0.1 * plain.weight.grad
    assert model.weight.dtype == torch.float32
    assert model.weight.grad is None or (
        model.weight.grad.dtype == torch.float32
    )
    assert not torch.equal(model.weight, before)
    assert_close(model.weight, expected, atol=1e-3, rtol=0)


def test_softmaxes_are_float32():
    """MMRazor's divergence at a high temperature, and its gradient."""
    torch.manual_seed(0)
    loss = KLDivergence(tau=20, reduction='batchmean')
    preds_T = torch.randn(64, 10).bfloat16()
    preds_S = preds_T + 0.3 * torch.randn(64, 10).bfloat16()
    half, single = (
        preds.clone().requires_grad_() for preds in (preds_S, preds_S.float())
    )
    model = nn.Linear(4, 3)
    with make(model).optim_context(model):
        found = loss(half, preds_T)
    expected = loss(single, preds_T.float())
    # In bfloat16 a quarter is missing, and a third of the gradient is wrong.
    assert_close(found, expected, rtol=1e-2, atol=0)
    found.backward()
    expected.backward()
    error = (half.grad.float() - single.grad).norm() / single.grad.norm()
    assert error < 0.02
    # Outside nothing is changed.
    assert preds_T.softmax(1).dtype == torch.bfloat16


@pytest.mark.parametrize(
    'softmax',
    [
        *(F.softmax, F.log_softmax, F.softmin, F.gumbel_softmax),
        *(torch.softmax, torch.log_softmax, torch.logsumexp),
        *(torch.special.softmax, torch.special.log_softmax),
        torch.special.logsumexp,
        *(torch.Tensor.softmax, torch.Tensor.log_softmax),
        torch.Tensor.logsumexp,
    ],
)
def test_softmaxes_by_any_name(softmax):
    """With the logits first, or by keyword where they can be given so."""
    logits = torch.randn(4, 3).bfloat16()
    model = nn.Linear(4, 3)
    with make(model).optim_context(model):
        assert softmax(logits, dim=1).dtype == torch.float32
        if softmax is torch.softmax:
            found = softmax(input=logits, dim=1)
            assert found.dtype == torch.float32
        # What is float64 stays so.
        assert softmax(logits.double(), dim=1).dtype == torch.float64


@pytest.mark.parametrize('dilation', [1, 2, 4])
@pytest.mark.parametrize(
    'layout', [torch.contiguous_format, torch.channels_last]
)
def test_gradient_of_a_depthwise_convolution(dilation, layout):
    """Near that of float32, which oneDNN's own is not for dilated ones."""
    torch.manual_seed(0)
    model = nn.Conv2d(96, 96, 3, 1, dilation, dilation, groups=96)
    model = model.to(memory_format=layout)
    x = torch.randn(8, 96, 24, 32).contiguous(memory_format=layout)
    model(x).square().mean().backward()
    expected = model.weight.grad.clone()
    model.zero_grad()
    with make(model).optim_context(model):
        loss = model(x).float().square().mean()
    loss.backward()
    error = (model.weight.grad - expected).norm() / expected.norm()
    assert error < 0.02
    assert not model._forward_pre_hooks


def test_accumulation():
    """mmengine's gradient accumulation works as in its own wrappers."""
    model = nn.Linear(4, 3)
    before = model.weight.detach().clone()
    wrapper = make(model, accumulative_counts=2)
    wrapper.initialize_count_status(model, 0, 4)
    for step in range(2):
        assert torch.equal(model.weight, before), step
        with wrapper.optim_context(model):
            loss = model(torch.ones(2, 4)).float().square().mean()
        wrapper.update_params(loss)
    assert not torch.equal(model.weight, before)


def test_builds_from_config():
    """A config with the prefix builds one, on a machine without a GPU too."""
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
    cfg = dict(type='mmrazor_ssdkd.Bf16OptimWrapper', optimizer=optimizer)
    assert isinstance(OPTIM_WRAPPERS.build(cfg), Bf16OptimWrapper)
