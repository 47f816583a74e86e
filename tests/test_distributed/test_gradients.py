"""Gradients of two processes, played by one."""

import pytest
import torch
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
