"""Finds what reads a network's images themselves, before any layer."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Optional

import torch
from torch import nn

from .channel_calls import (
    NORMS,
    WEIGHTED,
    Call,
    CallMode,
    tensors_in,
    tensors_of,
    weight_dims,
)
from .image_relations import Relation, map_relation, move_relation
from .move_rules import MOVES

__all__ = ['ImageReads', 'Read']

# They leave values as they are, in eval mode.
_STAYS = re.compile(
    'to|float|half|double|bfloat16|type|type_as|cpu|cuda|contiguous|clone|'
    r'detach_?|data|requires_grad_|\w*dropout\w*'
)
# They make other places of the same channels; borders may be padded.
_RESIZES = re.compile(r'_?(adaptive_)?(avg|max)_pool.*|interpolate|upsample.*')
_AFFINE = re.compile('_*[ir]?(add|sub|subtract|mul|multiply|neg)_*')
_DIVIDES = re.compile('_*i?(div|divide|true_?div|true_divide)_*')
_NOTHING = re.compile(r'new_\w+|\w+_like')
_OF_CHANNELS = ('batch_norm', 'instance_norm')


@dataclass
class Read:
    """A layer, or a norm with running statistics, that reads images.

    Attributes:
        names (tuple[str, ...]): Of its weight, or of its running mean.
        gains (torch.Tensor): By what its inputs have to be multiplied to be
            the other network's, (in,).
        offsets (torch.Tensor): And what has to be added to them then, (in,).
        groups (int): A layer's. Defaults to 1.
        taken (int): The dimension of a layer's weight that stands for what
            it reads. Defaults to 1.
        variance (str): The name of a norm's running variance. Defaults to
            none: a layer.
        eps (float): A norm's. Defaults to 0.
        targets (set[str]): The layer's bias, or the running means of the
            norms that take its output.
        lost (bool): Whether a constant that is added to its output goes
            elsewhere, too, or cannot be added.
        spoilt (bool): Whether it reads something else, too.
    """

    names: tuple[str, ...]
    gains: torch.Tensor
    offsets: torch.Tensor
    groups: int = 1
    taken: int = 1
    variance: str = ''
    eps: float = 0.0
    targets: set[str] = field(default_factory=set)
    lost: bool = False
    spoilt: bool = False

    def agrees(self, other: 'Read') -> bool:
        """Returns whether another one has to be changed likewise."""
        return all(
            mine.shape == its.shape and torch.allclose(mine, its, 1e-4, 1e-6)
            for mine, its in (
                (self.gains, other.gains),
                (self.offsets, other.offsets),
            )
        )


class ImageReads(CallMode):
    """Follows images up to the first layers while a network runs.

    Beside each tensor that is made of images without a layer it has the
    relation of two networks' images: by what the one's are to be multiplied
    and what to be added to be the other's.

    Args:
        model (nn.Module): In eval mode.

    Attributes:
        problems (list[str]): What images go into that cannot be changed.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._reads: dict[str, Read] = {}
        self.problems: list[str] = []
        # The tensors stay alive, or another could get the same id().
        self._names: dict[int, list[str]] = {}
        self._tensors = dict(
            model.named_parameters(remove_duplicate=False)
        ) | dict(model.named_buffers(remove_duplicate=False))
        kept = model.state_dict().keys()
        for name, tensor in self._tensors.items():
            if name in kept:
                self._names.setdefault(id(tensor), []).append(name)
        self._relations: dict[int, tuple[torch.Tensor, Relation]] = {}
        self._outputs: dict[int, tuple[torch.Tensor, Read]] = {}
        self._others: set[str] = set()
        # What was made of images and is none.
        self._made: dict[int, torch.Tensor] = {}

    @property
    def found(self) -> list[Read]:
        """What reads images."""
        return list(self._reads.values())

    def start(
        self, images: torch.Tensor, gains: torch.Tensor, offsets: torch.Tensor
    ) -> None:
        """Says how images relate to the other network's.

        Args:
            images (torch.Tensor): As the network takes them, (N, C, H, W).
            gains (torch.Tensor): To be multiplied by, (C,).
            offsets (torch.Tensor): To be added then, (C,).
        """
        self._put(
            images,
            Relation.along(gains.to(images), offsets.to(images), images),
        )

    def finish(self) -> None:
        """Names what cannot be changed so that it gives the same.

        A layer whose output takes no constant is still to be multiplied.
        """
        claimed = Counter(x for read in self.found for x in read.targets)
        for name, read in list(self._reads.items()):
            twice = any(claimed[target] > 1 for target in read.targets)
            if read.spoilt or self._others & {*read.names, *read.targets}:
                self.problems.append(name)
                del self._reads[name]
            elif (read.lost or twice) and read.offsets.any():
                self.problems.append(name)
                if twice or read.taken == 0:
                    read.targets.clear()

    def follow(self, call: Call) -> None:
        """Works out the relation of what a function gives."""
        self._note_uses(call)
        if call.name in WEIGHTED:
            self._read_by_layer(call)
        elif call.name in NORMS:
            self._read_by_norm(call)
        else:
            taken = [t for t in tensors_in(call) if id(t) in self._relations]
            if taken and not _NOTHING.fullmatch(call.name):
                self._pass_on(call, taken)
        self._note_made(call)

    def _note_made(self, call: Call) -> None:
        """Notes what a call made of images that is none."""
        sources = (self._relations, self._made)
        if any(id(t) in known for t in tensors_in(call) for known in sources):
            for out in tensors_of(call.out):
                if id(out) not in self._relations:
                    self._made[id(out)] = out

    def _put(self, tensor: torch.Tensor, relation: Relation) -> None:
        """Notes a tensor's relation."""
        self._relations[id(tensor)] = (tensor, relation)

    def _get(self, tensor: Any) -> Optional[Relation]:
        """Returns a tensor's relation, None if it is the other network's."""
        return self._relations.get(id(tensor), (None, None))[1]

    def _name(self, tensor: Any) -> tuple[str, ...]:
        """Returns a tensor's names in the state dict."""
        return tuple(self._names.get(id(tensor), ()))

    def _note_uses(self, call: Call) -> None:
        """Notes what takes the outputs of layers without a bias."""
        for tensor in tensors_in(call):
            _, read = self._outputs.get(id(tensor), (None, None))
            if read is None or (
                _STAYS.fullmatch(call.name) and call.out is tensor
            ):
                continue
            if call.name not in _OF_CHANNELS:
                read.lost |= bool(_floats(call.out))
            elif not _takes_own_statistics(call):
                means = self._name(call.get(1, 'running_mean'))
                read.targets.update(means[:1])
                read.lost |= not means

    def _read_by_layer(self, call: Call) -> None:
        """Follows a convolution or a linear layer."""
        weight, bias = call.get(1, 'weight'), call.get(2, 'bias')
        names, relation = self._name(weight), self._get(call.get(0, 'input'))
        if relation is None:
            self._others.update(names)
            return
        dims = weight_dims(call)
        found = relation.by_channel(dims.read)
        if not names or found is None:
            made = f'{call.name} with a weight made of others'
            self.problems.append(names[0] if names else made)
            return
        read = self._add(
            Read(names, *found, call.get(6, 'groups', 1), dims.taken)
        )
        # A transposed convolution sums up other weights at each place.
        read.lost |= dims.taken == 0
        if bias is None:
            self._outputs[id(call.out)] = (call.out, read)
        else:
            read.targets.update(self._name(bias)[:1])
            read.lost |= not self._name(bias)

    def _read_by_norm(self, call: Call) -> None:
        """Follows a norm."""
        features = call.get(0, 'input')
        relation = self._get(features)
        of_channels = call.name in _OF_CHANNELS
        fixed = of_channels and not _takes_own_statistics(call)
        names = self._name(call.get(1, 'running_mean')) if fixed else ()
        if relation is None:
            if id(features) not in self._outputs:
                self._others.update(names)
            return
        found = relation.by_channel(1 if of_channels else -1)
        variance = self._name(call.get(2, 'running_var')) if fixed else ()
        if found is not None and fixed and names and variance:
            eps = call.get(7, 'eps', 1e-5)
            self._add(Read(names, *found, variance=variance[0], eps=eps))
        elif fixed or not relation.vanishes(call.name):
            self.problems.append(names[0] if names else call.name)

    def _add(self, read: Read) -> Read:
        """Returns the read of a name, which is this one if it is new."""
        known = self._reads.setdefault(read.names[0], read)
        known.spoilt |= not known.agrees(read)
        return known

    def _pass_on(self, call: Call, taken: list[torch.Tensor]) -> None:
        """Follows what is no layer."""
        outs = _floats(call.out)
        relations = self._related(call, taken)
        if relations is not None:
            for out, relation in zip(outs, relations):
                self._put(out, relation)
        elif outs or call.name == '__setitem__':
            self.problems.append(call.name.strip('_'))
            # What is written to is no image any more.
            for tensor in outs or call.args[:1]:
                self._relations.pop(id(tensor), None)

    def _related(
        self, call: Call, taken: list[torch.Tensor]
    ) -> Optional[list[Relation]]:
        """Returns the relations of what comes out, None of other things."""
        first, name = self._get(taken[0]), call.name
        assert first is not None
        if _STAYS.fullmatch(name):
            return [first]
        if name in MOVES:
            return move_relation(call, self._get)
        if _RESIZES.fullmatch(name) or name == 'pad':
            return first.resized(call.out)
        changes = call.kwargs.get('rounding_mode'), call.kwargs.get('out')
        made = any(id(t) in self._made for t in tensors_in(call))
        if len(taken) > 1 or made or changes != (None, None):
            return None
        if not _is_affine(call, taken[0]):
            return None
        return map_relation(call, taken[0], first)


def _floats(value: Any) -> list[torch.Tensor]:
    """Returns the tensors of numbers in what comes out."""
    return [
        out
        for out in tensors_of(value)
        if out.is_floating_point() or out.is_complex()
    ]


def _takes_own_statistics(call: Call) -> bool:
    """Returns whether a norm normalises by what it sees."""
    key = 'training' if call.name == 'batch_norm' else 'use_input_stats'
    default = call.name != 'batch_norm'
    return call.get(1, 'running_mean') is None or call.get(5, key, default)


def _is_affine(call: Call, tensor: torch.Tensor) -> bool:
    """Returns whether a function multiplies and adds, value by value."""
    first = call.args[0] is tensor
    if not first and call.out is call.args[0]:
        return False
    return bool(
        _AFFINE.fullmatch(call.name)
        or (first and _DIVIDES.fullmatch(call.name))
    )
