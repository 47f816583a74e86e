"""What a student can inherit from a teacher, worked out once."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Optional

import torch
from torch import nn

from mmrazor_ssdkd.models.forward import frozen, normalize
from mmrazor_ssdkd.models.losses import norm_layers

from .batch_norm_statistics import estimated_norms
from .channel_blocks import Block
from .channel_ids import NOBODY
from .channel_map import ChannelMap
from .channel_scores import score_channels
from .channel_trace import ChannelTrace
from .channel_tracer import trace_channels
from .copying import Copy, plan_copies
from .feature_hints import FeaturePair
from .feature_maps import FeatureMap
from .layer_pairs import pair_tensors
from .least_squares import LayerPair
from .norm_moments import NormPair
from .normalization import plan_changes
from .spectral_norms import estimate_spectra, spectral_norms

__all__ = ['Heritage', 'Score']

# Stands for the images among tensors, of which none has that name.
_IMAGE = ''

# Says how much each of a network's channels matters, by its id.
Score = Callable[
    [ChannelTrace, Mapping[str, torch.Tensor]], Mapping[int, float]
]


class Heritage:
    """Which of a teacher's layers and channels become a student's.

    Neither network changes.

    Args:
        student (nn.Module): The student.
        teacher (nn.Module): The teacher.
        images (torch.Tensor): In 0 to 255, (2, channels, H, W).
        score (Callable): Of the teacher's channels. Defaults to
            :func:`score_channels`.

    Attributes:
        copies (list[Copy]): What each of the student's tensors takes.
        last_features (FeaturePair | None): The last map before the last layer
            that both have, of the same places, and of whose student's
            channels all came from the teacher's.
    """

    def __init__(
        self,
        student: nn.Module,
        teacher: nn.Module,
        images: torch.Tensor,
        score: Score = score_channels,
    ) -> None:
        self.student, self.teacher = student, teacher
        self._traces = _trace(student, images), _trace(teacher, images)
        self._pairs = pair_tensors(student, teacher)
        scores = score(self._traces[1], teacher.state_dict())
        # Images are counterparts, whatever reads them first.
        for trace in self._traces:
            trace.slots[_IMAGE, 0] = trace.image
        pairs = self._pairs | {_IMAGE: _IMAGE}
        self._channels = ChannelMap(*self._traces, pairs, scores)
        self.copies: list[Copy] = plan_copies(
            student, teacher, self._traces, self._pairs, self._channels
        )
        self._changes = plan_changes(student, teacher, images, self.copies)
        self.last_features = self._find_last_features()
        for trace in self._traces:
            # As large as all features of two images.
            trace.outputs_of.clear()

    def copy_weights(self) -> None:
        """Copies what there is into the student."""
        source = self.teacher.state_dict()
        tensors = self.student.state_dict()
        for copy in self.copies:
            copy.write(tensors[copy.name], source)
        self.adapt()
        sources = {copy.name: copy.source for copy in self.copies}
        estimate_spectra(
            self.student,
            lambda name: (
                name in sources
                and _is_same(tensors[name], source[sources[name]])
            ),
        )

    def adapt(self) -> None:
        """Makes up for images that the student normalises otherwise.

        Once, after the teacher's weights were copied.
        """
        tensors = self.student.state_dict()
        for change in self._changes:
            change.write(tensors)

    def layer_pairs(self) -> list[LayerPair]:
        """Returns the convolutions and linear layers with a counterpart."""
        ours, theirs = self._traces
        pairs = []
        for name in ours.inputs:
            source = self._pairs.get(name, '')
            layer = _owner(self.student, name)
            # A transposed convolution makes its outputs otherwise, and a
            # weight that is normalised first is not what the layer takes.
            if (
                source in theirs.inputs
                and isinstance(layer, (nn.Conv2d, nn.Linear))
                and name not in ours.normalized
            ):
                outputs = self._channels.index(
                    ours.outputs[name], theirs.outputs[source]
                )
                other = _owner(self.teacher, source)
                centred = layer.bias is not None or name in ours.centred
                pairs.append(LayerPair(layer, other, outputs, centred))
        return pairs

    def norm_pairs(self) -> list[NormPair]:
        """Returns the student's norms that have a counterpart.

        Those whose statistics are estimated anew, and that have a weight and
        a bias to change, or neither, as their counterpart.
        """
        norms = set(estimated_norms(self.student))
        others = {x for x in norm_layers(self.teacher) if hasattr(x, 'eps')}
        pairs = []
        for copy in self.copies:
            if copy.name.rpartition('.')[2] == 'running_mean':
                norm = _owner(self.student, copy.name)
                other = _owner(self.teacher, copy.source)
                if norm in norms and other in others and _fits(norm, other):
                    pairs.append(
                        NormPair(norm, other, copy.index[0], copy.mask)
                    )
        return pairs

    def _find_last_features(self) -> Optional[FeaturePair]:
        """Returns the last map before the last layer, of both networks."""
        others = list(_maps(self._traces[1]))
        for name, own in _maps(self._traces[0]):
            for counterpart, other in others:
                if own.dim != other.dim or own.places != other.places:
                    continue
                index = self._channels.index(own.channels, other.channels)
                if bool((index != NOBODY).all()) and self._is_counterpart(
                    name, counterpart
                ):
                    names = dict(student=name, teacher=counterpart)
                    return FeaturePair(
                        self.student,
                        self.teacher,
                        names,
                        index,
                        own.dim,
                        len(other.channels),
                    )
        return None

    def _is_counterpart(self, name: str, other: str) -> bool:
        """Returns whether two modules are the same part of both networks.

        A residual stream has the same channels all along.
        """
        tensors = [
            key
            for key in self.student.state_dict()
            if key.startswith(f'{name}.') and key in self._pairs
        ]
        if not tensors:
            return name == other
        return self._pairs[tensors[-1]].startswith(f'{other}.')

    def counts(self) -> dict[str, int]:
        """Returns how many values of each inherited weight are copied."""
        weights = dict(self.student.named_parameters())
        return {
            copy.name: int(copy.mask.sum())
            for copy in self.copies
            if copy.name in weights
        }

    def __str__(self) -> str:
        """Says which of the student's weights are the teacher's."""
        weights = dict(self.student.named_parameters())
        counts = self.counts()
        total = sum(weight.numel() for weight in weights.values())
        text = (
            f'Inherited from the teacher: {len(counts)} of {len(weights)} '
            f'weight tensors, {sum(counts.values())} of {total} parameters'
        )
        rest = [
            name
            for name, weight in weights.items()
            if counts.get(name, 0) < weight.numel()
        ]
        if rest:
            text += f'\nWholly or partly random: {", ".join(rest)}'
        if own := self._own_buffers():
            text += f'\nNot inherited, its own buffers: {", ".join(own)}'
        return text

    def _own_buffers(self) -> list[str]:
        """Returns what the student keeps beside its weights as it was.

        But for counters and what is estimated anew. What is no part of the
        state dict is a constant that the student makes itself.
        """
        student = self.student
        state = student.state_dict()
        norms = set(estimated_norms(student))
        copied = {copy.name for copy in self.copies if copy.mask.all()}
        copied.update(
            name for norm in spectral_norms(student) for name in norm.vectors
        )
        return [
            name
            for name, buffer in student.named_buffers()
            if name in state
            and name not in copied
            and _owner(student, name) not in norms
            and 'data_preprocessor' not in name.split('.')
            and not _is_counter(buffer)
        ]


def _maps(trace: ChannelTrace) -> Iterator[tuple[str, FeatureMap]]:
    """Yields what modules give before the last layer, the last ones first."""
    for name, given in reversed(trace.outputs_of.items()):
        if given.layers <= trace.last:
            found = given.as_map(trace.number)
            # Of several maps of scores that are added up, none is features.
            if found and not trace.logits & set(found.channels.tolist()):
                yield name, found


def _owner(model: nn.Module, tensor: str) -> Any:
    """Returns the layer that a tensor belongs to."""
    return model.get_submodule(tensor.rpartition('.')[0])


def _is_same(tensor: torch.Tensor, other: torch.Tensor) -> bool:
    """Returns whether two tensors, of any device, hold the same."""
    return tensor.shape == other.shape and bool(
        (tensor.cpu() == other.cpu()).all()
    )


def _is_counter(buffer: torch.Tensor) -> bool:
    """Returns whether a buffer counts, as a norm counts its batches."""
    return buffer.dim() == 0 and not buffer.is_floating_point()


def _fits(norm: nn.Module, other: nn.Module) -> bool:
    """Returns whether a norm can be set to give what another gives."""
    own, theirs = (
        {'weight', 'bias'} & dict(each.named_parameters(recurse=False)).keys()
        for each in (norm, other)
    )
    return len(own) == 2 or not (own or theirs)


def _trace(model: Any, images: torch.Tensor) -> ChannelTrace:
    """Follows the channels of a model that takes images in 0 to 255."""
    preprocessor = getattr(model, 'data_preprocessor', None)
    with frozen(model):
        # From the images on: a preprocessor may swap their channels.
        trace = trace_channels(
            model,
            lambda: model(normalize(images, preprocessor), mode='tensor'),
            images,
        )
    trace.blocks = [_like_images(x, trace.image) for x in trace.blocks]
    return trace


def _like_images(block: Block, image: torch.Tensor) -> Block:
    """Sorts a block of images' channels, which a network may have swapped."""
    for number, matrix in enumerate(block):
        if bool(torch.isin(matrix, image).all()):
            order = matrix.amin(dim=1).argsort(stable=True)
            rows = [other[order] for other in block]
            rows[number] = rows[number].sort(dim=1).values
            return rows
    return block
