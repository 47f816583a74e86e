"""Small networks that inherit from wider and deeper ones of their kind."""

from collections.abc import Callable
from typing import Any, Optional

import torch
from torch import nn
from torch.nn import functional as F

from mmrazor_ssdkd.models.inheritance.channel_trace import ChannelTrace
from mmrazor_ssdkd.models.inheritance.channel_tracer import (
    Tracer,
    trace_channels,
)
from mmrazor_ssdkd.models.inheritance.heritage import Heritage


class Network(nn.Module):
    """Takes images as OpenMMLab's models do."""

    def forward(self, x: torch.Tensor, mode: str = 'tensor') -> torch.Tensor:
        """Returns logits."""
        return self.run(x)


def layer(
    before: int, after: int, kernel: int = 3, groups: int = 1
) -> nn.Sequential:
    """Returns a convolution with a norm and a ReLU."""
    return nn.Sequential(
        nn.Conv2d(
            before, after, kernel, 1, kernel // 2, groups=groups, bias=False
        ),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    )


def lose(x: torch.Tensor) -> torch.Tensor:
    """Returns the sum of each channel, in a way that nobody follows."""
    return torch.einsum('nchw,,->nc', x, *torch.ones(2))


def pool(x: torch.Tensor) -> torch.Tensor:
    """Returns the mean of each channel."""
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


class Heads(Network):
    """An auxiliary head that runs before or after the last layer."""

    def __init__(self, width: int, after: bool) -> None:
        super().__init__()
        self.first, self.second = layer(3, width), layer(width, width)
        self.aux = nn.Sequential(layer(width, width), nn.Conv2d(width, 3, 1))
        self.fc, self.after = nn.Conv2d(width, 3, 1), after

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the other head's."""
        x = self.first(x)
        if not self.after:
            self.aux(x)
        y = self.second(x)
        logits = F.interpolate(self.fc(y), scale_factor=2)
        if self.after:
            self.aux(x)
        return logits


class Scores(Network):
    """Adds up maps of scores, as LR-ASPP and FCN-8s do."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = layer(3, width), layer(width, width)
        self.low, self.high = (nn.Conv2d(width, 3, 1) for _ in '12')

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Returns logits of two layers."""
        x = self.first(x)
        y = self.second(x)
        return self.low(x) + self.high(y)


class TokensFirst(Network):
    """A map of (places, N, channels) before its last layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem, self.inner = layer(3, width), nn.Linear(width, width)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Returns logits of the mean token."""
        x = self.stem(x).flatten(2).permute(2, 0, 1)
        return self.fc(self.inner(x).mean(0))


class Residual(Network):
    """A stem and blocks of a residual stream."""

    def __init__(self, width: int = 4, depth: int = 2, inner: int = 6) -> None:
        super().__init__()
        self.stem = layer(3, width)
        self.blocks = nn.Sequential(
            *(
                nn.Sequential(layer(width, inner), layer(inner, width)[:2])
                for _ in range(depth)
            )
        )
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Adds up what the blocks give."""
        x = self.stem(x)
        for block in self.blocks:
            x = F.relu(x + block(x))
        return self.fc(pool(x))


class Grouped(Network):
    """A grouped convolution between two others."""

    def __init__(self, width: int, groups: int) -> None:
        super().__init__()
        self.stem = layer(3, width, 1)
        self.conv = layer(width, width, 3, groups)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Runs the layers in order."""
        return self.fc(pool(self.conv(self.stem(x))))


class Transposed(Network):
    """A transposed convolution, grouped or not, and a GroupNorm."""

    def __init__(self, width: int, groups: int = 1, norm: int = 1) -> None:
        super().__init__()
        self.stem = layer(3, width, 1)
        self.up = nn.ConvTranspose2d(width, width, 2, 2, groups=groups)
        self.norm = nn.GroupNorm(norm, width)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Runs the layers in order."""
        return self.fc(pool(F.relu(self.norm(self.up(self.stem(x))))))


class Squeeze(Network):
    """Squeeze and excitation of a depthwise layer's channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = layer(3, width, 1)
        self.conv = layer(width, width, 3, width)
        self.down = nn.Conv2d(width, width // 2, 1)
        self.up = nn.Conv2d(width // 2, width, 1)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Weighs each channel."""
        x = self.conv(self.stem(x))
        weights = self.up(F.relu(self.down(x.mean((2, 3), keepdim=True))))
        return self.fc(pool(x * weights.sigmoid()))


class Shuffled(Network):
    """Chunks, a concatenation and a shuffle of channels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = layer(3, width, 1)
        self.part = layer(width // 2, width // 2)
        self.conv = layer(width, width)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Lets the second half through a layer and mixes both."""
        left, right = self.stem(x).chunk(2, 1)
        x = torch.cat([left, self.part(right)], 1)
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return self.fc(pool(self.conv(x)))


class Dense(Network):
    """A layer that reads all layers before it."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.one = layer(3, width)
        self.two = layer(width, width)
        self.fc = nn.Linear(2 * width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Concatenates."""
        one = self.one(x)
        return self.fc(pool(torch.cat([one, self.two(one)], 1)))


class Flattened(Network):
    """A linear layer over all places of a feature map."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = layer(3, width)
        self.fc = nn.Linear(4 * width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Flattens 2x2 places."""
        return self.fc(F.adaptive_avg_pool2d(self.stem(x), 2).flatten(1))


class Attention(Network):
    """Patches, a class token, a position and one attention."""

    def __init__(self, width: int, heads: int, kind: str = 'sdpa') -> None:
        super().__init__()
        self.heads, self.kind = heads, kind
        self.patch = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.rand(1, 1, width))
        self.place = nn.Parameter(torch.rand(1, 5, width))
        self.norm = nn.LayerNorm(width)
        if kind == 'module':
            self.attention = nn.MultiheadAttention(
                width, heads, batch_first=True
            )
        else:
            self.qkv = nn.Linear(width, 3 * width)
            self.proj = nn.Linear(width, width)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Returns the logits of the class token."""
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], 1) + self.place
        x = x + self.attend(self.norm(x))
        return self.fc(x[:, 0])

    def attend(self, x: torch.Tensor) -> torch.Tensor:
        """Mixes tokens."""
        if self.kind == 'module':
            return self.attention(x, x, x, need_weights=False)[0]
        n, t, c = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, c // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        if self.kind == 'sdpa':
            x = F.scaled_dot_product_attention(q, k, v)
        else:
            weights = (q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5
            x = weights.softmax(-1) @ v
        return self.proj(x.transpose(1, 2).reshape(n, t, c))


class Shared(Network):
    """A layer that runs twice, changes in place, and a scale by itself."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = layer(3, width)
        self.twice = layer(width, width)
        self.scale = nn.Parameter(torch.rand(width))
        self.fc = nn.Linear(width, 3)
        self.register_buffer(
            'fixed', torch.arange(1.0, width + 1), persistent=False
        )

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Runs, adds and multiplies."""
        x = self.twice(self.twice(self.stem(x)))
        x += x * self.scale[:, None, None]
        x.mul_(2).relu_()
        return self.fc(pool(x * self.fixed[:, None, None]))


class Normalized(Network):
    """A convolution whose weights are normalised before it runs."""

    def __init__(self, width: int, kind: str) -> None:
        super().__init__()
        self.stem = layer(3, width)
        self.conv, self.kind = nn.Conv2d(width, width, 3), kind
        self.fc = nn.Linear(width, 3)
        if kind == 'parametrized':
            nn.utils.parametrizations.weight_norm(self.conv)
        elif kind == 'hooked':
            nn.utils.weight_norm(self.conv)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Takes weights of mean zero, or those that PyTorch makes."""
        x, weight = self.stem(x), self.conv.weight
        if self.kind == 'centred':
            weight = weight - weight.mean((1, 2, 3), keepdim=True)
            return self.fc(pool(F.conv2d(x, weight, self.conv.bias)))
        return self.fc(pool(self.conv(x)))


class Sorted(Network):
    """Channels that nobody can follow between two layers."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stem = layer(3, width)
        self.mid = nn.Linear(width, width)
        self.fc = nn.Linear(width, 3)

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """Hides the channels."""
        return self.fc(F.relu(self.mid(lose(self.stem(x)))))


def randomize(model: nn.Module) -> Any:
    """Gives a network weights and statistics that all differ."""
    for parameter in model.parameters():
        parameter.data.uniform_(-1, 1)
    for module in model.modules():
        if hasattr(module, 'running_var') and module.running_var is not None:
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 1.5)
    return model.eval()


def prefer(layer: Any, channels: list[int]) -> None:
    """Gives a layer large weights that make some channels."""
    rows = layer.weight.data.flatten(1)
    rows /= rows.norm(dim=1, keepdim=True)
    rows[channels] *= 10


def inherit(student: Any, teacher: Any, size: int = 8) -> Heritage:
    """Lets a network inherit from another."""
    images = torch.full((2, 3, size, size), 127.0)
    heritage = Heritage(student, teacher, images)
    heritage.copy_weights()
    return heritage


def trace(model: nn.Module, size: int = 8) -> ChannelTrace:
    """Follows a network's channels."""
    image = torch.rand(2, 3, size, size)
    return trace_channels(model.eval(), lambda: model(image), image)


def follow(
    function: Callable[..., torch.Tensor], channels: int = 4, size: int = 2
) -> Optional[torch.Tensor]:
    """Returns the ids of what a function makes of an image's channels."""
    image = torch.rand(2, channels, size, size)
    tracer = Tracer(nn.Module())
    tracer.start(image)
    with tracer:
        out = function(image)
    return tracer.get(out)


def images(count: int = 3, size: int = 8) -> torch.Tensor:
    """Returns random images."""
    return torch.rand(count, 3, size, size)
