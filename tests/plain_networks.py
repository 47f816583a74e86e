"""Small networks that know nothing of OpenMMLab, as people write them."""

from collections import namedtuple
from typing import Any

import torch
from torch import nn

Outputs = namedtuple('Outputs', ['logits', 'aux'])


class PlainNet(nn.Module):
    """A classifier or segmentor of some layers.

    Args:
        width (int): Channels. Defaults to 8.
        gives (str): What comes out: 'tensor', 'tuple', 'dict' or 'object'.
        channels (int): Of an image. Defaults to 1.
        maps (bool): Whether it segments. Defaults to False.
        logits (int): Of an image or a pixel. Defaults to 10.
    """

    def __init__(
        self,
        width: int = 8,
        gives: str = 'tensor',
        channels: int = 1,
        maps: bool = False,
        logits: int = 10,
    ) -> None:
        super().__init__()
        self.gives, self.maps = gives, maps
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.body = nn.Conv2d(width, width, 3, stride=2, padding=1)
        self.body_norm = nn.BatchNorm2d(width)
        self.fc = (
            nn.Conv2d(width, logits, 1) if maps else nn.Linear(width, logits)
        )

    def init_weights(self) -> None:
        """Is the network's own affair, as timm's is."""
        nn.init.zeros_(self.fc.weight)

    def forward(self, x: torch.Tensor) -> Any:
        """Returns logits, and more if it is asked to."""
        x = self.norm(self.stem(x)).relu()
        x = self.body_norm(self.body(x)).relu()
        logits = self.fc(x if self.maps else x.mean(dim=(2, 3)))
        return {
            'tensor': logits,
            'tuple': (x, logits),
            'dict': dict(aux=x, out=logits),
            'object': Outputs(logits, x),
        }[self.gives]


FILE = '''
"""A network of a user, with a part beside it."""
from {part} import Part

class Net(Part):
    pass

def build_model(width=4):
    return Net(width)

network = build_model()
number = 3
'''
PART = """
from torch import nn

class Part(nn.Sequential):
    def __init__(self, width):
        super().__init__(nn.Conv2d(1, width, 3), nn.BatchNorm2d(width),
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Linear(width, 10))
"""


def adapter(width: int = 8, **settings: Any) -> dict[str, Any]:
    """Config of a plain classifier in its adapter."""
    module = dict(type='plain_networks:PlainNet', width=width)
    return {
        **dict(
            type='mmrazor_ssdkd.TorchClassifier',
            module=module,
            mean=[100.0],
            std=[50.0],
        ),
        **settings,
    }
