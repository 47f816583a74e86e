"""Finds out which channels of a network are one and the same."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Optional

import torch
from torch import nn

from .channel_blocks import merge_blocks
from .channel_calls import Call, CallMode
from .channel_ids import NOBODY
from .channel_labels import laid_along, narrowed
from .channel_rules import follow
from .channel_trace import ChannelTrace
from .feature_maps import GivenOutput, noting_outputs
from .tensor_notes import TensorNotes

__all__ = ['Tracer', 'trace_channels']


@torch.no_grad()
def trace_channels(
    model: nn.Module, forward: Callable[[], Any], image: torch.Tensor
) -> ChannelTrace:
    """Follows the channels through a forward pass.

    MMRazor's ``ChannelAnalyzer`` runs on today's torch, but was not taken: it
    knows no transposed convolution and no GroupNorm or LayerNorm, drops what
    it cannot prune without a word, gives all groups of a convolution one
    choice and fails on a residual stream that is split. On a busy machine it
    took 2 to 25 seconds for a network of 224x224 pixels, this 0.2 to 18.

    Args:
        model (nn.Module): The network, in eval mode.
        forward (Callable): Runs it on ``image`` and returns its logits.
        image (torch.Tensor): The images that it starts from, (N, C, H, W).

    Returns:
        ChannelTrace: The network's channels.
    """
    tracer = Tracer(model)
    tracer.start(image)
    with noting_outputs(tracer, model), tracer:
        # Some, such as a LeViT, keep what they make of parameters then.
        model.eval()
        logits = forward()
    return tracer.result(logits)


class Tracer(TensorNotes, CallMode):
    """Carries a tensor of channel ids beside each tensor of a forward pass.

    Args:
        model (nn.Module): Whose parameters and buffers have names.
    """

    def __init__(self, model: nn.Module) -> None:
        CallMode.__init__(self)
        TensorNotes.__init__(self, model)
        self._trace = ChannelTrace()
        self._makers: dict[int, tuple[torch.Tensor, str]] = {}
        self._given: dict[str, Optional[GivenOutput]] = {}

    def follow(self, call: Call) -> None:
        """Works out the ids of what a function gives."""
        follow(self, call)

    def start(self, image: torch.Tensor) -> None:
        """Gives the channels of the image ids."""
        self._trace.image = self.ids.fresh(image.shape[1])
        self._trace.number = len(image)
        self.label(image, self._trace.image, 1)

    def adopt(self, tensor: torch.Tensor) -> None:
        """Gives a parameter of one value a channel, used by itself, ids."""
        wide = [dim for dim, size in enumerate(tensor.shape) if size > 1]
        name = self.name(tensor)
        if name is not None and len(wide) == 1 and self.get(tensor) is None:
            ids = self.ids.fresh(tensor.shape[wide[0]], alone=True)
            self.label(tensor, self.tie(tensor, wide[0], ids), wide[0])

    def tie(self, tensor: Any, dim: int, ids: torch.Tensor) -> torch.Tensor:
        """Ties a dimension of one of the model's tensors to ids."""
        name = self.name(tensor)
        if name is not None:
            slot = name, self.named_dim(tensor, dim)
            self.ids.unify(self._trace.slots.setdefault(slot, ids), ids)
        return ids

    def tie_table(
        self, places: torch.Tensor, dim: int, ids: torch.Tensor
    ) -> bool:
        """Ties tables to the ids that their elements meet.

        Args:
            places (torch.Tensor): Which elements.
            dim (int): The dimension of the places that ids lie along.
            ids (torch.Tensor): The ids, (size,).

        Returns:
            bool: Whether one of a table's dimensions lies along it.
        """
        sides = list(self.tables.sides(places, dim))
        for name, side, size, index in sides:
            met, index = ids[index != NOBODY], index[index != NOBODY]
            if (name, side) not in self._trace.slots:
                own = torch.full((size,), NOBODY)
                own[index] = met
                rest = own == NOBODY
                own[rest] = self.ids.fresh(int(rest.sum()), alone=True)
                self._trace.slots[name, side] = own
            self.ids.unify(self._trace.slots[name, side][index], met)
        return bool(sides)

    def adopt_table(self, tensor: torch.Tensor, dim: int) -> None:
        """Gives a table, used by itself, ids along a dimension."""
        places = self.places(tensor)
        if places is not None:
            ids = self.ids.fresh(tensor.shape[dim], alone=True)
            if self.tie_table(places, dim, ids):
                labels = laid_along(ids, dim, tensor.dim())
                here = places != NOBODY
                self.put(tensor, torch.where(here, labels, NOBODY))

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
        labels = narrowed(labels, but=dim)
        rows = labels.movedim(dim, -1).reshape(-1, labels.shape[dim])
        # Those of a class token and of an image's may be one by now.
        rows = self.ids.find(rows)
        # One id all along, or several where there is room for one: the
        # channels lie along another dimension.
        if rows.shape[1] > 1 and bool((rows == rows[:, :1]).all()):
            return None
        if rows.shape[1] == 1 and bool((rows != rows[:1]).any()):
            return None
        ids = rows.amax(dim=0)
        lost = ids == NOBODY
        if lost.any():
            ids = torch.where(lost, self.unknown(len(ids)), ids)
            self.label(tensor, ids, dim)
        self.ids.unify(rows, ids.expand(rows.shape))
        return ids

    def read_alike(self, tensor: Any, dim: int) -> Optional[torch.Tensor]:
        """Returns what :meth:`read` does, None where heads would become one.

        As they would by a norm that all of them share.
        """
        if self.is_shared_by_heads(tensor, dim):
            return None
        return self.read(tensor, dim)

    def is_shared_by_heads(self, tensor: Any, dim: int) -> bool:
        """Returns whether a dimension holds the channels of several heads.

        They lie along another dimension or follow each other in the batch,
        and one layer made all of them.
        """
        labels = self.settled(tensor)
        if labels is None:
            return False
        dim %= labels.dim()
        labels = narrowed(labels, but=dim)
        others = [d for d, size in enumerate(labels.shape) if size > 1]
        others = [other for other in others if other != dim]
        if len(others) != 1:
            return False
        rows = labels.movedim(dim, -1).reshape(-1, labels.shape[dim])
        rows = rows.unique(dim=0)
        if len(rows) != labels.shape[others[0]] and others != [0]:
            return False
        ids = set(rows.flatten().tolist())
        if NOBODY in ids or len(ids) != sum(len(x.unique()) for x in rows):
            return False
        return any(
            ids.issubset(self.ids.find(made).tolist())
            for made in self._trace.outputs.values()
        )

    def read_by(
        self,
        weight: Any,
        bias: Any,
        ids: torch.Tensor,
        made: torch.Tensor,
        groups: int = 1,
        taken: int = 1,
    ) -> torch.Tensor:
        """Notes which channels a layer reads and makes.

        Args:
            weight (torch.Tensor): Of the model.
            bias (torch.Tensor, optional): Of the model.
            ids (torch.Tensor): What it reads.
            made (torch.Tensor): What it makes, unless it did so before.
            groups (int): The layer's. Defaults to 1.
            taken (int): The dimension of the weight that stands for what it
                reads, 0 or 1. Defaults to 1.

        Returns:
            torch.Tensor: What it makes.
        """
        name, trace = str(self.name(weight)), self._trace
        stands = self.named_dim(weight, taken)
        if name not in trace.inputs:
            trace.bare.add(name)
            if self.is_made(weight):
                trace.normalized.add(name)
            trace.groups[name], trace.taken[name] = groups, stands
            trace.inputs[name], trace.outputs[name] = ids, made
            # Dimension 1 of a grouped convolution is one group's.
            both = {taken: ids, 1 - taken: made}
            for dim in (0,) if groups > 1 else (0, 1):
                self.tie(weight, dim, both[dim])
        ends = trace.inputs[name], trace.outputs[name]
        # Another layer may have it the other way round.
        first, last = ends if trace.taken[name] == stands else ends[::-1]
        self.ids.unify(first, ids)
        self.ids.unify(last, made)
        if self.name(bias) is not None:
            self.tie(bias, 0, made)
        return made

    def go_together(self, *matrices: torch.Tensor) -> None:
        """Notes blocks of channels, (blocks, channels of a block) each."""
        self._trace.blocks.append(list(matrices))

    def go_along(self, channels: torch.Tensor, heads: torch.Tensor) -> None:
        """Notes channels that only go together with that of their head.

        Args:
            channels (torch.Tensor): Ids.
            heads (torch.Tensor): Fewer ids, of the same shape.
        """
        both = torch.broadcast_tensors(narrowed(heads), narrowed(channels))
        pairs = torch.stack(both, -1).view(-1, 2).unique(dim=0)
        pairs = pairs[(pairs != NOBODY).all(dim=1)]
        first, counts = pairs[:, 0].unique_consecutive(return_counts=True)
        is_even = len(counts.unique()) == 1
        if (
            len(first) > 1
            and is_even
            and len(pairs[:, 1].unique()) == len(pairs)
        ):
            rows = pairs[:, 1].view(len(first), -1)
            self.go_together(rows, first[:, None])

    def take_part(self, labels: torch.Tensor, part: torch.Tensor) -> None:
        """Notes that some of a tensor's channels go their own way."""
        whole, some = (narrowed(ids).unique() for ids in (labels, part))
        if len(some) < len(whole):
            self._trace.parts.append((whole, some))

    def note_maker(self, out: torch.Tensor, weight: torch.Tensor) -> None:
        """Notes the layer that makes an output."""
        self._makers[id(out)] = (out, str(self.name(weight)))

    def note_norm(self, features: torch.Tensor, centres: bool) -> None:
        """Notes that a norm takes what a layer made.

        Args:
            features (torch.Tensor): What the norm takes.
            centres (bool): Whether it takes the mean from each channel.
        """
        maker = self._makers.get(id(features), ('', ''))[1]
        self._trace.bare.discard(maker)
        if maker and centres:
            self._trace.centred.add(maker)

    def note_output(self, name: str, output: Any) -> None:
        """Notes what a module gives, unless it did so before."""
        labels = self.get(output)
        if labels is None or name in self._given:
            self._given[name] = None
        else:
            layers = len(self._trace.inputs)
            self._given[name] = GivenOutput(labels, layers, self.ids)

    def result(self, logits: Any = None) -> ChannelTrace:
        """Returns the trace, each channel under one id.

        Args:
            logits (torch.Tensor, optional): What the network gave.
        """
        trace = self._trace
        find = self.ids.find
        trace.slots = {k: find(v) for k, v in trace.slots.items()}
        trace.inputs = {k: find(v) for k, v in trace.inputs.items()}
        trace.outputs = {k: find(v) for k, v in trace.outputs.items()}
        trace.image = find(trace.image)
        self._find_last_layer(logits)
        trace.outputs_of = {k: v for k, v in self._given.items() if v}
        followed = torch.ones(len(self.ids), dtype=torch.bool)
        for ids in self._unknown:
            followed[ids] = False
        trace.parts = [(find(whole), find(p)) for whole, p in trace.parts]
        trace.blocks = merge_blocks(
            [[find(matrix) for matrix in block] for block in trace.blocks]
        )
        trace.known = set(find(followed.nonzero().view(-1)).tolist())
        trace.known -= self._lonely()
        return trace

    def _lonely(self) -> set[int]:
        """Returns the ids of parameters that have met nothing else."""
        counts = Counter(
            channel
            for ids in self._trace.slots.values()
            for channel in set(ids.tolist())
        )
        blocks = [ids for block in self._trace.blocks for ids in block]
        grouped = {i for ids in blocks for i in ids.view(-1).tolist()}
        return {i for i in self.ids.alone() - grouped if counts[i] == 1}

    def _find_last_layer(self, logits: Any) -> None:
        """Notes what makes the logits; an auxiliary head may run later.

        What the layers make is under one id by now.
        """
        trace, labels = self._trace, self.get(logits)
        trace.last = len(trace.outputs) - 1
        if labels is None:
            return
        ids = self.ids.find(narrowed(labels)).view(-1).tolist()
        trace.logits = set(ids) - {NOBODY}
        for place, made in enumerate(trace.outputs.values()):
            if trace.logits & set(made.tolist()):
                trace.last = place
