"""Finds out which channels of a network are one and the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from . import channel_rules as rules
from .channel_ids import ChannelIds

__all__ = ['ChannelTrace', 'trace_channels']

# Where the functions of norms take their weight.
_NORM_WEIGHT = dict(batch_norm=3, instance_norm=3, group_norm=2, layer_norm=2)
# A tensor of the state dict and one of its dimensions.
Slot = tuple[str, int]


@dataclass
class ChannelTrace:
    """What a forward pass tells of a network's channels.

    Channels have ids. Those that an addition, a norm or a depthwise layer
    ties together have the same: a residual stream's are chosen once.

    Attributes:
        slots (dict): The ids along a dimension of a tensor, (size,), by name
            and dimension. A dimension that is not there has no channels, or
            none that could be followed.
        inputs (dict): The ids of all channels that a convolution or linear
            layer reads, by the name of its weight. A grouped convolution's
            weight has room for those of one group alone.
        groups (dict): The groups of a convolution, by its weight's name.
        taken (dict): The dimension of its weight that stands for them.
        norms (set): The weights of norms.
        bare (set): Weights of layers whose output no norm takes next.
        blocks (list): Channels that only go together, such as the groups of
            a convolution or the heads of an attention: matrices of ids,
            (blocks, channels of a block), whose rows belong to one another.
    """

    slots: dict[Slot, torch.Tensor] = field(default_factory=dict)
    inputs: dict[str, torch.Tensor] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    norms: set[str] = field(default_factory=set)
    blocks: list[list[torch.Tensor]] = field(default_factory=list)
    bare: set[str] = field(default_factory=set)


@torch.no_grad()
def trace_channels(
    model: nn.Module, forward: Callable[[], Any], image: torch.Tensor
) -> ChannelTrace:
    """Follows the channels through a forward pass.

    MMRazor's ``ChannelAnalyzer`` runs on today's torch, but was not taken: it
    knows no transposed convolution and no GroupNorm or LayerNorm, drops what
    it cannot prune without a word, gives all groups of a convolution one
    choice, fails on a residual stream that is split, and takes 4 to 25
    seconds for a network of 224x224 pixels, where this takes under one.

    Args:
        model (nn.Module): The network, in eval mode.
        forward (Callable): Runs it on ``image``.
        image (torch.Tensor): The images that it starts from, (N, C, H, W).

    Returns:
        ChannelTrace: The network's channels.
    """
    tracer = _Tracer(model)
    tracer.label(image, tracer.ids.fresh(image.shape[1]), 1)
    with tracer:
        forward()
    return tracer.result()


class _Tracer(TorchFunctionMode):
    """Carries a tensor of channel ids beside each tensor of a forward pass."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.ids = ChannelIds()
        self._trace = ChannelTrace()
        state = dict(model.named_parameters()) | dict(model.named_buffers())
        self._names = {id(tensor): name for name, tensor in state.items()}
        # The tensors stay alive, or another could get the same id().
        self._labels: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        self._made_by: dict[int, str] = {}

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Optional[dict] = None,
    ) -> Any:
        """Runs a function and works out its result's ids."""
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        name = getattr(func, '__name__', '')
        call = rules.Call(name, func, tuple(args), kwargs, out)
        if name in rules.PROPERTIES:
            return out
        if self.is_layer(call):
            self._follow_layer(call)
        else:
            rules.follow(self, call)
        return out

    def label(self, tensor: torch.Tensor, ids: torch.Tensor, dim: int) -> None:
        """Gives a tensor ids along a dimension."""
        shape = [1] * tensor.dim()
        shape[dim] = -1
        self.put(tensor, ids.view(shape).expand(tensor.shape))

    def put(self, tensor: Any, labels: Optional[torch.Tensor]) -> None:
        """Notes a tensor's ids, or forgets them."""
        if labels is None:
            self._labels.pop(id(tensor), None)
        else:
            self._labels[id(tensor)] = (tensor, rules.shrink(labels))

    def get(self, tensor: Any) -> Optional[torch.Tensor]:
        """Returns a tensor's ids, of its shape; None if it has none."""
        return self._labels.get(id(tensor), (None, None))[1]

    def name(self, tensor: Any) -> Optional[str]:
        """Returns a tensor's name in the state dict."""
        return self._names.get(id(tensor))

    def adopt(self, tensor: torch.Tensor) -> None:
        """Gives a parameter of one value a channel, used by itself, ids."""
        wide = [dim for dim, size in enumerate(tensor.shape) if size > 1]
        name = self.name(tensor)
        if name is not None and len(wide) == 1 and self.get(tensor) is None:
            ids = self.ids.fresh(tensor.shape[wide[0]])
            self.label(tensor, self.tie(tensor, wide[0], ids), wide[0])

    def tie(self, tensor: Any, dim: int, ids: torch.Tensor) -> torch.Tensor:
        """Ties a dimension of one of the model's tensors to ids."""
        name = self.name(tensor)
        if name is not None:
            known = self._trace.slots.setdefault((name, dim), ids)
            self.ids.unify(known, ids)
        return ids

    def is_layer(self, call: rules.Call) -> bool:
        """Returns whether a call is a layer's with weights of the model."""
        if call.name not in (*rules.WEIGHTED, *rules.NORMS):
            return False
        return self.get(call.args[0]) is not None

    def result(self) -> ChannelTrace:
        """Returns the trace, each channel under one id."""
        trace = self._trace
        trace.slots = {k: self.ids.find(v) for k, v in trace.slots.items()}
        trace.inputs = {k: self.ids.find(v) for k, v in trace.inputs.items()}
        trace.blocks = [
            [self.ids.find(matrix) for matrix in block]
            for block in trace.blocks
        ]
        return trace

    def read(self, tensor: Any, dim: int) -> Optional[torch.Tensor]:
        """Returns the ids that a layer reads along a dimension, (size,).

        Ids that differ along others, such as those of a class token beside
        an image's, meet the same weight and so become one.

        Returns:
            torch.Tensor | None: None where the dimension holds no channels.
        """
        labels = self.get(tensor)
        if labels is None:
            return None
        dim %= labels.dim()
        rows = labels.movedim(dim, -1).reshape(-1, labels.shape[dim])
        if rows.shape[1] > 1 and bool((rows == rows[:, :1]).all()):
            return None
        ids = rows.amax(dim=0)
        self.ids.unify(rows, ids.expand(rows.shape))
        return ids

    def go_together(self, *matrices: torch.Tensor) -> None:
        """Notes blocks of channels, (blocks, channels of a block) each."""
        self._trace.blocks.append(list(matrices))

    def _follow_layer(self, call: rules.Call) -> None:
        """Follows a convolution, a linear layer or a norm."""
        if call.name in rules.NORMS:
            self._follow_norm(call)
            return
        weight = call.get(1, 'weight')
        dims = rules.weight_dims(call)
        ids = self.read(call.args[0], dims.read)
        if self.name(weight) is None or ids is None:
            # Along another dimension, such as an MLP-Mixer's over tokens, the
            # channels pass through.
            passed = rules.passes(self.get(call.args[0]), dims.read)
            self.put(call.out, rules.spread(passed, call.out, dims.read))
            return
        groups = call.get(6, 'groups', 1)
        made = self._tie_weights(call, weight, dims, ids, groups)
        self.label(call.out, made, dims.read)
        self._made_by[id(call.out)] = str(self.name(weight))

    def _tie_weights(
        self,
        call: rules.Call,
        weight: torch.Tensor,
        dims: rules.WeightDims,
        ids: torch.Tensor,
        groups: int,
    ) -> torch.Tensor:
        """Notes what a layer reads; returns the ids of what it makes."""
        name = str(self.name(weight))
        bias, trace = call.get(2, 'bias'), self._trace
        size = call.out.shape[dims.read]
        if name not in trace.inputs:
            depthwise = groups == len(ids) == size
            trace.bare.add(name)
            trace.groups[name] = groups
            trace.taken[name] = dims.taken
            trace.inputs[name] = ids
            made = ids if depthwise else self.ids.fresh(size)
            trace.slots[name, dims.made] = made
            if groups == 1:
                trace.slots[name, dims.taken] = ids
            elif not depthwise:
                self.go_together(ids.view(groups, -1), made.view(groups, -1))
        self.ids.unify(trace.inputs[name], ids)
        made = trace.slots[name, dims.made]
        if bias is not None:
            self.tie(bias, 0, made)
        return made

    def _follow_norm(self, call: rules.Call) -> None:
        """Follows a norm, which ties its tensors to its input's channels."""
        features = call.args[0]
        dim = features.dim() - 1 if call.name == 'layer_norm' else 1
        self._trace.bare.discard(self._made_by.get(id(features), ''))
        labels = self.get(features)
        ids = self.read(features, dim)
        weight = self.name(call.get(_NORM_WEIGHT[call.name], 'weight'))
        if weight is not None:
            self._trace.norms.add(weight)
        if ids is not None:
            for tensor in (*call.args[1:], *call.kwargs.values()):
                if isinstance(tensor, torch.Tensor):
                    self.tie(tensor, 0, ids)
        self.put(call.out, labels)
