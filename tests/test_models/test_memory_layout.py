"""Tests of networks with their channels last."""

import pytest
import torch
from torch import nn
from warm_start import run_script

from mmrazor_ssdkd.models.memory_layout import use_channels_last

# In a process of its own, which a fault would end.
BACKWARD = """
import torch
from torch import nn
import mmrazor_ssdkd
from mmrazor_ssdkd.models.memory_layout import use_channels_last

for channels in (1, 3, 4, 8, 15, 16):
    for stride in (2, (1, 2)):
        torch.manual_seed(channels)
        layer = nn.Conv2d(channels, 24, 1, stride, bias=False)
        exact = nn.Conv2d(channels, 24, 1, stride, bias=False).double()
        exact.load_state_dict(layer.state_dict())
        use_channels_last(layer)
        x = torch.randn(8, channels, 16, 16)
        out = layer(x.contiguous(memory_format=torch.channels_last))
        grad = torch.randn(out.shape)
        out.backward(grad.contiguous(memory_format=torch.channels_last))
        exact(x.double()).backward(grad.double())
        torch.testing.assert_close(
            layer.weight.grad.double(), exact.weight.grad, rtol=1e-4, atol=1e-4
        )
print('done')
"""


def is_last(tensor):
    """Returns whether a tensor's channels are last."""
    return tensor.is_contiguous(memory_format=torch.channels_last)


def images(channels):
    """Returns images with their channels last."""
    x = torch.rand(2, channels, 8, 8, requires_grad=True)
    return x.contiguous(memory_format=torch.channels_last)


@pytest.mark.slow
def test_gradients_of_strided_layers_of_few_channels(tmp_path):
    """They crash in this layout, on PyTorch 2.13."""
    (tmp_path / 'backward.py').write_text(BACKWARD)
    code, printed = run_script(tmp_path / 'backward.py')
    assert code == 0, printed[-2000:]
    assert printed.splitlines()[-1] == 'done'


@pytest.mark.parametrize(
    ('layer', 'kept'),
    [
        (nn.Conv2d(4, 6, 1, 2), False),
        (nn.Conv2d(15, 6, 1, (1, 2)), False),
        (nn.Conv2d(32, 32, 1, 2, groups=4), False),
        (nn.Conv2d(16, 6, 1, 2), True),
        (nn.Conv2d(4, 6, 1), True),
        (nn.Conv2d(4, 6, 3, 2, 1), True),
        (nn.Conv2d(4, 6, (1, 3), 2), True),
    ],
)
def test_which_layers_keep_the_layout(layer, kept):
    model = nn.Sequential(layer)
    x = images(layer.in_channels)
    with torch.no_grad():
        expected = layer(x)
    seen = []
    use_channels_last(model)
    layer.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    out = model(x)
    assert torch.allclose(out, expected, atol=1e-6)
    # A hook is seen by those after it alone.
    assert is_last(seen[0]) is kept
    assert is_last(out)


def test_gradients_reach_what_comes_before():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1, 2), nn.Conv2d(4, 2, 3)
    )
    use_channels_last(model)
    model(images(3)).square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in model.parameters())


def test_weights_are_the_same_values():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1, 2))
    before = {k: v.clone() for k, v in model.state_dict().items()}
    use_channels_last(model)
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(v.equal(before[k]) for k, v in after.items())
    assert is_last(model[0].weight)


def test_weights_of_more_dimensions_stay():
    """torch's own way refuses a network that has a single one."""
    network = nn.Conv2d(16, 6, 3)
    network.register_buffer('places', torch.rand(2, 2, 2, 2, 2))
    network.register_parameter('offset', nn.Parameter(torch.rand(1, 2, 2)))
    before = {k: v.clone() for k, v in network.state_dict().items()}
    weight = network.weight
    use_channels_last(network)
    assert network.weight is weight and is_last(network.weight)
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
