"""What a network costs."""

import torch
from torch import nn

from mmrazor_ssdkd.measuring import cost_table, count_macs, latency, measure


def test_convolution_and_linear_layer():
    """Counted by hand, and nothing changes by it."""
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.Flatten(),
        nn.Linear(8 * 16, 5),
    ).train()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    cost = measure(network, torch.rand(1, 3, 4, 4))
    assert cost.parameters == 3 * 8 * 9 + 16 + 128 * 5 + 5
    assert cost.macs == 3 * 8 * 9 * 16 + 128 * 5
    assert 4 * cost.parameters < cost.nbytes < 4 * cost.parameters + 8000
    assert cost.seconds > 0
    assert network.training
    after = network.state_dict()
    assert all(torch.equal(after[key], before[key]) for key in before)


def test_attention_counts():
    """Both products of it, fused or not."""

    class Attention(nn.Module):
        def forward(self, x):
            return nn.functional.scaled_dot_product_attention(x, x, x)

    x = torch.rand(1, 2, 16, 8)
    assert count_macs(Attention(), x) == 2 * 2 * 16 * 16 * 8
    layer = nn.MultiheadAttention(8, 2, batch_first=True).eval()

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def forward(self, x):
            return self.layer(x, x, x, need_weights=False)[0]

    products = 2 * 16 * 16 * 8
    assert count_macs(Layer(), x[0, :1]) == products + 16 * 8 * 8 * 4


def test_latency_is_a_median(monkeypatch):
    """One slow run counts for nothing, nor does the first."""
    times = iter([0, 1, 1, 2, 2, 3, 3, 90, 90, 91])
    monkeypatch.setattr(
        'mmrazor_ssdkd.measuring.perf_counter', lambda: next(times)
    )
    runs = []
    assert latency(lambda: runs.append(1)) == 1
    assert len(runs) == 6


def test_table_has_a_line_for_each():
    """With units."""
    cost = measure(nn.Linear(1000, 1000), torch.rand(1, 1000))
    head, first, second = cost_table(dict(a=cost, longer=cost)).split('\n')
    assert len(first) == len(second) == len(head)
    assert '1.001 M' in first and '1.00 M' in first and 'MB' in first
