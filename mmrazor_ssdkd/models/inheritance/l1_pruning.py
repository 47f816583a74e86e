"""Cuts channels off a network with MMRazor's own L1 pruning."""

import copy
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Optional

import torch
from mmengine.logging import MMLogger
from mmrazor.models.mutators import ChannelMutator
from mmrazor.structures.subnet import export_fix_subnet, load_fix_subnet
from torch import nn

__all__ = ['L1Pruner', 'analyzer']


def analyzer(image_size: tuple[int, ...]) -> dict[str, Any]:
    """Returns the config of how MMRazor finds the channels that go together.

    Its other tracer, FxTracer, joins the wrong channels of depthwise and of
    concatenated ones.

    Args:
        image_size (tuple[int, ...]): Channels, height and width of an image.
    """
    return dict(
        _scope_='mmrazor',
        type='ChannelAnalyzer',
        demo_input=(1, *image_size),
        tracer_type='BackwardTracer',
    )


class L1Pruner:
    """A copy of a network whose channels MMRazor can cut.

    Args:
        model (nn.Module): The network, which stays as it is.
        image_size (tuple[int, ...]): Channels, height and width of an image.
    """

    def __init__(self, model: nn.Module, image_size: tuple[int, ...]) -> None:
        weights = model.state_dict()
        # The tracer follows gradients, which a teacher has none of.
        self._model = copy.deepcopy(model).requires_grad_(True)
        self._mutator: Any = ChannelMutator(
            channel_unit_cfg=dict(type='L1MutableChannelUnit'),
            parse_cfg=analyzer(image_size),
        )
        with _quiet(), torch.random.fork_rng(devices=[]):
            self._mutator.prepare_from_supernet(self._model)
        # MMRazor puts new layers in the place of those that it can cut.
        self._model.load_state_dict(weights)

    @property
    def widths(self) -> dict[str, int]:
        """How many channels each unit has, by its name."""
        return dict(self._mutator.current_choices)

    def widths_of(self, weights: Mapping[str, torch.Tensor]) -> dict[str, int]:
        """Returns how many channels each unit has in a smaller network.

        Args:
            weights (Mapping[str, torch.Tensor]): Its state dict.

        Returns:
            dict[str, int]: Of the units that have fewer there.
        """
        found = {}
        for unit in self._mutator.mutable_units:
            name = _maker(unit)
            weight = weights.get(f'{name}.weight')
            if weight is not None and len(weight) < unit.num_channels:
                found[unit.name] = len(weight)
        return found

    def left(self, widths: Mapping[str, int]) -> dict[str, torch.Tensor]:
        """Returns which outputs layers keep.

        Args:
            widths (Mapping[str, int]): How many channels units keep, by name.

        Returns:
            dict[str, torch.Tensor]: By the names of layers that can lose
            some, bool, (out,).
        """
        with _quiet():
            self._mutator.set_choices(dict(widths))
        found: dict[str, torch.Tensor] = {}
        for unit in self._mutator.mutable_units:
            mask = unit.mutable_channel.current_mask
            for channel in unit.output_related:
                layer = channel.module
                if isinstance(layer, (nn.Conv2d, nn.Linear)):
                    whole = torch.ones(len(layer.weight), dtype=torch.bool)
                    outputs = found.setdefault(channel.name, whole)
                    outputs[channel.start : channel.end] = mask
        return found

    def cut(self, widths: Mapping[str, int]) -> nn.Module:
        """Keeps the channels of the largest weights, and gives itself up.

        Args:
            widths (Mapping[str, int]): How many channels units keep, by name.

        Returns:
            nn.Module: An ordinary network, in eval mode.
        """
        with _quiet():
            self._mutator.set_choices(dict(widths))
            structure, _ = export_fix_subnet(self._model)
            load_fix_subnet(self._model, structure)
        return self._model.eval()


def _maker(unit: Any) -> Optional[str]:
    """Returns a layer that makes a unit's channels and no others."""
    for channel in unit.output_related:
        layer = channel.module
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and (
            (channel.start, channel.end) == (0, len(layer.weight))
        ):
            return channel.name
    return None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps back what MMRazor says of layers that it only passes through."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
