"""What a forward pass tells of a network's channels."""

from dataclasses import dataclass, field

import torch

from .feature_maps import GivenOutput

__all__ = ['ChannelTrace', 'Slot']

# A tensor of the state dict and one of its dimensions.
Slot = tuple[str, int]


@dataclass
class ChannelTrace:
    """Which channels of a network are one and the same.

    Channels have ids. Those that an addition, a norm or a depthwise layer
    ties together have the same: a residual stream's are chosen once.

    Attributes:
        slots (dict): The ids along a dimension of a tensor, (size,), by name
            and dimension. A dimension that is not there has no channels, or
            none that could be followed.
        inputs (dict): The ids of all channels that a convolution or linear
            layer reads, by the name of its weight. A grouped convolution's
            weight has room for those of one group alone.
        outputs (dict): The ids of all that it makes. A grouped transposed
            convolution's weight has room for those of one group alone.
        groups (dict): The groups of a convolution, by its weight's name.
        taken (dict): The dimension of its weight that stands for them.
        normalized (set): Weights that are normalised or otherwise changed
            before the layer takes them.
        bare (set): Weights of layers whose output no norm takes next.
        centred (set): Weights of layers whose output a norm takes next that
            takes the mean from each channel.
        image (torch.Tensor): The ids of the image's channels, (channels,).
        logits (set): The ids of the logits' channels.
        last (int): How many layers had run before the last one that made
            some of them, or the last of all where none was found.
        number (int): How many images there were.
        known (set): The ids of channels that were followed from where they
            were made.
        outputs_of (dict): What modules give, by name, in the order that they
            were through. A module that gives several tensors, or runs twice,
            is not there.
        parts (list): The ids of all channels that a chunk or the like took
            some of, and of those, in the order that they were taken.
        blocks (list): Channels that only go together, such as the groups of
            a convolution or the heads of an attention: matrices of ids,
            (blocks, channels of a block), whose rows belong to one another.
    """

    slots: dict[Slot, torch.Tensor] = field(default_factory=dict)
    inputs: dict[str, torch.Tensor] = field(default_factory=dict)
    outputs: dict[str, torch.Tensor] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    outputs_of: dict[str, GivenOutput] = field(default_factory=dict)
    parts: list[tuple[torch.Tensor, torch.Tensor]] = field(
        default_factory=list
    )
    blocks: list[list[torch.Tensor]] = field(default_factory=list)
    normalized: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    centred: set[str] = field(default_factory=set)
    known: set[int] = field(default_factory=set)
    image: torch.Tensor = field(default_factory=lambda: torch.zeros(0).long())
    logits: set[int] = field(default_factory=set)
    last: int = 0
    number: int = 0
