"""Gradients of two processes, played by one."""

import pytest
import torch
from mmengine.optim import OptimWrapper
from torch import nn

from mmrazor_ssdkd.distributed import gradients

INF = float('inf')


def parameter(*grad: float) -> nn.Parameter:
    """Returns one with a gradient."""
    found = nn.Parameter(torch.ones(len(grad)))
    found.grad = torch.tensor(grad)
    return found


@pytest.fixture
def clip(monkeypatch):
    """Clips a shared gradient and an own one; another process has a 7."""

    def clip_both(shared: float, own: float, *args, **kwargs):
        def with_other(norms: torch.Tensor) -> torch.Tensor:
            assert norms.tolist()[1] == 0
            return norms + torch.tensor([0.0, 7.0])

        monkeypatch.setattr(gradients, 'num_processes', lambda: 2)
        monkeypatch.setattr(gradients, 'sum_over_processes', with_other)
        both = [parameter(shared), parameter(own)]
        total = gradients._norm_clipping(both[1:])(both, *args, **kwargs)
        return total, [float(p.grad) for p in both]

    return clip_both


@pytest.mark.parametrize('norm_type', [1.0, 2.0, 3.0, INF, 'inf'])
def test_clipping_by_any_norm(clip, norm_type):
    """As one process clips all three."""
    together = [parameter(value) for value in (5.0, 6.0, 7.0)]
    expected = nn.utils.clip_grad_norm_(together, 1.0, norm_type)
    total, grads = clip(5.0, 6.0, max_norm=1.0, norm_type=norm_type)
    torch.testing.assert_close(total, expected)
    assert grads == pytest.approx([float(p.grad) for p in together[:2]])


def test_clipping_what_is_not_finite(clip):
    """Raises where it is to, with the gradients as they were."""
    with pytest.raises(RuntimeError, match='non-finite'):
        clip(5.0, INF, max_norm=1.0, error_if_nonfinite=True)
    total, _ = clip(5.0, INF, max_norm=1.0)
    assert total == INF


@pytest.fixture
def update(monkeypatch):
    """Updates where another process has gradients of its own."""

    def update_both(other: list[nn.Parameter], wrapper: OptimWrapper, loss):
        held = wrapper.optimizer.param_groups[0]['params']
        found = [p.grad is not None for p in other]
        theirs = [p.grad if g else 0 * p for p, g in zip(other, found)]
        present = torch.tensor(found, dtype=torch.float)

        def average(tensors) -> None:
            tensors = list(tensors)
            assert len(tensors) == len(held) + 1
            for tensor, their in zip(tensors, [*theirs, present]):
                tensor.copy_((tensor + their) / 2)

        monkeypatch.setattr(gradients, 'num_processes', lambda: 2)
        monkeypatch.setattr(gradients, 'average_tensors', average)
        gradients.update(loss, wrapper)

    return update_both


def test_weights_without_a_gradient(update):
    """No decay moves what no process uses; what another one uses does."""
    used, theirs, unused = (nn.Parameter(torch.ones(1)) for _ in range(3))
    wrapper = OptimWrapper(
        torch.optim.SGD([used, theirs, unused], lr=0.1, weight_decay=0.5)
    )
    other = [parameter(1.0), parameter(4.0), nn.Parameter(torch.ones(1))]
    update(other, wrapper, (3.0 * used).sum())
    # Of the gradients 2, 2 and none.
    assert [float(p) for p in (used, theirs)] == pytest.approx([0.75, 0.75])
    assert float(unused) == 1
    assert unused not in wrapper.optimizer.state
